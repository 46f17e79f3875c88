"""Following a feed: any iterator is one."""

from collections.abc import Iterable, Iterator

import pytest

from netmon.model import ConnectionOpened, Event, Gap, GapCause, MonitoringState, Snapshot
from netmon_cli.stream.run import follow
from netmon_client import Disconnected, End, FeedItem, Heartbeat, Hello, Reconnected, StreamLost
from netmon_client.testing import a_snapshot
from tests.clients.netmon_cli.rows import WEB

HELLO = Hello(instance_id="i", version="0.1.0", interval_seconds=1.0)
GAP = Gap(cause=GapCause.SLOW_READER)
BEAT = Heartbeat(time=1.0, sequence=1, monitoring_state=MonitoringState.RUNNING)


class Record:
    """A printer that writes down what it was handed."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.ends: list[End] = []

    def hello(self, item: Hello) -> None:
        self.said.append(f"hello {item.instance_id}")

    def snapshot(self, item: Snapshot) -> None:
        self.said.append(f"snapshot {item.sequence}")

    def event(self, item: Event) -> None:
        self.said.append(f"event {item.sequence}")

    def gap(self, item: Gap) -> None:
        self.said.append(f"gap {item.cause.name}")

    def talk(self, text: str) -> None:
        self.said.append(text)

    def end(self, item: End) -> None:
        self.ends.append(item)


def followed(items: Iterable[FeedItem], most: int | None = None) -> tuple[Record, int]:
    record = Record()
    return record, follow(iter(items), record, prepare=lambda snapshot: snapshot, most=most)


def test_every_item_reaches_the_printer_and_heartbeats_do_not() -> None:
    event = Event(sequence=9, time=1.0, kind=ConnectionOpened(connection=WEB))
    outage = (Disconnected(reason="gone", retry_seconds=1.0), Reconnected(after_seconds=1.0, instance_changed=False))
    record, code = followed([HELLO, BEAT, a_snapshot(), GAP, event, *outage])
    assert record.said == [
        "hello i",
        "snapshot 1",
        "gap SLOW_READER",
        "event 9",
        "disconnected: gone; trying again",
        "resumed after 1.0 s",
    ]
    assert code == 0
    assert record.ends == [End(reason="end of input", sequence=9)]


def test_snapshots_and_events_are_counted_and_nothing_else() -> None:
    record, code = followed([HELLO, GAP, *(a_snapshot(sequence=n) for n in range(1, 9))], most=2)
    assert record.said[-1] == "snapshot 2"
    assert (code, record.ends) == (0, [End(reason="count reached", sequence=2)])


def test_a_saved_end_keeps_its_reason() -> None:
    record, _ = followed([a_snapshot(), End(reason="interrupted", sequence=1)])
    assert record.ends == [End(reason="interrupted", sequence=1)]


def test_what_is_prepared_is_what_is_printed() -> None:
    record = Record()
    follow(iter([a_snapshot()]), record, prepare=lambda _: a_snapshot(sequence=77))
    assert record.said == ["snapshot 77"]


def test_the_end_is_told_before_an_error_goes_on() -> None:
    def lost() -> Iterator[FeedItem]:
        yield a_snapshot(sequence=5)
        raise StreamLost("the stream was lost")

    record = Record()
    with pytest.raises(StreamLost):
        follow(lost(), record, prepare=lambda snapshot: snapshot)
    assert record.ends == [End(reason="the stream was lost", sequence=5)]


def test_ctrl_c_is_an_end_with_a_reason() -> None:
    def interrupted() -> Iterator[FeedItem]:
        yield a_snapshot(sequence=5)
        raise KeyboardInterrupt

    record, code = followed(interrupted())
    assert (code, record.ends) == (130, [End(reason="interrupted", sequence=5)])
