"""Follow a feed to its end: print, count, and say at last why it ended."""

from collections.abc import Callable
from contextlib import closing

from netmon.model import Event, Gap, Snapshot
from netmon_cli.failure import EXIT_INTERRUPTED
from netmon_cli.stopping import Stopped, Stopping
from netmon_cli.stream.printers import Printer
from netmon_cli.stream.words import talk_of
from netmon_client.errors import NetmonError
from netmon_client.feed import Disconnected, End, Feed, FeedItem, Heartbeat, Hello, Reconnected, Stale

__all__ = ["follow"]


class _Follower:
    """Hands each item to the printer; counts what the user counts: snapshots, or events."""

    def __init__(self, printer: Printer, prepare: Callable[[Snapshot], Snapshot]) -> None:
        self._printer = printer
        self._prepare = prepare
        self.count = 0
        self.sequence = 0
        self.end_reason = "end of input"

    def take(self, item: FeedItem) -> None:
        match item:
            case Hello():
                self._printer.hello(item)
            case Snapshot():
                self.count += 1
                self.sequence = item.sequence
                self._printer.snapshot(self._prepare(item))
            case Event():
                self.count += 1
                self.sequence = item.sequence
                self._printer.event(item)
            case Gap():
                self._printer.gap(item)
            case Disconnected() | Reconnected() | Stale():
                self._printer.talk(talk_of(item))
            case End():
                self.end_reason = item.reason
            case Heartbeat():
                return


def follow(
    feed: Feed,
    printer: Printer,
    *,
    prepare: Callable[[Snapshot], Snapshot],
    most: int | None = None,
    duration_seconds: float | None = None,
) -> int:
    """Print ``feed`` until it ends, ``most`` snapshots or events have come, the time is over, or somebody stops it.

    Give the exit code. The last thing that the printer gets is an `End` with the reason, also before an error of the
    SDK is raised; a closed pipe (BrokenPipeError) gets none.
    """
    follower = _Follower(printer, prepare)
    reason, exit_code = "", 0
    with Stopping(duration_seconds) as stopping, closing(stopping.items(feed)) as items:
        try:
            for item in items:
                follower.take(item)
                if most is not None and follower.count >= most:
                    reason = "count reached"
                    break
        except Stopped as stopped:
            reason, exit_code = stopped.reason, stopped.exit_code
        except KeyboardInterrupt:
            reason, exit_code = "interrupted", EXIT_INTERRUPTED
        except NetmonError as error:
            printer.end(End(reason=str(error), sequence=follower.sequence))
            raise
    printer.end(End(reason=reason or follower.end_reason, sequence=follower.sequence))
    return exit_code
