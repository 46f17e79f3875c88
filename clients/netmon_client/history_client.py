"""The client of the recorder: questions about the past, upkeep and alerts."""

import threading
import weakref
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Final, Self, TypeVar

from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    AlertTest,
    BrowserDomains,
    BrowserQuery,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    EntityPage,
    EntityQuery,
    ExportItem,
    ExportQuery,
    Timeline,
    TimelineQuery,
    UsageAnswer,
    UsageQuery,
)
from netmon_client import history_calls as calls
from netmon_client.asking import Asking, decoded
from netmon_client.calls import Call
from netmon_client.errors import NetmonError
from netmon_client.firing_position import FiringPosition
from netmon_client.following import Timing
from netmon_client.history_answers import Alerts, HistoryStatus, PutAlert
from netmon_client.peer import RECORDER
from netmon_client.probe import check_socket
from netmon_client.rpc import RpcError, explained
from netmon_client.socket_path import default_recorder_path
from netmon_client.stream_reader import StreamReader

_T = TypeVar("_T")

WHAT_THE_POLICY_SAYS: Final = CleanupSelection()


def connect_history(socket: str | None = None, *, timeout: float = 5.0) -> "HistoryClient":
    """Give a client of the recorder at ``socket``, else where `default_recorder_path` finds one.

    Nothing is sent before the first call. ``timeout``: seconds that an answer may take; upkeep may take a minute.
    """
    return HistoryClient(socket or default_recorder_path(), timeout=timeout)


FIRINGS_TIMING: Final = Timing()

UPKEEP_SECONDS: Final = 60.0
"""What an answer may take that reads everything."""


class HistoryClient:
    """A client of one recorder; a context manager. May be used from several threads.

    Every method raises `NetmonError`. Single calls come through a restart of the recorder; streams end with an error,
    but `firings` where it is asked to go on.
    """

    def __init__(self, socket: str, *, timeout: float = 5.0) -> None:
        self.socket = socket
        self._timeout = timeout
        self._asking = Asking(socket, timeout, RECORDER)
        self._closed = threading.Event()
        self._readers: set[StreamReader] = set()
        # A program that ends in the middle of a stream leaves its iterator half-way. So streams are ended before their
        # threads are stopped for good.
        weakref.finalize(self, _close_readers, self._readers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all streams and let go of the socket. May be called twice."""
        self._closed.set()
        self._asking.drop()

    def usage(self, query: UsageQuery) -> UsageAnswer:
        """Give usage by bucket and group, with what is missing."""
        return self._ask(calls.query_usage(query))

    def entities(self, query: EntityQuery) -> EntityPage:
        """Give one page of entities."""
        return self._ask(calls.list_entities(query))

    def timeline(self, query: TimelineQuery) -> Timeline:
        """Give when things were active."""
        return self._ask(calls.get_timeline(query))

    def browser_domains(self, query: BrowserQuery) -> BrowserDomains:
        """Give browsers, each with its domains."""
        return self._ask(calls.get_browser_domains(query))

    def export(self, query: ExportQuery) -> Generator[ExportItem]:
        """Give a header, batches of rows by time, an end. Who wants the estimate alone closes it after the header."""
        for item in self._stream(calls.export_usage(query)):
            if item is not None:
                yield item

    def aggregate(self) -> AggregationReport:
        """Have the roll-ups held against what they were made of, and mended."""
        return self._ask(calls.run_aggregation(), UPKEEP_SECONDS)

    def cleanup_plan(self, selection: CleanupSelection = WHAT_THE_POLICY_SAYS) -> CleanupPlan:
        """Give what `cleanup` would delete."""
        return self._ask(calls.preview_cleanup(selection))

    def cleanup(self, selection: CleanupSelection = WHAT_THE_POLICY_SAYS) -> Iterator[CleanupProgress]:
        """Delete old rows, and tell how far that is; closing the iterator stops it."""
        return self._stream(calls.cleanup(selection))

    def refresh_caches(self) -> CacheReport:
        """Have keys and names forgotten that nothing is of any more."""
        return self._ask(calls.refresh_history_caches(), UPKEEP_SECONDS)

    def status(self) -> HistoryStatus:
        """Give the state of the recorder and of its storage."""
        return self._ask(calls.get_storage_status())

    def put_alert(self, rule: AlertRule) -> PutAlert:
        """Save an alert; one of the same name is replaced."""
        return self._ask(calls.put_alert(rule))

    def alerts(self, firing_limit: int = 100) -> Alerts:
        """Give all alerts and the last firings."""
        return self._ask(calls.list_alerts(firing_limit))

    def delete_alert(self, name: str) -> AlertRule:
        """Delete an alert and give it. Raises `InvalidRequest` where there is none of that name."""
        return self._ask(calls.delete_alert(name))

    def test_alert(
        self, rule: AlertRule, since_time: float | None = None, until_time: float | None = None
    ) -> AlertTest:
        """Give when a rule, saved or not, would have fired in a range (Unix seconds); None: the last 7 days."""
        return self._ask(calls.test_alert(rule, since_time, until_time), UPKEEP_SECONDS)

    def firings(
        self, after_sequence: int | None = None, *, reconnect: bool = False, timing: Timing = FIRINGS_TIMING
    ) -> Generator[AlertFiring | None]:
        """Give firings as they come, after a sequence where one is given; None at least each second: a sign of life.

        ``reconnect``: go on after a loss, with what fired meanwhile; otherwise, and where the recorder is not there at
        the beginning, raise `NetmonError`.
        """
        if not reconnect:
            yield from self._stream(calls.stream_alerts(after_sequence))
            return
        position = FiringPosition(after_sequence, timing)
        while not self._closed.is_set():
            try:
                position.connected(self.alerts(1).firings)
                for firing in self._stream(calls.stream_alerts(position.after_sequence)):
                    position.note(firing)
                    yield firing
                raise RECORDER.unreachable(f"the recorder at {self.socket} ended the stream")
            except NetmonError as error:
                if self._closed.is_set():
                    return
                seconds = position.failed(error)
            self._closed.wait(seconds)

    def _ask(self, call: Call[_T], within: float | None = None) -> _T:
        return self._asking.ask(call, within)

    def _stream(self, call: Call[_T]) -> Iterator[_T]:
        check_socket(self.socket, RECORDER)
        channel = self._asking.opened()
        open_stream = channel.unary_stream(call.path, type(call.request).SerializeToString, call.parse)
        reader = StreamReader(lambda: open_stream(call.request))
        self._readers.add(reader)
        try:
            reader.start()
            while True:
                yield decoded(call, reader.next(), RECORDER)
        except EOFError:
            return
        except RpcError as error:
            lost = explained(error, self.socket, self._timeout, RECORDER)
            self._asking.drop_after(lost, channel)
            raise lost from None
        finally:
            self._readers.discard(reader)
            reader.close()


def _close_readers(readers: set[StreamReader]) -> None:
    for reader in tuple(readers):
        reader.close()
