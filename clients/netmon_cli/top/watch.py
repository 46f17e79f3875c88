"""Reads the feed in a thread of its own. Of snapshots that nobody has taken yet only the newest waits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from netmon.model import BandwidthSample, Filter, Section, Snapshot, View
from netmon_client import Client
from netmon_client.errors import NetmonError
from netmon_client.feed import FeedItem

__all__ = ["Failure", "Past", "Watch", "Watched", "merged"]

_PAST_SECONDS: Final = 60.0
_JOIN_SECONDS: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The samples of the last minute, oldest first."""

    samples: tuple[BandwidthSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The feed ended with this error; nothing comes after it."""

    error: Exception


Watched = FeedItem | Past | Failure


class Watch:
    """One subscription. ``wake`` is called in the thread of the watch when `take` has something again."""

    def __init__(
        self, connect: Callable[[], Client], wake: Callable[[], object], *, interval_seconds: float, condition: Filter
    ) -> None:
        self._client = connect()
        self._wake = wake
        self._interval_seconds = interval_seconds
        sections = frozenset({Section.CONNECTIONS, Section.APPLICATIONS, Section.DOMAINS})
        self._view = View(filter=condition, sections=sections)
        self._lock = threading.Lock()
        self._waiting: list[Watched] = []
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name="netmon-top", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def take(self) -> list[Watched]:
        """Give what has come since the last call, in its order."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def close(self) -> None:
        """End the subscription and, as a rule, its thread. May be called twice."""
        self._is_closed = True
        self._client.close()
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)

    def _read(self) -> None:
        try:
            self._read_past()
            for item in self._client.snapshots(self._view, self._interval_seconds, wait=True):
                self._put(item)
        except Exception as error:  # noqa: BLE001 -- the thread's outermost: handed to whoever shows it
            self._put(Failure(error=error))

    def _read_past(self) -> None:
        """Fetch the last minute once; who cannot give it will be met by the stream, which says why."""
        try:
            samples = self._client.bandwidth(_PAST_SECONDS).samples
        except NetmonError:
            return
        self._put(Past(samples=tuple(samples)))

    def _put(self, item: Watched) -> None:
        with self._lock:
            if self._is_closed:
                return
            was_empty = not self._waiting
            if isinstance(item, Snapshot) and self._waiting and isinstance(before := self._waiting[-1], Snapshot):
                self._waiting[-1] = merged(before, item)
            else:
                self._waiting.append(item)
        if was_empty:
            self._wake()


def merged(older: Snapshot, newer: Snapshot) -> Snapshot:
    """Give the newer snapshot with the rows that ended in the older one: they are said but once."""
    if older.instance_id != newer.instance_id:
        return newer
    listed = {row.id for row in newer.connections}
    ended = [row for row in older.connections if row.end_time is not None and row.id not in listed]
    return replace(newer, connections=(*newer.connections, *ended)) if ended else newer
