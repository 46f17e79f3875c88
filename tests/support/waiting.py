"""Waiting for something real, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LOOK_EVERY_SECONDS = 0.02


def wait_for(
    look: Callable[[], T | None], *, seconds: float, what: str, every_seconds: float = _LOOK_EVERY_SECONDS
) -> T:
    """Give the first answer of ``look`` that is true; ``AssertionError`` after ``seconds``, with what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(every_seconds)


def wait_until_steady(look: Callable[[], T], *, for_seconds: float, seconds: float, what: str) -> T:
    """Give the answer of ``look`` once it has stayed equal ``for_seconds``; ``AssertionError`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    found, since = look(), time.monotonic()
    while time.monotonic() - since < for_seconds:
        if time.monotonic() > deadline:
            raise AssertionError(f"still changing after {seconds:g} s: {what}")
        time.sleep(_LOOK_EVERY_SECONDS)
        newer = look()
        if newer != found:
            found, since = newer, time.monotonic()
    return found
