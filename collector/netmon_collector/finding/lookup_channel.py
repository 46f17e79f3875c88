"""The channel for lookups: the event loop waits on it for a moment at the most, also where the helper is stopped.

An answer that is not there by then is still owed: it is taken when it has come, and until then nothing else is asked. A
helper that owes one for too long hangs.
"""

import fcntl
import select
import socket
import struct
from typing import Final

from netmon_collector.finding.channel import Answer, Incoming, wait_at_most
from netmon_collector.finding.requests import encode_ping

__all__ = ["HANGING_SECONDS", "WAIT_SECONDS", "AnswerOwed", "LookupChannel"]

WAIT_SECONDS: Final = 0.1
"""For an answer that is asked for: the shortest tick. It takes 1.6 ms at the 99th percentile."""
IMPATIENT_SECONDS: Final = 0.002
"""The same, after one that was late: a helper that is always slow must not hold up every batch of packets."""
HANGING_SECONDS: Final = 2.0
"""Who has not answered for so long is replaced."""
BACKLOG_BYTES: Final = 32 * 1024
"""What may wait for the helper unread, some 50 messages of about 700 bytes: a question comes behind all of it."""
_SIOCOUTQ: Final = 0x5411  # asm-generic/ioctls.h


class AnswerOwed(Exception):
    """The answer is not there yet. ``is_asked``: it will be this question's; else the question was not even sent."""

    def __init__(self, *, is_asked: bool) -> None:
        super().__init__("the answer is not there yet")
        self.is_asked = is_asked


class LookupChannel:
    """The main process's end, for the event loop's thread. Times are monotonic seconds.

    What its methods raise besides: ``OSError``, and what marshal makes of no answer, where the helper has ended;
    ``BlockingIOError`` where it reads nothing any more.
    """

    def __init__(self, channel: socket.socket) -> None:
        """Nothing is asked yet. The channel is this object's from now on."""
        self._channel = channel
        self._incoming: Incoming | None = None
        self._owed_since = 0.0
        self._is_ping = False
        self._be_patient(WAIT_SECONDS)

    @property
    def unread_bytes(self) -> int:
        """What the helper has not read, with the kernel's own part of each message (unix_outq_len)."""
        (count,) = struct.unpack("i", fcntl.ioctl(self._channel, _SIOCOUTQ, bytes(4)))
        return int(count)

    def ask(self, request: bytes, now: float) -> Answer:
        """Ask, and wait a moment for the answer. Raises `AnswerOwed`."""
        if self._is_ping:
            self.late()
        if self._incoming is not None:
            raise AnswerOwed(is_asked=False)
        self._channel.send(request, socket.MSG_DONTWAIT)
        self._incoming, self._owed_since = Incoming(), now
        try:
            answer = self._incoming.receive(self._channel)
        except BlockingIOError:
            self._be_patient(IMPATIENT_SECONDS)
            raise AnswerOwed(is_asked=True) from None
        self._incoming = None
        self._be_patient(WAIT_SECONDS)
        return answer

    def late(self) -> Answer | None:
        """Give the answer that is owed, if it has come."""
        if self._incoming is None:
            return None
        try:
            answer = self._incoming.receive(self._channel, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        was_ping, self._incoming, self._is_ping = self._is_ping, None, False
        return None if was_ping else answer

    def ping(self, now: float) -> None:
        """Ask for a sign of life, if nothing is owed."""
        if self._is_ping:
            self.late()
        if self._incoming is None:
            self._channel.send(encode_ping(), socket.MSG_DONTWAIT)
            self._incoming, self._owed_since, self._is_ping = Incoming(), now, True

    def is_hanging(self, now: float) -> bool:
        """Whether an answer is owed for too long, and no piece of it waits to be taken."""
        if self._incoming is None or now - self._owed_since < HANGING_SECONDS:
            return False
        return not self._shows(select.POLLIN)

    @property
    def has_ended(self) -> bool:
        """Whether the other side is closed: where no keeper tells that the helper has ended."""
        return self._shows(select.POLLHUP)

    def tell(self, request: bytes) -> None:
        """Send what has no answer. ``BlockingIOError`` where the helper does not keep up."""
        if self.unread_bytes > BACKLOG_BYTES:
            raise BlockingIOError
        self._channel.send(request, socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Let go."""
        self._channel.close()

    def _shows(self, event: int) -> bool:
        """Whether it is so now. Not by select(2): with a thousand clients the descriptor is beyond FD_SETSIZE."""
        poll = select.poll()
        poll.register(self._channel, event)
        return any(shown & event for _, shown in poll.poll(0))

    def _be_patient(self, seconds: float) -> None:
        wait_at_most(self._channel, seconds)
