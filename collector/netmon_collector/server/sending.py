"""Writes to one subscriber, within a time."""

import asyncio

from netmon.serving import Context, Unavailable, refuse, send


class Sender:
    """Sends encoded messages; a reader that takes none for the limit is cut.

    The call ends when the reader takes the status or its connection is gone, and holds its place until then: what
    gRPC keeps for a frozen reader is so bounded by the number of subscribers.
    """

    def __init__(self, context: Context, limit_seconds: float) -> None:
        self._context = context
        self._limit_seconds = limit_seconds

    async def send(self, payload: bytes) -> None:
        """Write, and wait until gRPC takes the message."""
        try:
            async with asyncio.timeout(self._limit_seconds):
                await send(self._context, payload)
        except TimeoutError:
            await refuse(self._context, Unavailable("NOT_READING", f"nothing was read for {self._limit_seconds:g} s"))


async def rings_within(bell: asyncio.Event, seconds: float) -> bool:
    """Wait for ``bell``; give False when it stays silent for ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return False
    return True
