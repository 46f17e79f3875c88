"""First packets of real connections, at once, on the interfaces that were chosen, and no more than one can look at."""

import socket
from collections.abc import AsyncIterator, Generator

import pytest

from netmon_collector import clock
from netmon_collector.capture import quick_capture
from netmon_collector.capture.quick_capture import DATAGRAMS_A_SECOND, Packet, QuickCapture
from tests.support.eventually import eventually
from tests.support.namespaces import VethPair, namespace, veth_pair

pytestmark = pytest.mark.root

SECOND = 1_000.0


class Heard:
    """A capture, and what it delivered."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.capture = QuickCapture(deliver=self.packets.extend)

    def ports(self) -> list[int]:
        return [int.from_bytes(data[22:24], "big") for data, _ in self.packets if data[0] == 0x45]


@pytest.fixture
def pair() -> Generator[VethPair]:
    with veth_pair("nmquick") as made:
        yield made


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    made = Heard()
    yield made
    made.capture.close()


async def test_a_connection_is_heard_of_at_once_and_with_the_kernels_time(heard: Heard) -> None:
    with namespace("nmquick") as place, place.entered():
        heard.capture.follow([socket.if_nametoindex("lo")])
        before = clock.wall_time()
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            port = server.getsockname()[1]
    await eventually(lambda: heard.ports() == [port], what="the SYN")
    [(_, time)] = heard.packets
    assert before - 0.01 <= time <= clock.wall_time() + 0.01


async def test_other_interfaces_are_not_heard_until_they_are_named(heard: Heard, pair: VethPair) -> None:
    near, far = pair.near, pair.far
    near.namespace.run("ping", "-c", "1", far.ipv4)  # else the first datagram waits for the neighbour's address
    with near.namespace.entered():
        indexes = {name: socket.if_nametoindex(name) for name in ("lo", near.interface)}
        heard.capture.follow([indexes["lo"]])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (far.ipv4, 1_001))
            heard.capture.follow(list(indexes.values()))
            sender.sendto(b"x", (far.ipv4, 1_002))
    await eventually(lambda: heard.ports() == [1_002], what="the second datagram alone")


async def test_without_an_interface_nothing_is_open(heard: Heard) -> None:
    heard.capture.follow([])
    assert not heard.capture.is_open
    heard.capture.follow([1])
    assert heard.capture.is_open
    heard.capture.follow([])
    assert not heard.capture.is_open
    assert heard.packets == []


async def test_of_many_datagrams_only_those_are_heard_that_begin_something(heard: Heard) -> None:
    with namespace("nmquick") as place, place.entered():
        heard.capture.follow([socket.if_nametoindex("lo")])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

            def has_many() -> bool:
                for _ in range(DATAGRAMS_A_SECOND // 10):
                    sender.sendto(b"x", ("127.0.0.1", 1_001))
                return not heard.capture._is_wide

            await eventually(has_many, what="there are too many")
            assert len(heard.packets) > DATAGRAMS_A_SECOND
            sender.sendto(b"x", ("127.0.0.1", 1_002))
            sender.sendto(b"x", ("127.0.0.1", 53))
    await eventually(lambda: 53 in heard.ports(), what="the DNS query")
    assert 1_002 not in heard.ports()


async def test_a_flood_is_shed_and_counted_and_ends(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_capture, "PACKETS_A_SECOND", 50)
    monkeypatch.setattr(quick_capture, "PAUSE_SECONDS", 0.05)
    with namespace("nmquick") as place, place.entered():
        heard.capture.follow([socket.if_nametoindex("lo")])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(1_000):
                sender.sendto(b"x", ("127.0.0.1", 53))
            await eventually(lambda: heard.capture.shed_count > 0, what="something is shed")
            seen = len(heard.packets)
            assert seen + heard.capture.shed_count <= 1_000

            def is_heard_again() -> bool:
                sender.sendto(b"x", ("127.0.0.1", 53))
                return len(heard.packets) > seen

            await eventually(is_heard_again, what="one is heard again")


async def test_where_there_are_no_packet_sockets_is_an_error(monkeypatch: pytest.MonkeyPatch, heard: Heard) -> None:
    monkeypatch.delattr(socket, "AF_PACKET")
    with pytest.raises(OSError, match="no packet sockets"):
        heard.capture.follow([1])
