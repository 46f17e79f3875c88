"""Who waits for firings is rung when there is one."""

import asyncio


class Bells:
    """One bell for each subscriber; all within one event loop."""

    def __init__(self) -> None:
        self._events: set[asyncio.Event] = set()

    @property
    def count(self) -> int:
        """Subscribers."""
        return len(self._events)

    def ring(self) -> None:
        """Tell all."""
        for event in self._events:
            event.set()

    def listen(self) -> "LentBell":
        """Lend a bell; whoever has it closes it."""
        event = asyncio.Event()
        self._events.add(event)
        return LentBell(self._events, event)


class LentBell:
    """A subscriber's bell."""

    def __init__(self, events: set[asyncio.Event], event: asyncio.Event) -> None:
        self._events = events
        self._event = event

    async def wait(self, seconds: float) -> bool:
        """Wait for it, so long at the most; give whether it rang. It is silent again then."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def close(self) -> None:
        """Give it back."""
        self._events.discard(self._event)
