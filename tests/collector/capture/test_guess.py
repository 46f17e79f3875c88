import struct
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.capture.guess import GUESS_PACKETS, guess_local_network
from netmon_collector.core.batch import Batch
from tests.support import frames


def ip(text: str) -> bytes:
    return bytes(int(part) for part in text.split("."))


def packet(source: str, destination: str) -> bytes:
    return frames.ethernet(frames.ipv4(frames.udp(), source=ip(source), destination=ip(destination)))


def guess(packets: Iterable[tuple[str, str]]) -> set[bytes]:
    network = guess_local_network([frames.batch([packet(*ends) for ends in packets])])
    return {local.address for local in network.addresses}


def test_what_takes_part_in_all_packets_is_local() -> None:
    talk = [("10.0.0.5", f"198.51.100.{number}") for number in range(20)]
    assert guess(talk + [(there, here) for here, there in talk]) == {ip("10.0.0.5")}


def test_of_one_single_flow_the_private_end_is_local() -> None:
    assert guess([("8.8.8.8", "192.168.1.7"), ("192.168.1.7", "8.8.8.8")]) == {ip("192.168.1.7")}


def test_of_two_equals_the_first_sender_is_local() -> None:
    assert guess([("192.168.1.9", "192.168.1.7"), ("192.168.1.7", "192.168.1.9")]) == {ip("192.168.1.9")}


def test_a_second_address_is_found_and_rare_ones_are_not() -> None:
    first = [("10.0.0.5", f"9.9.{number}.1") for number in range(50)]
    second = [(f"8.8.{number}.1", "10.9.0.5") for number in range(45)]
    assert guess([*first, *second, ("7.7.7.7", "6.6.6.6")]) == {ip("10.0.0.5"), ip("10.9.0.5")}


def test_loopback_is_always_local_and_multicast_never() -> None:
    assert guess([("127.0.0.1", "127.0.0.1"), ("10.0.0.5", "224.0.0.251"), ("10.0.0.5", "255.255.255.255")]) == {
        ip("127.0.0.1"),
        ip("10.0.0.5"),
    }


def test_no_packets_give_no_addresses() -> None:
    assert guess_local_network([]).addresses == ()


def test_only_the_first_packets_are_looked_at() -> None:
    asked: list[int] = []

    def batches() -> Iterable[Batch]:
        for number in range(100):
            asked.append(number)
            yield frames.batch([packet("10.0.0.5", "9.9.9.9")] * 500)

    guess_local_network(batches())
    assert len(asked) == GUESS_PACKETS // 500


@given(
    contents=st.lists(st.binary(max_size=80), max_size=20), link_type=st.sampled_from((0, 1, 12, 101, 113, 276, 999))
)
def test_any_bytes_give_a_guess(contents: list[bytes], link_type: int) -> None:
    network = guess_local_network([frames.batch(contents, link_type=link_type)])
    assert all(local.prefix_length == 8 * len(local.address) for local in network.addresses)


def test_the_guess_is_not_fooled_by_offsets_into_shared_data() -> None:
    wanted, other = packet("10.0.0.5", "9.9.9.9"), packet("10.7.7.7", "8.8.8.8")
    records = struct.pack("=IIII", 1, 0, len(other), len(wanted))
    batch = Batch(interface="eth0", link_type=1, data=other + wanted, records=records)
    assert [local.address for local in guess_local_network([batch]).addresses] == [ip("10.0.0.5")]
