"""What DNS answers said: which names an address had, who had asked for them, and how long they hold.

Bounded: the answers that were given longest ago are given up first. Times are Unix seconds.
"""

from dataclasses import dataclass

__all__ = [
    "ADDRESS_LIMIT",
    "MULTICAST_LIMIT",
    "NAME_LIMIT",
    "SHORTEST_SECONDS",
    "USED_AFTER_SECONDS",
    "Asker",
    "NameAnswer",
    "NameTable",
    "used_until",
]

NAME_LIMIT = 16_384
"""How many answers are kept, each of one name for one address to one process. At about 500 bytes each 8 MB."""

MULTICAST_LIMIT = 1_024
"""How many of them may come from multicast, where anybody near may say anything, unasked."""

ADDRESS_LIMIT = 64
"""How many of them for one address: front ends of content networks serve thousands of names."""

SHORTEST_SECONDS = 60.0
"""A name holds at least as long, whatever its lifetime: browsers keep what they looked up for a minute (Firefox's
``network.dnsCacheExpiration``)."""

USED_AFTER_SECONDS = 60.0
"""... and is used for as long after its end: Firefox hands out an expired name while it asks again
(``network.dnsCacheExpirationGracePeriod``), and a page that was opened in time connects a little later."""

LONGEST_SECONDS = 86_400.0
"""Lifetimes over a day are taken as a day: RFC 8767, section 4, lets resolvers cap them, at a week."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, as far as it is known. Both ids empty: nobody knows, or nobody asked (multicast)."""

    process_id: str = ""
    application_id: str = ""
    uid: int | None = None


NOBODY = Asker()

_EARLIER_TIMES = 8


@dataclass(slots=True, kw_only=True, eq=False)
class NameAnswer:
    """One name of one address for one asker, from the first such answer to the end of the newest one's use."""

    address: bytes
    name: str
    first_time: float
    time: float
    until: float
    asker: Asker = NOBODY
    is_multicast: bool = False
    is_hint: bool = False
    is_waiting: bool = False
    """Its asker may still become known: it is not yet counted as one with others."""
    earlier_times: tuple[float, ...] = ()
    """When it was given before ``time``, as far as they are kept, the newest last."""

    def serves(self, start_time: float, slack_seconds: float) -> bool:
        """Whether a connection that began then can have used it."""
        return self.first_time - slack_seconds <= start_time <= self.until

    def last_time_before(self, start_time: float, slack_seconds: float) -> float:
        """Give when it was given last before a connection that it serves began: what comes later led to none."""
        latest = start_time + slack_seconds
        if self.time <= latest:
            return self.time
        return next((time for time in reversed(self.earlier_times) if time <= latest), self.first_time)


def used_until(time: float, ttl_seconds: float) -> float:
    """Give until when connections that begin may use what was answered at ``time``."""
    return time + min(max(ttl_seconds, SHORTEST_SECONDS), LONGEST_SECONDS) + USED_AFTER_SECONDS


_Key = tuple[str, Asker, bool, bool] | int


class NameTable:
    """Answers by their address, at most ``limit``."""

    def __init__(self, *, limit: int = NAME_LIMIT) -> None:
        """Start empty."""
        self.limit = limit
        self.given_up_count = 0
        """Answers that were given up before their end because the table was full."""
        self._by_address: dict[bytes, dict[_Key, NameAnswer]] = {}
        self._order: dict[int, NameAnswer] = {}
        self._multicast: dict[int, NameAnswer] = {}

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._order)

    def of(self, address: bytes) -> list[NameAnswer]:
        """Give the answers with this address."""
        found = self._by_address.get(address)
        return list(found.values()) if found is not None else []

    def add(self, answer: NameAnswer) -> NameAnswer:
        """Keep an answer; give the one that it became part of: the same name for the same asker is kept once."""
        answers = self._by_address.setdefault(answer.address, {})
        key = _key(answer)
        known = answers.get(key)
        if known is not None:
            _take_in(known, answer)
            self._put_last(known)
            return known
        answers[key] = answer
        self._put_last(answer)
        if len(answers) > ADDRESS_LIMIT:
            self._give_up(min(answers.values(), key=lambda each: each.time), answer.time)
        elif len(self._multicast) > MULTICAST_LIMIT:
            self._give_up(next(iter(self._multicast.values())), answer.time)
        elif len(self._order) > self.limit:
            self._give_up(next(iter(self._order.values())), answer.time)
        return answer

    def _put_last(self, answer: NameAnswer) -> None:
        for order in (self._order, self._multicast) if answer.is_multicast else (self._order,):
            order.pop(id(answer), None)
            order[id(answer)] = answer

    def settle(self, answer: NameAnswer, asker: Asker) -> None:
        """Say who had asked; the answer becomes one with the same one of before."""
        if id(answer) not in self._order:
            return
        self._remove(answer)
        answer.asker = asker
        answer.is_waiting = False
        self.add(answer)

    def expire(self, time: float) -> None:
        """Forget what no connection that begins now can use any more, as far as it was given longest ago."""
        while self._order:
            oldest = next(iter(self._order.values()))
            if oldest.until >= time:
                return
            self._remove(oldest)

    def _give_up(self, answer: NameAnswer, time: float) -> None:
        if answer.until >= time:
            self.given_up_count += 1
        self._remove(answer)

    def _remove(self, answer: NameAnswer) -> None:
        del self._order[id(answer)]
        self._multicast.pop(id(answer), None)
        answers = self._by_address[answer.address]
        del answers[_key(answer)]
        if not answers:
            del self._by_address[answer.address]


def _take_in(known: NameAnswer, answer: NameAnswer) -> None:
    if answer.first_time > known.until:  # it held no more in between
        known.first_time, known.time, known.until = answer.first_time, answer.time, answer.until
        known.earlier_times = answer.earlier_times
        return
    if known.time < answer.time:
        known.earlier_times = (*known.earlier_times[1 - _EARLIER_TIMES :], known.time)
    known.first_time = min(known.first_time, answer.first_time)
    known.time = max(known.time, answer.time)
    known.until = max(known.until, answer.until)


def _key(answer: NameAnswer) -> _Key:
    if answer.is_waiting:
        return id(answer)
    return (answer.name, answer.asker, answer.is_multicast, answer.is_hint)
