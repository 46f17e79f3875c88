"""Which socket a connection had, from what was told of them. Unix time is `AHEAD` of the monotonic clock here."""

import pytest

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host import traced_sockets
from netmon_collector.host.perf.records import StateChange, TcpState
from netmon_collector.host.traced_sockets import ENDS_LIMIT, TracedSockets

AHEAD = 1_000_000.0
HERE, THERE = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
OURS = (HERE, 4321, THERE, 443)
SYN_SENT, OPEN, RECEIVED = TcpState.SYN_SENT, TcpState.ESTABLISHED, TcpState.SYN_RECEIVED
CLOSED, OURS_FIRST, THEIRS_FIRST = TcpState.CLOSED, TcpState.FIN_WAIT_1, TcpState.LAST_ACK


def question(start: float, end: float | None = None, *, is_passing: bool = False) -> Question:
    key = FlowKey(Protocol.TCP, 6, *OURS)
    ended = None if end is None else end + AHEAD
    return Question("c1", key, start + AHEAD, ended, is_passing=is_passing)


class Told(TracedSockets):
    """What the kernel tells of sockets, each by a number."""

    def change(self, at: float, socket: int, before: int, state: int, pid: int = 0, ends: object = OURS) -> None:
        assert isinstance(ends, tuple)
        self.add(StateChange(at, pid, socket, before, state, ends))

    def opened(self, at: float, socket: int, pid: int) -> None:
        self.change(at, socket, CLOSED, SYN_SENT, pid, (HERE, 0, THERE, 443))
        self.change(at + 0.0001, socket, SYN_SENT, OPEN)

    def accepted(self, at: float, socket: int) -> None:
        self.change(at, socket, RECEIVED, OPEN)

    def closed(self, at: float, socket: int, pid: int) -> None:
        self.change(at, socket, OPEN, OURS_FIRST, pid)

    def pids(self, asked: Question) -> tuple[int, int, bool]:
        """Give opener, closer, and whether that is sure."""
        found = self.of(asked, AHEAD)
        assert found is not None
        return found.socket.opener, found.socket.closer, found.is_sure


def test_who_opened_a_connection_is_known_at_once_and_who_closed_it_then() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    assert told.pids(question(10.00005)) == (70, 0, True)
    told.closed(11.0, 1, 71)
    assert told.pids(question(10.00005, 11.0)) == (70, 71, True)


def test_a_call_that_was_refused_or_given_up_has_its_opener() -> None:
    told = Told(0.0)
    told.change(10.0, 1, CLOSED, SYN_SENT, 70, (HERE, 0, THERE, 443))
    told.change(10.0002, 1, SYN_SENT, CLOSED)
    assert told.pids(question(10.0001)) == (70, 0, True)


def test_what_came_in_is_its_closers_and_its_first_packet_may_be_long_before() -> None:
    told = Told(0.0)
    told.accepted(10.3, 1)
    found = told.of(question(10.0), AHEAD)
    assert found is not None
    assert (found.socket.is_inbound, found.socket.closer, found.is_sure) == (True, 0, True)
    told.change(12.0, 1, TcpState.CLOSE_WAIT, THEIRS_FIRST, 80)
    assert told.pids(question(10.0, 12.0)) == (0, 80, True)


def test_ends_that_are_used_again_are_two_connections() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.closed(10.5, 1, 70)
    told.opened(11.0, 1, 90)
    told.closed(11.5, 1, 90)
    assert told.pids(question(10.0001, 10.6)) == (70, 70, True)
    assert told.pids(question(11.0001, 11.6)) == (90, 90, True)


def test_ends_that_are_used_again_on_the_other_side_are_two_connections() -> None:
    told = Told(0.0)
    told.accepted(10.0002, 1)
    told.closed(10.5, 1, 70)
    told.accepted(11.0002, 1)
    told.closed(11.5, 1, 90)
    assert told.pids(question(10.0, 10.6)) == (0, 70, True)
    assert told.pids(question(11.0, 11.6)) == (0, 90, True)


def test_ends_that_are_used_again_within_what_clocks_differ_are_never_sure() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.closed(10.0002, 1, 70)
    told.opened(10.0003, 2, 90)
    assert told.pids(question(10.0001))[2] is False
    told.closed(11.0, 2, 90)
    told.accepted(20.0, 3)
    told.closed(20.0002, 3, 70)
    told.accepted(20.0003, 4)
    assert told.pids(question(19.9999))[2] is False


