"""Both ends of the load on a gate: ``python -m tests.support.gate_load``.

``serve PATH BYTES`` sends everybody so many bytes each second, with the time in front. ``read PATH UID COUNT`` prints a
line when all of its connections read, and at the end of its input how many messages the least served one got, and how
late each message was; with ``METHOD`` behind it asks another service, whose messages tell no time. ``stall PATH UID
COUNT`` takes one message on each connection and no more, while all else of it lives on.
"""

import asyncio
import json
import os
import struct
import sys
import time
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from netmon.serving import CLIENT_OPTIONS, Context, Service, ServiceHost, SocketAccess

METHOD = "/test.Load/Ticks"
STARTER = 3_100_000
_TIME = struct.Struct("d")


class Ticks:
    """One payload a second, the newest for each who is ready for it."""

    def __init__(self, byte_count: int) -> None:
        self._rest = bytes(byte_count)
        self._payload = b""
        self._next = asyncio.Event()

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._payload = _TIME.pack(time.monotonic()) + self._rest
            ringing, self._next = self._next, asyncio.Event()
            ringing.set()

    async def give(self, request: bytes, context: Context) -> None:
        while True:
            await self._next.wait()
            await context.write(self._payload)


async def serve(path: str, byte_count: int) -> None:
    """Serve; for each line of input print the CPU seconds so far and the memory in bytes (PSS)."""
    ticks = Ticks(byte_count)
    kind: Any = grpc.unary_stream_rpc_method_handler
    services = [Service(name="test.Load", methods={"Ticks": kind(ticks.give)})]
    host = ServiceHost(path=Path(path), services=services, access=SocketAccess(uid=STARTER, is_open=True))
    await host.start()
    beat = asyncio.create_task(ticks.beat())
    _say("up")
    while await asyncio.to_thread(sys.stdin.readline):
        _say(json.dumps([time.process_time(), _pss_bytes(), host.stream_count]))
    beat.cancel()
    await host.stop()


async def read(path: str, uid: int, count: int, method: str = METHOD, *, is_stalled: bool = False) -> None:
    """Read with so many connections as that user."""
    channels: list[Any] = [grpc.aio.insecure_channel(f"unix:{path}", options=CLIENT_OPTIONS) for _ in range(count)]
    await asyncio.to_thread(int)  # imports what it needs while it may
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    counts, late = [0] * count, list[float]()
    first = [asyncio.Event() for _ in range(count)]

    async def follow(number: int) -> None:
        async for message in channels[number].unary_stream(method)(b""):
            now = time.monotonic()
            if counts[number] > 1 and method == METHOD:  # those before come while others connect
                late.append(now - _TIME.unpack(message[: _TIME.size])[0])
            counts[number] += 1
            first[number].set()
            if is_stalled:
                await asyncio.Event().wait()

    tasks = [asyncio.create_task(follow(number)) for number in range(count)]
    for one in first:
        await one.wait()
    _say("reading")
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _say(json.dumps([min(counts), late]))


def _pss_bytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
    else:
        is_stalled = sys.argv[1] == "stall"
        asyncio.run(read(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:], is_stalled=is_stalled))
