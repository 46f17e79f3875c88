"""Calls that are under way: how many a user has, and how much of their answers waits to be taken.

gRPC keeps an answer until its caller opens a window for it (RFC 9113, section 6.9), and a caller that opens none, and
reads its socket all the same, looks like one that is well. So what is held is counted until the call is over as gRPC
sees it, which is when its last byte was taken, or its connection ended.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextvars import Context as Variables
from contextvars import ContextVar
from dataclasses import dataclass

from google.protobuf.message import Message

from netmon.serving.callers import Caller
from netmon.serving.errors import Context, Exhausted

__all__ = ["CallLimits", "CallsUnderWay", "UnderWay", "send", "set_under_way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """For callers who do not see everything: who does may stop the service, and needs no flood for it.

    ``calls_a_user`` counts single calls, streams have seats (`netmon.serving.seats`). ``bytes_a_user`` and
    ``bytes_of_all`` are of answers that wait; gRPC takes twice as much memory for them.
    """

    calls_a_user: int = 32
    bytes_a_user: int = 16 * 1024 * 1024
    bytes_of_all: int = 64 * 1024 * 1024


class UnderWay:
    """One call. ``hold`` before an answer is given to gRPC, ``free`` when it was taken, ``end`` when all is over."""

    __slots__ = ("_cutting", "_ended", "_held", "_is_over", "_uid", "_where")

    def __init__(self, where: "CallsUnderWay | None", uid: int, ended: Callable[[], None]) -> None:
        """``where`` it is counted; None: nowhere. ``ended`` says that it is over."""
        self._where = where
        self._uid = uid
        self._ended = ended
        self._held = 0
        self._is_over = False
        self._cutting: asyncio.TimerHandle | None = None

    def hold(self, answer: Message | bytes) -> int:
        """Count an answer, and give what it counts. Raises Exhausted where it would be too much."""
        if self._where is None:
            return 0
        byte_count = len(answer) if isinstance(answer, bytes) else answer.ByteSize()
        self._where.hold(self._uid, byte_count)
        self._held += byte_count
        return byte_count

    def free(self, byte_count: int) -> None:
        """Count so much no more."""
        if self._where is not None:
            self._where.free(self._uid, byte_count)
            self._held -= byte_count

    def answered(self, seconds: float, cut: Callable[[], None]) -> None:
        """Say that its method has returned: where it is not over after so many seconds, ``cut`` is called."""
        if not self._is_over:
            # Without the variables of the task: the loop keeps a cancelled timer for a while, and it would keep them.
            self._cutting = asyncio.get_running_loop().call_later(seconds, cut, context=Variables())

    def end(self) -> None:
        """Count nothing of it any more."""
        self._is_over = True
        if self._cutting is not None:
            self._cutting.cancel()
            self._cutting = None
        self.free(self._held)
        self._ended()


class CallsUnderWay:
    """Counts of one service."""

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._calls: Counter[int] = Counter()
        self._bytes: Counter[int] = Counter()

    @property
    def held_bytes(self) -> int:
        """What is held for all users who are counted."""
        return self._bytes.total()

    def begin_call(self, caller: Caller) -> UnderWay:
        """Count a single call. Raises Exhausted where there are too many."""
        if caller.sees_all:
            return UnderWay(None, caller.uid, _nothing)
        if self._calls[caller.uid] >= self._limits.calls_a_user:
            raise Exhausted("TOO_MANY_CALLS", f"{self._limits.calls_a_user} calls of user {caller.uid} are under way")
        self._calls[caller.uid] += 1
        return UnderWay(self, caller.uid, lambda: self._leave(caller.uid))

    def begin_stream(self, caller: Caller) -> UnderWay:
        """Count what a stream holds."""
        return UnderWay(None if caller.sees_all else self, caller.uid, _nothing)

    def hold(self, uid: int, byte_count: int) -> None:
        """Count an answer for a user. Raises Exhausted where it would be too much."""
        limits = self._limits
        is_too_much = self._bytes[uid] + byte_count > limits.bytes_a_user
        if is_too_much or self.held_bytes + byte_count > limits.bytes_of_all:
            raise Exhausted("ANSWERS_NOT_READ", f"{self._bytes[uid]:,} bytes of answers to user {uid} wait to be read")
        self._bytes[uid] += byte_count

    def free(self, uid: int, byte_count: int) -> None:
        """Count it no more."""
        self._bytes[uid] -= byte_count
        if not self._bytes[uid]:
            del self._bytes[uid]

    def _leave(self, uid: int) -> None:
        self._calls[uid] -= 1
        if not self._calls[uid]:
            del self._calls[uid]


async def send(context: Context, message: Message | bytes) -> None:
    """Write a message of the stream that this task answers, and wait until gRPC takes it. Raises Exhausted."""
    way = _UNDER_WAY.get()
    if way is None:
        await context.write(message)
        return
    byte_count = way.hold(message)
    await context.write(message)
    way.free(byte_count)  # one whose writing was given up is held on


def set_under_way(way: UnderWay) -> None:
    """Say which call this task answers. For the guard."""
    _UNDER_WAY.set(way)


def _nothing() -> None:
    return


_UNDER_WAY: ContextVar[UnderWay | None] = ContextVar("netmon_under_way", default=None)
