"""First packets reach whoever looks up their owners."""

import errno
import socket
from collections.abc import Sequence

import pytest

from netmon.model import Protocol
from netmon_collector.capture.quick_capture import QuickCapture
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.first_look import TOLD_NO_MORE, FirstLook
from tests.support.eventually import eventually
from tests.support.namespaces import namespace


class Looker:
    """Takes what it is shown."""

    def __init__(self, *, is_told_of_tcp: bool = False) -> None:
        self.is_told_of_tcp = is_told_of_tcp
        self.left_out_count = 0
        self.seen: list[FirstPacket] = []

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        self.seen += packets


@pytest.mark.root
async def test_a_connection_is_shown_with_both_ends() -> None:
    looker = Looker()
    look = FirstLook(looker)
    with namespace("nmlook") as place, place.entered():
        look.follow([socket.if_nametoindex("lo")], LocalNetwork())
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
            ports = client.getsockname()[1], server.getsockname()[1]
    await eventually(lambda: len(looker.seen) == 2, what="both directions")
    assert [(one.key.local_port, one.is_inbound) for one in looker.seen] == [(ports[0], False), (ports[1], True)]
    assert "milliseconds" in look.limits
    look.close()


@pytest.mark.root
async def test_who_is_told_of_tcp_is_shown_datagrams_alone() -> None:
    looker = Looker(is_told_of_tcp=True)
    look = FirstLook(looker)
    with namespace("nmlook") as place, place.entered():
        look.follow([socket.if_nametoindex("lo")], LocalNetwork())
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"x", ("127.0.0.1", 9))
    await eventually(lambda: len(looker.seen) == 2, what="both directions of the datagram")
    assert {one.key.protocol for one in looker.seen} == {Protocol.UDP}
    assert look.limits.startswith("but for TCP, ")
    look.close()


@pytest.mark.root
async def test_who_is_told_of_tcp_no_more_is_shown_it_from_then_on() -> None:
    looker = Looker(is_told_of_tcp=True)
    look = FirstLook(looker)
    with namespace("nmlook") as place, place.entered():
        interfaces = [socket.if_nametoindex("lo")]
        look.follow(interfaces, LocalNetwork())
        assert not look.is_told_no_more
        looker.is_told_of_tcp = False
        look.follow(interfaces, LocalNetwork())
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
    await eventually(lambda: len(looker.seen) == 2, what="both directions")
    assert {one.key.protocol for one in looker.seen} == {Protocol.TCP}
    assert look.is_told_no_more
    assert look.limits.startswith("connections that live for")
    assert look.limits.endswith(f"; {TOLD_NO_MORE}")
    look.close()


async def test_what_was_left_out_is_told() -> None:
    looker = Looker()
    look = FirstLook(looker)
    assert look.left_out_count == 0
    looker.left_out_count = 1_200
    assert "1,200 were left out" in look.limits


async def test_why_first_packets_cannot_be_captured_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: QuickCapture, interfaces: Sequence[int], *, has_tcp: bool) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    look = FirstLook(Looker())
    with monkeypatch.context() as patched:
        patched.setattr(QuickCapture, "follow", refuse)
        look.follow([1], LocalNetwork())
        assert "first packets cannot be captured (Operation not permitted)" in look.limits
    look.follow([], LocalNetwork())
    assert "cannot" not in look.limits
    look.close()


@pytest.mark.root
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_fault_of_whoever_is_shown_packets_is_told_and_the_next_change_of_interfaces_begins_again() -> None:
    class Faulty(Looker):
        def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
            super().see(packets, now, now_wall)
            raise ValueError("a fault")

    looker = Faulty()
    look = FirstLook(looker)
    with namespace("nmlook") as place, place.entered():
        loopback = [socket.if_nametoindex("lo")]
        look.follow(loopback, LocalNetwork())
        with socket.create_server(("127.0.0.1", 0)) as server:
            for count in (1, 2):
                socket.create_connection(server.getsockname()).close()
                await eventually(lambda: "any more" in look.limits, what="the fault is told")
                assert len({one.key for one in looker.seen}) >= count
                look.follow(loopback, LocalNetwork())
                assert "any more" not in look.limits
    look.close()
