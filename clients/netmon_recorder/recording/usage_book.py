"""Usage of the minutes that are not written yet, in bounded memory. Pure."""

from collections.abc import Callable, Iterable
from typing import Final

from netmon.model import NO_USAGE, ConnectionFacts, Scope, UsageKey, UsageRow, UsageSums
from netmon_recorder.recording.meter import Counts, RowDelta

ROW_LIMIT: Final = 20_000
"""Rows that wait to be written at the most: about 10 MB. More are folded, the oldest minutes first."""

_MINUTE: Final = 60
_HOUR: Final = 3600


class _Waiting:
    """A connection's usage of its newest minute. Its key is made last: owner and name are often learnt a bit later."""

    __slots__ = ("facts", "minute", "sums")

    def __init__(self, facts: ConnectionFacts, minute: int, sums: UsageSums) -> None:
        self.facts, self.minute, self.sums = facts, minute, sums


class UsageBook:
    """What was moved, by minute and key, until it is taken."""

    def __init__(self, row_limit: int = ROW_LIMIT) -> None:
        self._row_limit = row_limit
        self._waiting: dict[str, _Waiting] = {}
        self._starts: dict[int, dict[UsageKey, UsageSums]] = {}
        self._row_count = 0
        self.has_folded = False
        """Whether something was folded since the last `take`."""

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
        if delta.has_ended:
            self._settle(self._waiting.pop(facts.id))
        elif len(self._waiting) > self._row_limit:
            self._settle_all()

    def add_rest(self, scope: Scope, counts: Counts, time: float) -> None:
        """Add what no connection showed."""
        self._add(int(time // _MINUTE) * _MINUTE, UsageKey(scope=scope), UsageSums(*counts, 0))

    def put_back(self, rows: Iterable[UsageRow]) -> None:
        """Add rows that were taken and could not be written."""
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
        self._starts, self._row_count, self.has_folded = {}, 0, False
        return rows

    def _settle_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            self._settle(each)

    def _settle(self, waiting: _Waiting) -> None:
        self._add(waiting.minute, key_of(waiting.facts), waiting.sums)

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
        self.has_folded = True
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


def _without_hosts(key: UsageKey) -> UsageKey:
    return key._replace(remote_host="", domain="", is_folded=True)


def _without_owner(key: UsageKey) -> UsageKey:
    return UsageKey(protocol=key.protocol, scope=key.scope, interface=key.interface, is_folded=True)
