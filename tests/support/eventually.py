"""Waiting inside an event loop for something that other tasks bring about."""

import asyncio
from collections.abc import Callable

_LOOK_EVERY_SECONDS = 0.01


async def eventually(look: Callable[[], object], *, seconds: float = 30.0, what: str) -> None:
    """Return once ``look`` gives something true; ``AssertionError`` after ``seconds``, with what was awaited."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not look():
        assert loop.time() < deadline, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
