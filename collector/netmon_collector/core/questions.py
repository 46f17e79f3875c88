"""Which connections wait to hear from the host whose they are: new ones at once, unanswered ones again for a while."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from netmon.model import OwnerConfidence, OwnerMethod
from netmon_collector.core.flow import Flow, FlowKey

__all__ = ["Answer", "Question", "Questions"]

WAITING_LIMIT: Final = 16_384
"""How many connections can wait; what is beyond is left to the next listing, and counted."""

AT_ONCE: Final = 1_024
"""How many questions are given out together: about 10 ms of work."""

AGAIN_SECONDS: Final = 1.0
GIVEN_UP_SECONDS: Final = 15.0


class Question(NamedTuple):
    """Whose is this connection? ``id`` is the connection's."""

    id: str
    key: FlowKey


class Answer(NamedTuple):
    """Whose a connection is: ``process_id`` is ``netmon.model.Process.id``."""

    id: str
    process_id: str
    method: OwnerMethod
    confidence: OwnerConfidence


class Questions:
    """Connections without an owner, oldest first. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Start with none."""
        self._new: list[Flow] = []
        self._waiting: dict[str, tuple[Flow, float]] = {}
        self._again_at = 0.0
        self.left_out_count = 0
        """Connections that were never asked for, because too many waited."""

    def __bool__(self) -> bool:
        return bool(self._new)

    def add(self, flow: Flow) -> None:
        """Ask for a new connection."""
        if len(self._new) + len(self._waiting) >= WAITING_LIMIT:
            self.left_out_count += 1
            return
        self._new.append(flow)

    def take(self, now: float) -> tuple[Question, ...]:
        """Give what is to be asked now: new connections, and once a second those without an answer."""
        asked = self._new[:AT_ONCE]
        del self._new[:AT_ONCE]
        if now >= self._again_at:
            self._again_at = now + AGAIN_SECONDS
            self._waiting = {
                key: (flow, since)
                for key, (flow, since) in self._waiting.items()
                if flow.owner is None and now - since < GIVEN_UP_SECONDS
            }
            asked += [flow for flow, _ in list(self._waiting.values())[: AT_ONCE - len(asked)]]
        for flow in asked:
            self._waiting.setdefault(flow.id, (flow, now))
        return tuple(Question(flow.id, flow.key) for flow in asked if flow.owner is None)

    def settle(self, answers: Iterable[Answer]) -> list[tuple[Flow, Answer]]:
        """Give the connections that the answers are for; unknown ones are late, and left out."""
        settled: list[tuple[Flow, Answer]] = []
        for answer in answers:
            flow, _ = self._waiting.pop(answer.id, (None, 0.0))
            if flow is not None:
                settled.append((flow, answer))
        return settled
