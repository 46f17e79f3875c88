"""What was tried for the owner of a connection: a short record that each of them carries.

A connection has one or two entries as a rule; what ends the same way again only raises a count. Nothing is written on
the way of a packet.
"""

from typing import Final

from netmon.model import AttemptResult, OwnerConfidence, OwnerMethod, Process

__all__ = ["ATTEMPT_LIMIT", "Attempt", "note"]

ATTEMPT_LIMIT: Final = 16
"""Entries a connection. Beyond that those in the middle go: how it began and what was last tells most."""


class Attempt:
    """What one way answered, ``count`` times from ``first_time`` to ``last_time`` (Unix seconds) in the same words."""

    __slots__ = ("confidence", "count", "first_time", "last_time", "method", "process", "result", "way")

    def __init__(
        self,
        way: str,
        time: float,
        result: AttemptResult,
        process: Process | None = None,
        method: OwnerMethod = OwnerMethod.UNSPECIFIED,
        confidence: OwnerConfidence = OwnerConfidence.UNSPECIFIED,
    ) -> None:
        """Write down the first time."""
        self.way = way
        self.first_time = self.last_time = time
        self.count = 1
        self.result = result
        self.process = process
        self.method = method
        self.confidence = confidence


def note(
    attempts: list[Attempt] | None,
    way: str,
    time: float,
    result: AttemptResult,
    process: Process | None = None,
    method: OwnerMethod = OwnerMethod.UNSPECIFIED,
    confidence: OwnerConfidence = OwnerConfidence.UNSPECIFIED,
) -> list[Attempt]:
    """Give the record with one attempt more; an entry counts on if that way's last answer was the same."""
    if attempts is None:
        return [Attempt(way, time, result, process, method, confidence)]
    for last in reversed(attempts):
        if last.way == way:
            if (
                last.result is result
                and last.method is method
                and last.confidence is confidence
                and (last.process is process or _is_same(last.process, process))
            ):
                last.count += 1
                last.last_time = max(last.last_time, time)
                return attempts
            break
    if len(attempts) >= ATTEMPT_LIMIT:
        del attempts[ATTEMPT_LIMIT // 2]
    attempts.append(Attempt(way, time, result, process, method, confidence))
    return attempts


def _is_same(one: Process | None, other: Process | None) -> bool:
    return one is not None and other is not None and one.id == other.id
