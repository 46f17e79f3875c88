"""How a stream is followed through silence and restarts: decisions alone, no clock, no wait, no gRPC.

A driver (`netmon_client.client` or `netmon_client.aio`) opens the stream, waits at most ``patience()`` for each
message, and tells what came; the follower answers with the items that the user is to see.
"""

from dataclasses import dataclass
from typing import Final

from netmon.model import Event, Gap, Snapshot
from netmon_client.errors import (
    CollectorUnreachable,
    IncompatibleVersion,
    InvalidRequest,
    NetmonError,
    NotPermitted,
    StreamLost,
)
from netmon_client.feed import Disconnected, FeedItem, Heartbeat, Hello, Reconnected, Stale
from netmon_client.socket_path import check_command

Message = Hello | Snapshot | Event | Gap | Heartbeat

_FINAL: Final = (IncompatibleVersion, InvalidRequest)
"""Errors that the next try would meet again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When silence means something, and how soon to try again.

    The collector says something at least once a second; three of those missed are "stale".
    """

    stale_after_seconds: float = 3.0
    reconnect_after_seconds: float = 10.0
    first_retry_seconds: float = 0.2
    longest_retry_seconds: float = 1.0


class Follower:
    """The state of one followed stream over all its connections.

    ``reconnect``: go on after a loss; otherwise it is raised as `StreamLost`. ``wait``: the collector need not be there
    yet. ``answer_seconds``: how long the first message of a connection may take. ``socket``: the collector's path.
    """

    def __init__(self, socket: str, timing: Timing, answer_seconds: float, *, reconnect: bool, wait: bool) -> None:
        self._socket = socket
        self._timing = timing
        self._answer_seconds = answer_seconds
        self._reconnect = reconnect
        self._wait = wait
        self._instance_id = ""
        self._is_greeted = False
        self._greeted_at = 0.0
        self._lost_at: float | None = None
        self._is_stale = False
        self._silent_seconds = 0.0
        self._retry_seconds = timing.first_retry_seconds
        self._refusals = 0

    def opened(self) -> None:
        """A new connection is being tried."""
        self._is_greeted = False
        self._is_stale = False
        self._silent_seconds = 0.0

    def patience(self) -> float:
        """Seconds to wait for the next message before `silent` is told."""
        if not self._is_greeted:
            limit = self._answer_seconds
        elif self._is_stale:
            limit = self._timing.reconnect_after_seconds
        else:
            limit = min(self._timing.stale_after_seconds, self._timing.reconnect_after_seconds)
        return max(0.0, limit - self._silent_seconds)

    def received(self, message: Message, now: float) -> list[FeedItem]:
        """Give the items for a message; ``now`` in monotonic seconds."""
        self._silent_seconds = 0.0
        self._is_stale = False
        if not isinstance(message, Hello):
            return [message]
        items: list[FeedItem] = []
        if self._lost_at is not None and self._instance_id:
            changed = message.instance_id != self._instance_id
            items.append(Reconnected(after_seconds=now - self._lost_at, instance_changed=changed))
        self._lost_at = None
        self._refusals = 0
        self._instance_id = message.instance_id
        self._is_greeted = True
        self._greeted_at = now
        items.append(message)
        return items

    def silent(self, seconds: float) -> list[FeedItem]:
        """Nothing came for so many further seconds. Raise `CollectorUnreachable` when that is enough to give up.

        ``seconds`` is at most what `patience` asked for: time in which this program itself was stopped tells nothing of
        the collector.
        """
        self._silent_seconds += seconds
        if not self._is_greeted:
            if self._silent_seconds >= self._answer_seconds:
                raise silence(self._silent_seconds, self._socket)
            return []
        if self._silent_seconds >= self._timing.reconnect_after_seconds:
            raise silence(self._silent_seconds, self._socket)
        if not self._is_stale and self._silent_seconds >= self._timing.stale_after_seconds:
            self._is_stale = True
            return [Stale(seconds=self._silent_seconds)]
        return []

    def failed(self, error: NetmonError, now: float) -> list[FeedItem]:
        """Give what to say about a connection that ended or did not come about; raise what cannot be mended.

        The next try is due in `next_retry_seconds`.
        """
        if isinstance(error, _FINAL):
            raise error
        was_greeted, self._is_greeted = self._is_greeted, False
        if self._instance_id and not self._reconnect:
            raise StreamLost("the stream of the collector was lost", why=str(error)) from error
        self._refusals = self._refusals + 1 if isinstance(error, NotPermitted) else 0
        if not self._instance_id:
            self._check_first(error)
        if was_greeted and now - self._greeted_at >= self._timing.longest_retry_seconds:
            self._retry_seconds = self._timing.first_retry_seconds
        is_first = self._lost_at is None
        if is_first:
            self._lost_at = now
        # A directory that is opened last is closed for a moment while the collector starts: one refusal is no news.
        if not is_first and self._refusals != 2:
            return []
        return [Disconnected(reason=str(error), retry_seconds=self._retry_seconds, remedy=error.remedy)]

    def next_retry_seconds(self) -> float:
        """Give the seconds to wait before the next try; each one is twice as long, up to the longest."""
        seconds = self._retry_seconds
        self._retry_seconds = min(2 * seconds, self._timing.longest_retry_seconds)
        return seconds

    def _check_first(self, error: NetmonError) -> None:
        """Raise an error that came before the collector was ever reached, unless waiting for it was asked for."""
        is_closed = isinstance(error, NotPermitted) and not error.reason and self._refusals == 1
        is_absent = isinstance(error, CollectorUnreachable) or is_closed
        if not (self._wait and is_absent):
            raise error


class EventPosition:
    """Where a stream of events goes on after a loss: after the last event that was seen, of that instance.

    Those that a filter left out count as seen: a heartbeat comes when all up to its sequence were looked at.
    """

    def __init__(self, after_sequence: int | None = None, instance_id: str = "") -> None:
        self.after_sequence = after_sequence
        self.instance_id = instance_id

    def note(self, message: Message) -> None:
        """Take a message into account."""
        if isinstance(message, Event):
            self.after_sequence = message.sequence
        elif isinstance(message, Heartbeat):
            self.after_sequence = max(self.after_sequence or 0, message.sequence)
        elif isinstance(message, Hello):
            if self.after_sequence is None:
                self.after_sequence = message.sequence
            elif self.instance_id not in {"", message.instance_id}:
                self.after_sequence = 0  # all that the new instance holds follows
            self.instance_id = message.instance_id


def silence(seconds: float, path: str) -> CollectorUnreachable:
    """Make the error for a collector at ``path`` that is there and says nothing."""
    return CollectorUnreachable(
        f"the collector does not answer: nothing for {seconds:.0f} s",
        why="it hangs, or the machine is overloaded",
        remedy=f"Check it:  {check_command(path)}",
    )
