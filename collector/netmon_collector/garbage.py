"""When the interpreter looks for what holds itself: seldom, and once a minute at what is young."""

import gc
from typing import Final

__all__ = ["YOUNG_SECONDS", "YoungGarbage", "collect_seldom"]

_GARBAGE_AFTER: Final = 20_000
"""Objects after which the interpreter looks for garbage. A connection is some 30 objects that stay for a minute: at 200
new ones a second its usual 700 made it look 15 times a second and took a sixth of all CPU (65 us a connection, so 7),
and found nothing: what is tracked is taken apart when it is forgotten."""

YOUNG_SECONDS: Final = 60.0
"""gRPC leaves five objects that hold each other for each call (grpcio 1.85, `_find_method_handler`): two calls a second
made 4 MB an hour of them, since so few new objects take hours to be 20,000. Looking at those costs 2 ms at the most."""


def collect_seldom() -> None:
    """Leave alone what is there now, and look for garbage seldom from now on."""
    gc.freeze()  # the 50,000 objects of loaded modules stay
    gc.set_threshold(_GARBAGE_AFTER)


class YoungGarbage:
    """Takes away each minute what calls leave behind."""

    def __init__(self, now: float) -> None:
        """Begin at ``now``, in monotonic seconds."""
        self._due = now + YOUNG_SECONDS

    def look(self, now: float) -> int | None:
        """Collect the youngest objects if it is time, and give how many were garbage; None where it is not."""
        if now < self._due:
            return None
        self._due = now + YOUNG_SECONDS
        return gc.collect(0)
