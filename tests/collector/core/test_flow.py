"""What is known of one connection before anything happened to it."""

from netmon.model import Protocol
from netmon_collector.core.flow import Flow, FlowKey, Route
from netmon_collector.core.interface_sums import InterfaceSums

HERE, THERE = bytes((192, 0, 2, 1)), bytes((198, 51, 100, 2))


def flow(remote: bytes = THERE) -> Flow:
    return Flow("c1", FlowKey(Protocol.UDP, 17, HERE, 9, remote, 10), start_time=1.0, now=2.0)


def test_a_socket_without_a_fixed_peer_has_no_peer() -> None:
    assert flow().has_peer
    assert not flow(b"").has_peer


def test_it_has_ended_once_there_is_an_end_time() -> None:
    made = flow()
    assert not made.has_ended
    made.end_time = 0.0
    assert made.has_ended


def test_sockets_that_share_an_endpoint_are_kept_apart_by_their_holder() -> None:
    keys = {FlowKey(Protocol.TCP, 6, HERE, 80, holder=holder) for holder in ("a", "b", "a")}
    assert len(keys) == 2


def test_a_route_leads_to_both_ends_on_loopback_and_to_one_elsewhere() -> None:
    sender, receiver = flow(), flow()
    assert Route(InterfaceSums(), sender=sender, receiver=receiver).flows == [sender, receiver]
    assert Route(InterfaceSums(), receiver=receiver).flows == [receiver]
    assert Route(InterfaceSums()).flows == []


def test_a_change_lets_go_of_what_was_shown() -> None:
    made = flow()
    made.facts = made.row = object()  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    made.change()
    assert made.facts is made.row is None
