"""When the interpreter looks for what holds itself: seldom, each ten seconds at what is young, now and then at all."""

import gc
from collections.abc import Callable
from typing import Final

from netmon.allocation import give_back

__all__ = ["ALL_SECONDS", "YOUNG_SECONDS", "GarbageRounds", "collect_seldom"]

_GARBAGE_AFTER: Final = 20_000
"""Objects after which the interpreter looks for garbage. A connection is some 30 objects that stay for a minute: at 200
new ones a second its usual 700 made it look 15 times a second and took a sixth of all CPU (65 us a connection, so 7),
and found nothing: what is tracked is taken apart when it is forgotten."""

YOUNG_SECONDS: Final = 10.0
"""gRPC leaves 15 objects that hold each other for each call (grpcio 1.85, `_find_method_handler`, `add_done_callback`):
two calls a second made 4 MB an hour of them, since so few new objects take hours to be 20,000. Looking at those costs
2 ms at the most, however often, since it is of what is new alone. With one each minute what a soak's main process held
went up and down by 4 %."""

ALL_SECONDS: Final = 60.0
"""Calls that lasted for longer than ten seconds are looked at no more until this. And CPython keeps freed tuples for
later, 2,000 of each length under 20, up to 4.5 MB (3.11, Objects/tupleobject.c), and lets go of them in a look at
everything alone (Modules/gcmodule.c, clear_freelists). What makes a tuple of a generator gives one there that nothing
takes out again: a tick left 0.4 kB so, 1.5 MB an hour, and no such look ever came."""

ALL_SHARE: Final = 0.0002
"""Of the time is for that look at the most. With 500 connections it takes 5 ms, with 12,000 that ended within a minute
170, and comes each quarter of an hour then."""


def collect_seldom() -> None:
    """Leave alone what is there now, and look for garbage seldom from now on."""
    gc.freeze()  # the 50,000 objects of loaded modules stay
    gc.set_threshold(_GARBAGE_AFTER)


class GarbageRounds:
    """Takes away each ten seconds what calls leave behind, and each minute or more what is older.

    Then memory that nothing needs goes back to the system.
    """

    def __init__(self, now: float, cpu_seconds: Callable[[], float]) -> None:
        """Begin at ``now``, in monotonic seconds. ``cpu_seconds``: what this thread has taken so far."""
        self._cpu_seconds = cpu_seconds
        self._due = now + YOUNG_SECONDS
        self._all_due = now + ALL_SECONDS

    def look(self, now: float) -> int | None:
        """Look if it is time, and give how many objects were garbage; None where it is not."""
        if now < self._due:
            return None
        self._due = now + YOUNG_SECONDS
        if now < self._all_due:
            return gc.collect(0)
        before = self._cpu_seconds()
        found = gc.collect()
        # Churn leaves holes: 1 MB after a minute of connections, clients and interfaces at four times a soak's pace.
        give_back()
        self._all_due = now + max(ALL_SECONDS, (self._cpu_seconds() - before) / ALL_SHARE)
        return found
