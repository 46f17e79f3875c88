"""A second subscriber of the collector, beside whatever is tested: every snapshot by its time."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from netmon.model import Snapshot
from netmon_client import Client
from tests.support.waiting import wait_for

_COME_SECONDS = 30.0


class SnapshotReader:
    """Holds each snapshot since it began, by its time rounded to milliseconds, as messages to a tab give it."""

    def __init__(self) -> None:
        self._snapshots: dict[float, Snapshot] = {}
        self._lock = threading.Lock()

    def snapshots(self) -> dict[float, Snapshot]:
        """Give all so far, oldest first."""
        with self._lock:
            return dict(self._snapshots)

    def newest(self) -> Snapshot | None:
        """Give the last one."""
        with self._lock:
            return next(reversed(self._snapshots.values()), None)

    def of(self, time: float) -> Snapshot | None:
        """Give the one of this time, once it or a later one has come; None: it was skipped, on a busy machine."""

        def has_come() -> bool:
            newest = self.newest()
            return newest is not None and round(newest.time, 3) >= time

        wait_for(has_come, seconds=_COME_SECONDS, what="the second subscriber has this snapshot too")
        return self.snapshots().get(time)

    def take(self, snapshot: Snapshot) -> None:
        """Keep one more."""
        with self._lock:
            self._snapshots[round(snapshot.time, 3)] = snapshot


@contextmanager
def reading(client: Client) -> Generator[SnapshotReader]:
    """Subscribe in a thread of its own, which ends with the block; the client is the caller's."""
    reader = SnapshotReader()
    ending = threading.Event()

    def read() -> None:
        for item in client.snapshots(wait=True):
            if isinstance(item, Snapshot):
                reader.take(item)
            if ending.is_set():
                return

    thread = threading.Thread(target=read, name="a second subscriber")
    thread.start()
    try:
        yield reader
    finally:
        ending.set()
        thread.join(30)
        assert not thread.is_alive(), "the second subscriber still waits for a snapshot"
