"""The client of the collector: one object, plain iterators."""

import threading
import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self, TypeVar

from netmon.model import Connection, Explanation, Filter, InterfaceLedger, RowOrder, Snapshot, Status, View
from netmon_client import calls
from netmon_client.answers import Bandwidth, MonitoringChange, Refreshed
from netmon_client.asking import Asking
from netmon_client.calls import Call
from netmon_client.feed import FeedItem
from netmon_client.following import EventPosition, Follower, Message, Timing
from netmon_client.peer import COLLECTOR
from netmon_client.socket_path import default_socket_path
from netmon_client.sync_stream import MessagesCall, StreamFollower

_T = TypeVar("_T")

EVERYTHING: Final = View()
NO_FILTER: Final = Filter()
DEFAULT_TIMING: Final = Timing()


def connect(socket: str | None = None, *, timeout: float = 5.0, timing: Timing = DEFAULT_TIMING) -> "Client":
    """Give a client of the collector at ``socket``, else at ``NETMON_SOCKET``, else at the system's path.

    Nothing is sent before the first call. ``timeout``: seconds that an answer may take.
    """
    return Client(socket or default_socket_path(), timeout=timeout, timing=timing)


class Client:
    """A client of one collector; a context manager. May be used from several threads.

    Every method raises `NetmonError`. Single calls come through a restart of the collector; streams follow it.
    """

    def __init__(self, socket: str, *, timeout: float = 5.0, timing: Timing = DEFAULT_TIMING) -> None:
        self.socket = socket
        self._timeout = timeout
        self._timing = timing
        self._lock = threading.Lock()
        self._asking = Asking(socket, timeout, COLLECTOR)
        self._streams: set[StreamFollower] = set()
        self._is_closed = False
        # A program that ends in the middle of a stream leaves its iterator half-way; grpc then hangs now and then when
        # the interpreter takes the channel apart. So streams are ended before that.
        weakref.finalize(self, _close_streams, self._streams)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all streams and let go of the socket. May be called twice."""
        with self._lock:
            self._is_closed = True
            streams = tuple(self._streams)
        for stream in streams:
            stream.close()
        self._asking.drop()

    def status(self) -> Status:
        """Give the state of the collector, and what the caller may do."""
        return self._ask(calls.get_status())

    def snapshot(self, view: View = EVERYTHING) -> Snapshot:
        """Give the newest snapshot."""
        return self._ask(calls.get_snapshot(view))

    def connections(
        self,
        filter: Filter = NO_FILTER,  # noqa: A002 -- the word of the contract
        order: RowOrder = RowOrder.UNSPECIFIED,
        closed_within_seconds: float = 0.0,
        *,
        redacted: bool = False,
    ) -> Iterator[Connection]:
        """Give all connections of one moment, and those that ended within the last seconds (at most 60).

        ``redacted``: with pseudonyms, as in `View`.
        """
        token = ""
        while True:
            call = calls.list_connections(filter, order, closed_within_seconds, token, redacted=redacted)
            page = self._ask(call)
            yield from page.connections
            token = page.next_page_token
            if not token:
                return

    def bandwidth(self, window_seconds: float | None = None) -> Bandwidth:
        """Give the samples of the last seconds; None: all that is held, 15 minutes at the most."""
        return self._ask(calls.get_bandwidth(window_seconds))

    def explain(self, connection_id: str) -> Explanation:
        """Say how the owner of a connection was found, or why there is none. `InvalidRequest`: it is not held.

        ``connection_id`` is a row's ``id``, of a connection that is open or ended within the last minute.
        """
        return self._ask(calls.explain_connection(connection_id))

    def ledger(self) -> tuple[InterfaceLedger, ...]:
        """Give what the system counts on each interface, held against what was captured, as of the newest tick."""
        return self._ask(calls.get_ledger())

    def start(self) -> MonitoringChange:
        """Begin to capture again, for everybody on the machine."""
        return self._ask(calls.start_monitoring())

    def stop(self) -> MonitoringChange:
        """Stop the capture for everybody on the machine."""
        return self._ask(calls.stop_monitoring())

    def clear(self) -> float:
        """Move the baseline of all sums to now and give that time in Unix seconds; counters stay monotone."""
        return self._ask(calls.clear_statistics())

    def refresh(self) -> Refreshed:
        """Have the collector look at interfaces, addresses, sockets and processes anew."""
        return self._ask(calls.refresh_caches())

    def snapshots(
        self,
        view: View = EVERYTHING,
        interval_seconds: float | None = None,
        *,
        reconnect: bool = True,
        wait: bool = False,
    ) -> Iterator[FeedItem]:
        """Give a hello, the newest snapshot, then one an interval, and in between what happens to the connection.

        ``interval_seconds``: None is the collector's own; the hello tells what it became. ``reconnect``: go on after a
        loss, with `Disconnected` and `Reconnected` around it; otherwise raise `StreamLost`. ``wait``: the collector
        need not be there yet.
        """
        call = calls.stream_snapshots(view, interval_seconds)
        follower = Follower(self.socket, self._timing, self._timeout, reconnect=reconnect, wait=wait)
        return self._follow(follower, lambda: call, lambda _: None)

    def events(
        self,
        filter: Filter = NO_FILTER,  # noqa: A002 -- the word of the contract
        *,
        after_sequence: int | None = None,
        instance_id: str = "",
        redacted: bool = False,
        reconnect: bool = True,
        wait: bool = False,
    ) -> Iterator[FeedItem]:
        """Give a hello, then each event, from ``after_sequence`` of ``instance_id`` on where that is given.

        After a loss the stream goes on after its last event; what the collector no longer holds is a `Gap`.
        ``reconnect`` and ``wait`` as for `snapshots`; ``redacted``: with pseudonyms, as in `View`.
        """
        position = EventPosition(after_sequence, instance_id)
        follower = Follower(self.socket, self._timing, self._timeout, reconnect=reconnect, wait=wait)
        return self._follow(
            follower,
            lambda: calls.stream_events(filter, position.after_sequence, position.instance_id, redacted=redacted),
            position.note,
        )

    def _ask(self, call: Call[_T]) -> _T:
        return self._asking.ask(call)

    def _follow(
        self,
        follower: Follower,
        make_call: Callable[[], MessagesCall],
        note: Callable[[Message], None],
    ) -> Iterator[FeedItem]:
        """Give the items of a stream that is followed until this client is closed."""
        stream = StreamFollower(self.socket, self._timeout, follower)
        with self._lock:
            if self._is_closed:
                return
            self._streams.add(stream)
        try:
            yield from stream.items(make_call, note)
        finally:
            with self._lock:
                self._streams.discard(stream)
            stream.close()


def _close_streams(streams: set[StreamFollower]) -> None:
    for stream in tuple(streams):
        stream.close()
