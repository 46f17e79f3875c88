"""A wire that takes its time and loses packets, where the kernel has no netem: a tun device, and a thread behind it.

What is sent to the far address comes back with both addresses swapped: so one namespace is both ends, each with an
address of its own, and every packet between them passes the thread. TCP's checksum covers both addresses alike.
"""

import fcntl
import heapq
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count

from tests.support.namespaces import Namespace

# linux/if_tun.h
_TUNSETIFF = 0x400454CA
_IFF_TUN = 0x1
_IFF_NO_PI = 0x1000

NEAR, FAR = "198.18.7.1", "198.18.7.2"
_MOST_BYTES = 65_536


class SlowWire:
    """Delays every packet by ``delay_seconds``; ``loses`` is asked with the number of each and its bytes."""

    def __init__(self, device: int, delay_seconds: float, loses: Callable[[int, bytes], bool]) -> None:
        self._device = device
        self._delay_seconds = delay_seconds
        self._loses = loses
        self._ends = os.pipe()
        self._thread = threading.Thread(target=self._run, name="slow wire")
        self.lost_count = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        os.write(self._ends[1], b".")
        self._thread.join()
        for one in (*self._ends, self._device):
            os.close(one)

    def _run(self) -> None:
        waiting: list[tuple[float, bytes]] = []
        numbers = count()
        while True:
            pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            ready, _, _ = select.select([self._device, self._ends[0]], [], [], pause)
            if self._ends[0] in ready:
                return
            if self._device in ready:
                packet = os.read(self._device, _MOST_BYTES)
                if packet[0] >> 4 != 4:
                    continue
                if self._loses(next(numbers), packet):
                    self.lost_count += 1
                else:
                    swapped = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
                    heapq.heappush(waiting, (time.monotonic() + self._delay_seconds, swapped))
            while waiting and waiting[0][0] <= time.monotonic():
                os.write(self._device, heapq.heappop(waiting)[1])


@contextmanager
def slow_wire(
    own: Namespace, delay_seconds: float, loses: Callable[[int, bytes], bool] = lambda _number, _packet: False
) -> Generator[SlowWire]:
    """Put a wire into a namespace: connect from there to ``FAR`` to reach what listens on ``NEAR``."""
    with own.entered():
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", b"slow0", _IFF_TUN | _IFF_NO_PI))
    own.ip("address", "add", f"{NEAR}/24", "dev", "slow0")
    own.ip("link", "set", "slow0", "up")
    wire = SlowWire(device, delay_seconds, loses)
    wire.start()
    try:
        yield wire
    finally:
        wire.stop()
