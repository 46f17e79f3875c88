"""The clock room of the SDK: no other module of it reads a clock."""

import time


def monotonic() -> float:
    """Seconds on the clock that never jumps; only differences mean something."""
    return time.monotonic()


def wall_time() -> float:
    """Unix seconds."""
    return time.time()
