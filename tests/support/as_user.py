"""Clients that are other users: real processes with real user numbers (tests/support/peer_client.py). Needs root."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.process_status import stop

_WAIT_SECONDS = 30


class UserProcess:
    """A client that runs as another user until the block ends."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def line(self) -> str:
        """Wait for the next line that it prints."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_WAIT_SECONDS):
            line = await self._process.stdout.readline()
        assert line, "the client ended without a word"
        return line.decode().strip()

    def freeze(self) -> None:
        """Stop it, with all its threads."""
        stop(self._process.pid)


@asynccontextmanager
async def as_user(uid: int, path: Path, doing: str, what: str | int) -> AsyncGenerator[UserProcess]:
    """Run a client of the socket as this user."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.peer_client", str(uid), str(path), doing, str(what)),
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield UserProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        assert process.stdin is not None
        process.stdin.close()


async def ask_as(uid: int, path: Path, method: str) -> str:
    """Call a method of bytes as this user; give the answer, or the status and words of the refusal."""
    async with as_user(uid, path, "who", method) as client:
        return await client.line()


async def call_as(uid: int, path: Path, calls: Sequence[tuple[str, bytes]]) -> list[bytes | str]:
    """Call methods, each with a message, as this user; give the answers, or the status and words of a refusal."""
    what = ";".join(f"{method} {request.hex()}" for method, request in calls)
    async with as_user(uid, path, "call", what) as client:
        return [_read(await client.line()) for _ in calls]


def _read(line: str) -> bytes | str:
    try:
        return bytes.fromhex(line)
    except ValueError:
        return line
