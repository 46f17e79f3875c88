"""A collector for a recorder under test: served from this process, its counters and clock set by the test."""

import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from netmon.model import Snapshot
from netmon_client import connect
from netmon_client.testing import FakeCollector, a_status
from tests.support.counting_machine import CountingMachine


class HeardCollector:
    """Counters that only grow: ``received`` is all that was ever counted, through restarts too."""

    def __init__(self, folder: str) -> None:
        self.socket = f"{folder}/collector.sock"
        self.shift_seconds = 0
        self.received = 0
        self._machine = CountingMachine(time=time.time(), monotonic=time.monotonic())
        self._key = self._machine.open()
        self._fake = self._served()

    @property
    def instance_id(self) -> str:
        """Identity of the run that is served."""
        return self._machine.instance_id

    def move(self, received: int = 1_000) -> None:
        """Count bytes, and send a snapshot to whoever listens."""
        self._machine.move(self._key, 0, received)
        self.received += received
        self._fake.publish(self._tick())

    def stop(self, *, is_stopped: bool = True) -> None:
        """Say that monitoring is stopped, or goes on."""
        self._machine.is_stopped = is_stopped
        self._fake.publish(self._tick())

    def restart(self) -> None:
        """End, and begin anew: a recorder that meets it writes a batch at once."""
        self.close()
        self._machine.restart()
        self._key = self._machine.open()
        self._fake = self._served()

    def is_live(self) -> bool:
        """Whether a live view is served."""
        with connect(self.socket) as client:
            return client.snapshot().sequence == self._machine.sequence

    def close(self) -> None:
        """End."""
        self._fake.close()

    def _tick(self) -> Snapshot:
        self._machine.time, self._machine.monotonic = time.time() + self.shift_seconds, time.monotonic()
        return self._machine.tick(0.0)

    def _served(self) -> FakeCollector:
        began = time.time() + self.shift_seconds
        status = replace(a_status(), instance_id=self._machine.instance_id, start_time=began)
        fake = FakeCollector(socket=self.socket, snapshots=[self._tick()], status=status)
        fake.start()
        return fake


@contextmanager
def heard_collector() -> Generator[HeardCollector]:
    """Serve one until the block is left."""
    with tempfile.TemporaryDirectory(prefix="netmon-heard-") as folder:
        heard = HeardCollector(folder)
        try:
            yield heard
        finally:
            heard.close()
