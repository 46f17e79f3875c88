"""What is left out at a glance would have named nothing: held against reading every frame in full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.batch import Batch
from netmon_collector.names.at_a_glance import RECORD, worth_reading
from netmon_collector.names.hello_ear import HelloEar
from netmon_collector.names.segment import read_segment
from tests.support import name_messages as make
from tests.support.frames import ACK, IP_A, IP_B, SYN, batch, ethernet, ipv4, tcp
from tests.support.name_frames import HERE, HERE6, THERE, THERE6, asked, query, segment

HELLO = make.in_records(make.named_hello())
NOBODY: frozenset[bytes] = frozenset()
ENDS = HERE + THERE + (40_000).to_bytes(2, "big") + (443).to_bytes(2, "big")


def kept(*frames: bytes, unfinished: frozenset[bytes] = NOBODY) -> list[int]:
    heard = batch(frames)
    offsets = [offset for _, _, offset, _ in RECORD.iter_unpack(heard.records)]
    return [offsets.index(record[2]) for record in worth_reading(heard, len(frames), unfinished)]


@pytest.mark.parametrize(("here", "there"), [(HERE, THERE), (HERE6, THERE6)])
def test_of_what_clients_send_hellos_and_dns_are_worth_reading(here: bytes, there: bytes) -> None:
    data, bare = b"GET / HTTP/1.1\r\n" * 4, segment(here, 40_000, there, 443, b"", flags=ACK)
    frames = [
        segment(here, 40_000, there, 80, data),
        segment(here, 40_000, there, 443, HELLO),
        bare,
        segment(here, 40_000, there, 53, data),
        segment(here, 53, there, 40_000, data),
        segment(here, 40_000, there, 443, b"\x16"),
        segment(here, 40_000, there, 443, data),
        asked(query()),
    ]
    assert kept(*frames) == [1, 3, 4, 5, 7]


def test_what_goes_on_with_a_hello_is_worth_reading() -> None:
    rest = segment(HERE, 40_000, THERE, 443, HELLO[30:])
    assert kept(rest, asked(query())) == [1]
    assert kept(rest, asked(query()), unfinished=frozenset({ENDS})) == [0, 1]


def test_who_goes_on_may_be_known_from_the_frame_before() -> None:
    heard = batch([segment(HERE, 40_000, THERE, 443, HELLO[:30]), segment(HERE, 40_000, THERE, 443, HELLO[30:])])
    unfinished: set[bytes] = set()
    given = worth_reading(heard, 2, unfinished)
    next(given)
    unfinished.add(ENDS)
    assert next(given)[2] > 0


def test_what_is_not_plain_is_left_to_whoever_reads_in_full() -> None:
    plain = tcp(40_000, 443, b"data" * 20)
    tagged = ethernet(ipv4(plain, 6, source=IP_A, destination=IP_B))
    tagged = tagged[:12] + b"\x81\x00\x00\x05" + tagged[12:]
    big = bytearray(ethernet(ipv4(plain, 6, source=IP_A, destination=IP_B)))
    big[16:18] = b"\0\0"  # BIG TCP gives no length
    assert kept(tagged, bytes(big), tagged[:20]) == [0, 1, 2]


def test_a_link_type_of_which_no_layout_is_known_is_read_in_full() -> None:
    heard = batch([segment(HERE, 40_000, THERE, 80, b"data" * 20)])
    other = Batch(interface="pktap", link_type=258, data=heard.data, records=heard.records)
    assert len(list(worth_reading(other, 1, NOBODY))) == 1


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=90),
            st.builds(
                segment,
                st.just(HERE),
                st.sampled_from([40_000, 53]),
                st.just(THERE),
                st.sampled_from([443, 5_353]),
                st.one_of(st.binary(max_size=40), st.integers(0, len(HELLO)).map(lambda cut: HELLO[:cut])),
                flags=st.sampled_from([ACK, SYN]),
            ),
        ),
        max_size=6,
    ),
    st.integers(0, 40),
)
def test_what_is_left_out_is_no_hello_and_no_dns(frames: list[bytes], cut: int) -> None:
    heard = batch([*frames[:-1], frames[-1][: len(frames[-1]) - cut]] if frames else [])
    given = set(worth_reading(heard, len(frames), NOBODY))
    ear = HelloEar()
    for record in RECORD.iter_unpack(heard.records):
        _, _, offset, captured = record
        read = read_segment(heard.data, offset, captured, heard.link_type, 1.0)
        if record not in given and read is not None:
            assert read.packet.ip_protocol == 6
            assert not {read.packet.source_port, read.packet.destination_port} & {53, 5_353}
            assert not ear.is_wanted(read)
