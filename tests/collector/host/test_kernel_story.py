"""What the trace tells goes to whoever is concerned."""

from collections.abc import Sequence

from netmon_collector import clock
from netmon_collector.host.kernel_story import CHECK_SECONDS, KernelStory
from netmon_collector.host.perf.kernel_trace import TraceReader
from netmon_collector.host.perf.records import (
    Lost,
    Named,
    ProcessEnded,
    ProcessForked,
    Record,
    StateChange,
    TcpState,
)
from netmon_collector.host.process_events import EventKind, ProcessEvent

ENDS = (bytes(4), 0, bytes(4), 443)


class Planned(TraceReader):
    """Tells what a test plans."""

    def __init__(self) -> None:
        self.planned: list[Record] = []
        self.is_closed = False
        self.has_all = True

    def fileno(self) -> int:
        return 7

    def read(self, now: float) -> Sequence[Record]:
        told, self.planned = [one for one in self.planned if one[0] <= now], []
        return told

    @property
    def holds_later(self) -> bool:
        return bool(self.planned)

    def is_whole(self) -> bool:
        return self.has_all

    def close(self) -> None:
        self.is_closed = True


def test_processes_are_told_to_both_who_ask() -> None:
    reader = Planned()
    story = KernelStory(reader)
    reader.planned = [ProcessForked(1.0, 12, 10), Named(1.1, 12, b"curl", is_execed=True), ProcessEnded(1.2, 12)]
    assert story.read() == [
        ProcessEvent(EventKind.FORK, 12, 1.0, 10),
        ProcessEvent(EventKind.EXIT, 12, 1.2),
    ]
    assert story.read() == []
    birth = story.processes.of(12)
    assert birth is not None
    assert (birth.name, birth.parent_pid) == (b"curl", 10)


def test_who_touched_a_socket_is_given_once_with_the_last_time() -> None:
    reader = Planned()
    story = KernelStory(reader)
    reader.planned = [
        StateChange(1.0, 12, 1, TcpState.CLOSED, TcpState.SYN_SENT, ENDS),
        StateChange(1.1, 0, 1, TcpState.SYN_SENT, TcpState.ESTABLISHED, ENDS),
        StateChange(1.2, 12, 1, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, ENDS),
    ]
    story.listen(2.0)
    assert story.take_touched() == {12: 1.2}
    assert story.take_touched() == {}


def test_where_a_part_was_lost_all_starts_anew() -> None:
    reader = Planned()
    story = KernelStory(reader)
    reader.planned = [ProcessForked(1.0, 12, 10)]
    story.listen(2.0)
    reader.planned = [Lost(3.0), ProcessForked(3.1, 13, 10)]
    story.listen(4.0)
    assert story.overrun_count == 1
    assert story.processes.of(12) is None
    assert story.processes.of(13) is not None


def test_it_is_waited_for_and_closed_with_its_reader() -> None:
    reader = Planned()
    story = KernelStory(reader)
    assert story.fileno() == 7
    story.close()
    assert reader.is_closed


def test_where_a_processor_is_told_of_no_more_nothing_new_is_taken() -> None:
    reader = Planned()
    story = KernelStory(reader)
    later = clock.monotonic() + CHECK_SECONDS + 1
    reader.has_all = False
    reader.planned = [ProcessForked(1.0, 12, 10)]
    assert not story.is_broken
    story.listen(later)
    assert story.is_broken
    assert story.overrun_count == 1
    assert story.processes.of(12) is None
    reader.has_all = True
    reader.planned = [ProcessForked(later, 13, 10)]
    story.listen(later + 2 * CHECK_SECONDS)
    assert story.processes.of(13) is None
    assert (story.is_broken, story.overrun_count) == (True, 1)


def test_what_waits_without_waking_anybody_is_told() -> None:
    reader = Planned()
    story = KernelStory(reader)
    assert not story.has_more
    reader.planned = [StateChange(1.0, 12, 1, TcpState.CLOSED, TcpState.SYN_SENT, ENDS)]
    assert story.has_more
    story.listen(2.0)
    assert story.has_more
    story.take_touched()
    assert not story.has_more


def test_processes_that_ended_long_ago_are_forgotten() -> None:
    reader = Planned()
    story = KernelStory(reader)
    reader.planned = [ProcessForked(1.0, 12, 10), ProcessForked(1.0, 13, 10), ProcessEnded(1.2, 12)]
    story.listen(2.0)
    story.forget(2.0)
    assert story.processes.of(12) is None
    assert story.processes.of(13) is not None
