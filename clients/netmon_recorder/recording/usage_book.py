"""Usage of the minutes that are not written yet, in bounded memory. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from netmon.model import NO_USAGE, Connection, ConnectionFacts, Scope, UsageKey, UsageRow, UsageSums
from netmon_recorder.recording.meter import Counts, RowDelta
from netmon_recorder.store import AskedName

ROW_LIMIT: Final = 20_000
"""Rows that wait to be written at the most: about 10 MB. More are folded, the oldest minutes first."""

SECOND_LIMIT: Final = 20_000
"""Seconds of connections that wait before a batch should be written; at twice as many (the storage takes nothing) they
are given up, and only the minutes wait: about 10 MB."""

_MINUTE: Final = 60
_HOUR: Final = 3600


class _Waiting:
    """A connection's usage of its newest minute. Its key is made last: owner and name are often learnt a bit later."""

    __slots__ = ("facts", "minute", "seconds", "sums")

    def __init__(self, facts: ConnectionFacts, minute: int, sums: UsageSums) -> None:
        self.facts, self.minute, self.sums = facts, minute, sums
        self.seconds: dict[int, UsageSums] = {}


class UsageBook:
    """What was moved, by minute and key, until it is taken; with ``keeps_seconds`` by second and process too."""

    def __init__(
        self, row_limit: int = ROW_LIMIT, *, keeps_seconds: bool = False, second_limit: int = SECOND_LIMIT
    ) -> None:
        self._row_limit = row_limit
        self._keeps_seconds = keeps_seconds
        self._second_limit = second_limit
        self._second_count = 0
        self._seconds: list[UsageRow] = []
        self._waiting: dict[str, _Waiting] = {}
        self._starts: dict[int, dict[UsageKey, UsageSums]] = {}
        self._asked: set[AskedName] = set()
        self._row_count = 0

    @property
    def is_full(self) -> bool:
        """Whether so many seconds wait that they should not wait for the minute's end."""
        return self._second_count >= self._second_limit

    def add_row(self, delta: RowDelta, time: float) -> None:
        """Add what a connection moved until a time (Unix seconds)."""
        facts, minute = delta.facts, int(time // _MINUTE) * _MINUTE
        sums = UsageSums(*delta.counts, int(delta.is_new))
        known = self._waiting.get(facts.id)
        if known is not None and known.minute == minute:
            known.facts, known.sums = facts, known.sums.plus(sums)
        else:
            if known is not None:
                self._settle(known)
            known = self._waiting[facts.id] = _Waiting(facts, minute, sums)
        if self._keeps_seconds:
            self._add_second(known, int(time), sums)
        if delta.has_ended:
            self._settle(self._waiting.pop(facts.id))
        elif len(self._waiting) > self._row_limit:
            self._settle_all()

    def learn(self, connections: Iterable[Connection]) -> None:
        """Take owners and names that were learnt since a connection moved something, in the minute that waits."""
        for connection in connections:
            known = self._waiting.get(connection.facts.id)
            if known is not None:
                known.facts = connection.facts

    def add_rest(self, scope: Scope, counts: Counts, time: float) -> None:
        """Add what no connection showed."""
        key, sums = UsageKey(scope=scope), UsageSums(*counts, 0)
        if self._keeps_seconds:
            self._keep_seconds((UsageRow(float(int(time)), key, sums),))
        self._add(int(time // _MINUTE) * _MINUTE, key, sums)

    def put_back(self, rows: Iterable[UsageRow], seconds: Sequence[UsageRow] = ()) -> None:
        """Add rows that were taken and could not be written."""
        self._keep_seconds(seconds)  # first: where the rows are folded, seconds of their old keys are given up
        for row in rows:
            self._add(int(row.start_time), row.key, row.sums)

    def take(self) -> tuple[UsageRow, ...]:
        """Give all rows, by minute, and begin anew."""
        self._settle_all()
        rows = tuple(
            UsageRow(float(start), key, sums)
            for start in sorted(self._starts)
            for key, sums in self._starts[start].items()
        )
        self._starts, self._row_count = {}, 0
        return rows

    def take_seconds(self) -> tuple[UsageRow, ...]:
        """Give the seconds of what `take` gave just now."""
        seconds, self._seconds, self._second_count = tuple(self._seconds), [], 0
        return seconds

    def take_asked(self) -> tuple[AskedName, ...]:
        """Give whose the keys of what `take` gave just now are."""
        asked, self._asked = tuple(self._asked), set()
        return asked

    def put_asked_back(self, asked: Iterable[AskedName]) -> None:
        """Add what was taken and could not be written."""
        self._note_asked(*asked)

    def _add_second(self, waiting: _Waiting, second: int, sums: UsageSums) -> None:
        known = waiting.seconds.get(second)
        waiting.seconds[second] = sums if known is None else known.plus(sums)
        if known is None:
            self._count_seconds(1)

    def _keep_seconds(self, seconds: Sequence[UsageRow]) -> None:
        self._seconds += seconds
        self._count_seconds(len(seconds))

    def _count_seconds(self, more: int) -> None:
        self._second_count += more
        if self._second_count > 2 * self._second_limit:
            self._give_up_seconds()

    def _give_up_seconds(self) -> None:
        """Forget all that wait. Their minutes hold them on; the storage puts these at the minute's beginning."""
        self._seconds, self._second_count = [], 0
        for waiting in self._waiting.values():
            waiting.seconds = {}

    def _settle_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            self._settle(each)

    def _settle(self, waiting: _Waiting) -> None:
        key = key_of(waiting.facts)
        self._note_asked(*asked_of(key, waiting.facts))
        if waiting.seconds:  # counted already; before the row, as above
            owned = with_process(key, waiting.facts)
            self._seconds += [UsageRow(float(second), owned, sums) for second, sums in waiting.seconds.items()]
            waiting.seconds = {}
        self._add(waiting.minute, key, waiting.sums)

    def _note_asked(self, *asked: AskedName) -> None:
        if len(self._asked) < self._row_limit:  # what is left out comes again with the next row
            self._asked.update(asked)

    def _add(self, start: int, key: UsageKey, sums: UsageSums) -> None:
        rows = self._starts.setdefault(start, {})
        known = rows.get(key)
        rows[key] = sums if known is None else known.plus(sums)
        if known is None:
            self._row_count += 1
            if self._row_count > self._row_limit:
                self._fold()

    def _fold(self) -> None:
        """Give up detail, of the oldest first, until half of the limit is free: hosts, then owners, then minutes."""
        self._give_up_seconds()
        wanted = self._row_limit // 2
        for fold in (_without_hosts, _without_owner):
            for start in sorted(self._starts):
                if self._row_count <= wanted:
                    return
                self._refill(start, start, fold)
        for start in sorted(self._starts):
            if self._row_count <= wanted:
                return
            self._refill(start, start // _HOUR * _HOUR, _without_owner)

    def _refill(self, start: int, new_start: int, fold: Callable[[UsageKey], UsageKey]) -> None:
        rows = self._starts.pop(start)
        self._row_count -= len(rows)
        target = self._starts.setdefault(new_start, {})
        before = len(target)
        for key, sums in rows.items():
            folded = fold(key)
            target[folded] = target.get(folded, NO_USAGE).plus(sums)
        self._row_count += len(target) - before


def key_of(facts: ConnectionFacts) -> UsageKey:
    """Give what a connection's usage is kept by."""
    process, remote = facts.process, facts.remote
    user = ""
    if process is not None:
        user = process.user or ("" if process.uid is None else str(process.uid))
    return UsageKey(
        user=user,
        application_id=facts.application_id,
        application_name=facts.application_name,
        remote_host="" if remote is None else remote.address,
        domain=facts.domain,
        protocol=facts.protocol,
        scope=facts.scope,
        interface=facts.interface,
    )


def asked_of(key: UsageKey, facts: ConnectionFacts) -> tuple[AskedName, ...]:
    """Give whose the user of a key is, and its domain where that user asked for it."""
    process = facts.process
    if process is None or process.uid is None or not key.user:
        return ()
    user = AskedName(key.user, process.uid)
    if not key.domain or facts.is_domain_borrowed:
        return (user,)
    return user, AskedName(key.user, process.uid, key.domain)


def with_process(key: UsageKey, facts: ConnectionFacts) -> UsageKey:
    """Give the key of a connection's seconds."""
    process = facts.process
    if process is None or not process.pid:
        return key
    return key._replace(pid=process.pid, process_name=process.name, process_start_time=process.start_time)


def _without_hosts(key: UsageKey) -> UsageKey:
    return key._replace(remote_host="", domain="", is_folded=True)


def _without_owner(key: UsageKey) -> UsageKey:
    return UsageKey(protocol=key.protocol, scope=key.scope, interface=key.interface, is_folded=True)