def test_two_at_the_same_time_are_of_two_namespaces_and_nobody_knows_which() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.opened(10.5, 2, 90)
    assert told.of(question(10.5), AHEAD) is None


def test_one_that_was_closed_before_is_not_it() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.closed(10.5, 1, 70)
    assert told.of(question(12.0), AHEAD) is None


def test_one_that_was_opened_after_the_first_packet_is_not_it() -> None:
    told = Told(0.0)
    told.opened(12.0, 1, 70)
    assert told.of(question(10.0), AHEAD) is None


def test_a_connection_that_goes_on_from_before_is_its_closers_but_not_surely() -> None:
    told = Told(9.0)
    told.closed(10.0, 1, 70)
    assert told.pids(question(5.0, 10.0)) == (0, 70, False)


def test_nothing_new_is_taken_for_a_connection_from_before() -> None:
    told = Told(9.0)
    told.accepted(10.0, 1)
    assert told.of(question(5.0), AHEAD) is None


def test_a_reset_that_the_network_brought_has_no_closer() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.change(10.2, 1, OPEN, CLOSED)
    assert told.pids(question(10.0, 10.2)) == (70, 0, True)
    told.change(10.3, 9, OPEN, CLOSED)  # of one that nobody told of


def test_the_ends_of_a_connection_that_passes_are_both_told_the_caller_first() -> None:
    told = Told(0.0)
    back = (THERE, 443, HERE, 4321)
    told.change(10.0003, 2, RECEIVED, OPEN, ends=back)
    told.opened(10.0, 1, 70)
    found = told.passing(question(10.0001, is_passing=True), AHEAD)
    assert [(one.is_inbound, one.opener) for one in found] == [(False, 70), (True, 0)]


def test_what_was_closed_long_ago_is_forgotten_and_what_is_open_stays() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.change(10.0, 2, RECEIVED, OPEN, ends=(HERE, 80, THERE, 5))
    told.closed(11.0, 1, 70)
    told.forget(10.5)
    assert told.pids(question(10.0))[0] == 70
    told.forget(12.0)
    assert told.of(question(10.0), AHEAD) is None
    assert len(told._by_ends) == 1


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traced_sockets, "OPEN_LIMIT", 8)
    told = Told(0.0)
    for number in range(ENDS_LIMIT + 10):
        told.change(10.0, number, CLOSED, SYN_SENT, 70, (HERE, 0, THERE, 443))
        told.change(10.0, number, SYN_SENT, OPEN, 0, (HERE, number & 0xFFFF, THERE, 443 + (number >> 16)))
    assert (len(told._open), len(told._by_ends)) == (8, ENDS_LIMIT)
    for number in range(100):
        told.opened(20.0 + number, number, 70)
        told.closed(20.5 + number, number, 70)
    assert len(told._by_ends[OURS]) == traced_sockets.SAME_ENDS_LIMIT


def test_what_was_closed_before_a_part_was_lost_is_known_and_what_was_open_is_not() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.closed(10.5, 1, 70)
    told.change(10.0, 2, RECEIVED, OPEN, ends=(HERE, 80, THERE, 5))
    told.lose(11.0)
    assert told.pids(question(10.0001, 10.5)) == (70, 70, True)
    assert len(told._by_ends) == 1
    told.opened(12.0, 3, 90)
    assert told.of(question(10.8), AHEAD) is None
    assert told.pids(question(12.0001)) == (90, 0, True)


def test_who_ends_another_one_s_connection_is_not_its_holder() -> None:
    told = Told(0.0)
    told.opened(10.0, 1, 70)
    told.change(10.5, 1, OPEN, CLOSED, 99)
    assert told.pids(question(10.0001, 10.5))[:2] == (70, 0)
    told.opened(11.0, 2, 71)
    told.change(11.5, 2, OPEN, CLOSED, 71)
    assert told.pids(question(11.0001, 11.5))[:2] == (71, 71)


def test_what_comes_in_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traced_sockets, "OPEN_LIMIT", 8)
    told = Told(0.0)
    for number in range(100):
        told.accepted(10.0, number)
    assert len(told._open) == 8
