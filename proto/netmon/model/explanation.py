"""How the owner of a connection was found, or why there is none: what was tried, and what would have helped."""

from dataclasses import dataclass

from netmon.model.connection import Connection, Process
from netmon.model.enums import AttemptResult, OwnerConfidence, OwnerMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerAttempt:
    """One thing that was tried, ``count`` times in a row with the same result. Times are Unix seconds.

    ``way`` is the name of an ``OwnerWay``; ``process_id`` whom it named, empty for nobody.
    """

    first_time: float
    last_time: float
    count: int
    way: str
    result: AttemptResult
    process_id: str = ""
    method: OwnerMethod = OwnerMethod.UNSPECIFIED
    confidence: OwnerConfidence = OwnerConfidence.UNSPECIFIED
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A right or an option that would have helped; ``command`` is what to type, empty where nothing helps."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A connection as it is now, what was tried for its owner, and the processes that row and attempts name."""

    connection: Connection
    processes: tuple[Process, ...] = ()
    attempts: tuple[OwnerAttempt, ...] = ()
    advice: tuple[Advice, ...] = ()
