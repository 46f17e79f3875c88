"""A tab's socket that keeps what it is sent, and can be told to take nothing for a while."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]

WAIT_SECONDS = 30.0


class ListeningWire:
    """``messages`` are those that were taken. After `stall` a send waits until `flow`; ``sending`` is set meanwhile."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._came = asyncio.Condition()
        self._open = asyncio.Event()
        self._open.set()
        self.sending = asyncio.Event()

    async def send_text(self, data: str, /) -> None:
        self.sending.set()
        await self._open.wait()
        self.sending.clear()
        async with self._came:
            self.messages.append(json.loads(data))
            self._came.notify_all()

    def stall(self) -> None:
        self._open.clear()

    def flow(self) -> None:
        self._open.set()

    async def until(self, wanted: Callable[[Message], object]) -> Message:
        """Give the first message that is wanted; those before it and itself are forgotten."""
        async with asyncio.timeout(WAIT_SECONDS), self._came:
            while True:
                for place, message in enumerate(self.messages):
                    if wanted(message):
                        del self.messages[: place + 1]
                        return message
                await self._came.wait()

    async def of(self, kind: str) -> Message:
        """Give the next message of a type."""
        return await self.until(lambda message: message["type"] == kind)

    async def state(self, name: str) -> Message:
        """Give the next state of this name."""
        return await self.until(lambda message: message["type"] == "state" and message["state"] == name)
