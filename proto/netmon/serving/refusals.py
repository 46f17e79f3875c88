"""What was turned away, said at most once a minute: who floods a service must not flood the log too."""

import logging
from collections import Counter
from typing import Final

_SECONDS: Final = 60.0
_USERS_LIMIT: Final = 8
_LOGGER = logging.getLogger(__name__)


class Refusals:
    """Counts refusals by reason and user. ``title`` says of what; user numbers are said, no names."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._counts: Counter[tuple[str, int | None]] = Counter()
        self._said_at: float | None = None

    def note(self, reason: str, uid: int | None) -> None:
        """Count one; ``uid`` None where it is nobody's doing."""
        key = (reason, uid)
        if key not in self._counts and len(self._counts) >= _USERS_LIMIT:
            key = (reason, None)
        self._counts[key] += 1

    def say(self, now: float) -> None:
        """Log what was counted, if the last time is a minute ago. ``now`` in seconds of a monotonic clock."""
        if not self._counts or (self._said_at is not None and now - self._said_at < _SECONDS):
            return
        self._said_at = now
        parts = [
            f"{count} {reason}" + ("" if uid is None else f" (user {uid})")
            for (reason, uid), count in self._counts.most_common()
        ]
        self._counts.clear()
        _LOGGER.warning("%s since the last report: %s", self._title, ", ".join(parts))
