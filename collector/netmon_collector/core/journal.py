"""Writes down, connection by connection, what a way of finding owners said of it."""

from netmon.model import AttemptResult
from netmon_collector.core.attempts import note
from netmon_collector.core.flow import Flow, Owner

__all__ = ["Journal"]


class Journal:
    """The hand that writes; ``begin`` says whose answers follow, and when they were given (Unix seconds)."""

    __slots__ = ("_way", "time")

    def __init__(self) -> None:
        """Nobody has been asked yet."""
        self._way = ""
        self.time = 0.0
        """When what follows was said (Unix seconds)."""

    def begin(self, way: str, time: float) -> None:
        """Say whose answers follow."""
        self._way = way
        self.time = time

    def named(self, flow: Flow, told: Owner, before: Owner | None) -> None:
        """Say that ``told`` was named for a connection that ``before`` owned, after it was decided who owns it now."""
        result = AttemptResult.FOUND
        if before is not None and before.process.id != told.process.id:
            stays = flow.owner is None or flow.owner.process.id != told.process.id
            result = AttemptResult.OVERRULED if stays else AttemptResult.CORRECTED
        elif before is not None and flow.owner is not None and flow.owner.process.id != told.process.id:
            result = AttemptResult.OVERRULED
        flow.attempts = note(flow.attempts, self._way, self.time, result, told.process, told.method, told.confidence)

    def nobody(self, flow: Flow, result: AttemptResult) -> None:
        """Say that nobody was named for a connection."""
        flow.attempts = note(flow.attempts, self._way, self.time, result)
