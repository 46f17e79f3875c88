"""Sockets as they were found when a connection's first packet passed, kept until the core asks whose it is."""

from dataclasses import dataclass
from typing import Final

from netmon.model import OwnerConfidence, OwnerMethod, Process
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.holder_search import Grip

__all__ = ["KEPT_SECONDS", "SAME_ENDS_LIMIT", "SAME_PACKET_SECONDS", "Seen", "SeenSockets", "answer_of"]

KEPT_SECONDS: Final = 20.0
"""How long what was found is kept: the core asks within milliseconds, and again when the connection ends."""
KEPT_LIMIT: Final = 8_192

SAME_ENDS_LIMIT: Final = 16
"""As many sockets that had the same ends one after the other: the core asks within 0.3 s."""

SAME_PACKET_SECONDS: Final = 0.01
"""Both captures see a connection's first packet within this time of each other, as the kernel stamps it."""


@dataclass(slots=True)
class Seen:
    """A socket that had the ends of a connection when its first packet passed at ``time`` (Unix seconds).

    ``uid`` and ``control_group`` are its maker's; ``family``: the pid of who forked its holder lately, or the holder's.
    """

    key: FlowKey
    time: float
    kept_at: float
    is_inbound: bool
    cookie: int = 0
    inode: int = 0
    uid: int = -1
    control_group: int = 0
    is_listener: bool = False
    is_unconnected: bool = False
    is_sibling: bool = False
    grip: Grip | None = None
    family: int = 0
    process: Process | None = None
    is_sure: bool = False
    is_late: bool = False
    looks: int = 0


class SeenSockets:
    """What was seen lately, by ends; the latest few of each. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: dict[FlowKey, list[Seen]] = {}

    def newest(self, key: FlowKey) -> Seen | None:
        """Give what was seen last with these ends."""
        kept = self._kept.get(key)
        return kept[-1] if kept else None

    def of(self, question: Question) -> tuple[Seen | None, bool]:
        """Give what was seen when a connection began, and whether nothing with its ends was seen to begin since.

        A SYN that was sent again is the same socket's: then it is what was found last.
        """
        kept = self._kept.get(question.key, [])
        latest = question.start_time + SAME_PACKET_SECONDS
        began = [one for one in kept if one.time <= latest]
        # Ends may be used again within that time: the closest one is its own.
        seen = min(began, key=lambda one: abs(one.time - question.start_time), default=None)
        if seen is not None and not _fits(seen, question):
            seen = None
        since = [one for one in kept if one.time > latest]
        if seen is not None and seen.cookie and not seen.is_listener:
            same = [one for one in kept if one.cookie == seen.cookie and one.time >= seen.time]
            seen = max(same, key=lambda one: (one.process is not None, one.time))
            since = [one for one in since if one.cookie != seen.cookie]
        return seen, not since

    def keep(self, seen: Seen) -> None:
        """Remember it; of too many the oldest are forgotten."""
        kept = self._kept.pop(seen.key, [])
        self._kept[seen.key] = [*kept[1 - SAME_ENDS_LIMIT :], seen]
        if len(self._kept) > KEPT_LIMIT:
            del self._kept[next(iter(self._kept))]

    def sweep(self, now: float) -> None:
        """Forget what is old."""
        for key in [key for key, kept in self._kept.items() if now - kept[-1].kept_at >= KEPT_SECONDS]:
            del self._kept[key]

    def process_ids(self) -> set[str]:
        """Give the ``Process.id`` of all that hold what is remembered."""
        return {one.process.id for kept in self._kept.values() for one in kept if one.process is not None}


def _fits(seen: Seen, question: Question) -> bool:
    """Whether a socket is the one of a connection: by its own cookie, or by the time of the first packet."""
    if question.cookie and not seen.is_listener:
        return question.cookie == seen.cookie
    return seen.time >= question.start_time - SAME_PACKET_SECONDS


def answer_of(question: Question, seen: Seen) -> Answer:
    """Give what a socket says of the owner of a connection; call it only where its process is known."""
    process = seen.process
    if seen.is_sibling:
        method = OwnerMethod.SIBLING
    elif seen.is_listener:
        method = OwnerMethod.LISTENER
    else:
        method = OwnerMethod.WILDCARD if seen.is_unconnected else OwnerMethod.EXACT
    is_certain = seen.is_sure and not (seen.is_listener or seen.is_unconnected or seen.is_sibling)
    is_its_own = not seen.is_sibling and (not seen.is_listener or _is_the_same(question.owner, process))
    return Answer(
        id=question.id,
        process_id=process.id if process is not None else "",
        method=method,
        confidence=OwnerConfidence.CERTAIN if is_certain else OwnerConfidence.INFERRED,
        is_final=question.end_time is not None and is_its_own,
        cookie=0 if seen.is_listener else seen.cookie,
    )


def _is_the_same(owner: Process | None, process: Process | None) -> bool:
    return owner is None or (process is not None and owner.id == process.id)
