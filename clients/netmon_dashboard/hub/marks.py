"""Events that the chart marks, of the last 15 minutes."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from netmon_dashboard.hub.ring import KEPT_SECONDS
from netmon_dashboard.hub.vocabulary import Json

MarkKind = Literal["restart", "cleared", "stopped", "started", "interface", "gap", "drops"]

_MOST: Final = 200  # an interface that flaps each second fills no message


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened. ``time`` in Unix seconds."""

    time: float
    kind: MarkKind
    text: str

    def message(self) -> Json:
        """Give the form of the messages."""
        return {"time": round(self.time, 3), "kind": self.kind, "text": self.text}


class Marks:
    """The marks of the last 15 minutes, and among them those that no tick has told yet."""

    def __init__(self) -> None:
        self._marks: deque[Mark] = deque(maxlen=_MOST)
        self._untold: list[Mark] = []

    def add(self, mark: Mark) -> None:
        """Add a mark."""
        self._marks.append(mark)
        self._untold = [*self._untold[-_MOST:], mark]

    def take_untold(self) -> list[Json]:
        """Give the marks since the last call, for the tick."""
        untold, self._untold = self._untold, []
        return [mark.message() for mark in untold]

    def all(self, now: float) -> list[Json]:
        """Give all marks of the last 15 minutes; ``now`` in Unix seconds."""
        return [mark.message() for mark in self._marks if round(mark.time, 3) > round(now, 3) - KEPT_SECONDS]
