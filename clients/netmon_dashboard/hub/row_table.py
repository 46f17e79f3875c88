"""The connections as a tab shows them, and what of them changed with a tick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from netmon.model import Connection, Process
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.row_entries import (
    APP,
    DELTA_RECEIVED,
    DELTA_SENT,
    END,
    LAST,
    RECEIVED,
    SENT,
    STATE,
    Numbers,
    listens_everywhere,
    process_entry,
    row_entry,
)
from netmon_dashboard.hub.socket_counts import CountChanges, note_counts
from netmon_dashboard.hub.vocabulary import Json, state_code

ENDED_KEPT_SECONDS: Final = 60.0
"""How long a row that ended is still shown to a tab that begins."""

ENDED_LIMIT: Final = 2_000
"""How many of them at the most, the newest: a server that ends 400 a second makes 24,000 rows a minute."""

_AHEAD_SECONDS: Final = 5.0
"""What ended so much after now did so before the clock was set back: it would stay until the clock is there again."""

# Kept beyond what rows need, so that a busy machine does not sweep at each tick.
_IDLE_PROCESSES: Final = 256
_LEFT_OUT_NUMBERS: Final = 65_536


@dataclass(slots=True, kw_only=True)
class RowChanges:
    """What a tick says of rows: the keys of "r" but for "omitted"."""

    moved: list[int] = field(default_factory=list[int])
    states: list[Json] = field(default_factory=list[Json])
    processes: list[Json] = field(default_factory=list[Json])
    entries: list[Json] = field(default_factory=list[Json])
    closed: list[Json] = field(default_factory=list[Json])
    gone: list[int] = field(default_factory=list[int])
    counts: CountChanges = field(default_factory=CountChanges)
    are_listeners_touched: bool = False


class _Item:
    """A row that is shown: what it was made of, and its entry."""

    __slots__ = ("entry", "row")

    def __init__(self, row: Connection, entry: list[Json]) -> None:
        self.row = row
        self.entry = entry


class RowTable:
    """Entries by connection id: those of the newest tick, and those that ended within the last minute."""

    def __init__(self, app_number: Numbers, before: "RowTable | None" = None) -> None:
        """Start empty; numbers go on after those of the table ``before``, so that none means two rows."""
        self._app_number = app_number
        last_row, last_process = (0, 0) if before is None else before.last_numbers
        self._numbers = Numbering(last_row)
        self._process_numbers = Numbering(last_process)
        self._processes: dict[str, tuple[Process, list[Json]]] = {}
        self._open: dict[str, _Item] = {}
        self._ended: dict[str, _Item] = {}
        self._moving: list[list[Json]] = []

    def update(self, rows: Sequence[Connection], known: Iterable[str], now: float) -> RowChanges:
        """Take the rows of a tick that are to be shown; ``known``: ids that keep their number though left out.

        ``now``: the tick's time in Unix seconds.
        """
        changes = RowChanges()
        for entry in self._moving:
            entry[DELTA_SENT] = entry[DELTA_RECEIVED] = 0
        self._moving = []
        before, shown = self._open, dict[str, _Item]()
        found = 0
        for row in rows:
            key = row.facts.id
            item = before.get(key)
            if item is None:
                item = self._add(row, changes)
            else:
                found += 1
                if item.row is not row or row.traffic.interval_sent_bytes or row.traffic.interval_received_bytes:
                    self._change(item, row, now, changes)
            shown[key] = item
        self._open = shown
        if found < len(before):
            self._leave(before, known, changes)
        self._expire(now, changes)
        if len(self._processes) > 2 * len(shown) + _IDLE_PROCESSES:
            self._sweep_processes()
        if len(self._numbers) > 2 * (len(shown) + len(self._ended)) + _LEFT_OUT_NUMBERS:
            self._numbers.keep({*shown, *self._ended, *known})
        return changes

    @property
    def last_numbers(self) -> tuple[int, int]:
        """The last numbers of rows and processes that were given."""
        return self._numbers.last, self._process_numbers.last

    @property
    def kept_process_count(self) -> int:
        """How many processes are kept, those that no row names any more among them."""
        return len(self._processes)

    def number(self, key: str) -> int | None:
        """Give the number of a connection's id."""
        return self._numbers.known(key)

    def row(self, number: int) -> Connection | None:
        """Give the row of a number as it was told last; None where there is none."""
        items = (item for items in (self._open, self._ended) for item in items.values())
        return next((item.row for item in items if item.entry[0] == number), None)

    def entries(self) -> list[list[Json]]:
        """Give all entries, by ``ROW_COLUMNS``. They change with the next tick."""
        return [item.entry for items in (self._open, self._ended) for item in items.values()]

    def process_entries(self) -> list[list[Json]]:
        """Give the processes that entries name or may come to name in a tick, by ``PROCESS_COLUMNS``."""
        return [entry for _, entry in self._processes.values()]

    def closed(self) -> list[list[Json]]:
        """Give number and end time of each entry that ended."""
        entries = self.entries()
        return [[entry[0], entry[END]] for entry in entries if entry[END] is not None]

    def named_apps(self) -> set[int | None]:
        """Give the applications that entries name."""
        return {item.entry[APP] for items in (self._open, self._ended) for item in items.values()}

    def listeners(self) -> list[list[Json]]:
        """Give what listens on all interfaces: application's number, name, protocol, port, user; sorted."""
        found: set[tuple[int | None, str, str, int, str]] = set()
        for item in self._open.values():
            row, facts = item.row, item.row.facts
            if listens_everywhere(row) and facts.local is not None:
                process = facts.process
                name = facts.application_name or (process.name if process is not None else "")
                user = process.user if process is not None else ""
                found.add((item.entry[APP], name, item.entry[4], facts.local.port or 0, user))
        return [list(each) for each in sorted(found, key=lambda each: (each[1], each[2], each[3], each[4]))]

    def _add(self, row: Connection, changes: RowChanges) -> _Item:
        item = _Item(row, self._entry(row, changes))
        self._ended.pop(row.facts.id, None)  # packets that still come bring back what had ended
        changes.entries.append(item.entry)
        changes.are_listeners_touched |= row.facts.remote is None
        self._note_moving(item.entry)
        return item

    def _change(self, item: _Item, row: Connection, now: float, changes: RowChanges) -> None:
        known, item.row = item.row, row
        traffic, entry = row.traffic, item.entry
        sent_delta, received_delta = traffic.interval_sent_bytes, traffic.interval_received_bytes
        sent = traffic.sent_bytes - traffic.cleared_sent_bytes
        received = traffic.received_bytes - traffic.cleared_received_bytes
        if (
            (row.facts is not known.facts and row.facts != known.facts)
            or sent != entry[SENT] + sent_delta
            or received != entry[RECEIVED] + received_delta
            or (row.end_time is None and known.end_time is not None)
        ):
            item.entry = self._entry(row, changes)
            changes.entries.append(item.entry)
            changes.are_listeners_touched |= row.facts.remote is None
            self._note_moving(item.entry)
            return
        if sent_delta or received_delta:
            changes.moved += (entry[0], sent_delta, received_delta)
            entry[SENT], entry[RECEIVED] = sent, received
            entry[DELTA_SENT], entry[DELTA_RECEIVED] = sent_delta, received_delta
            entry[LAST] = round(now, 3)
            self._moving.append(entry)
        note_counts(entry, row, known, changes.counts)
        if row.state is not known.state:
            entry[STATE] = state_code(row.state)
            changes.states += (entry[0], entry[STATE])
            changes.are_listeners_touched |= row.facts.remote is None
        if row.end_time != known.end_time and row.end_time is not None:
            entry[END] = round(row.end_time, 3)
            changes.closed += (entry[0], entry[END])
            changes.are_listeners_touched |= row.facts.remote is None

    def _note_moving(self, entry: list[Json]) -> None:
        if entry[DELTA_SENT] or entry[DELTA_RECEIVED]:
            self._moving.append(entry)

    def _leave(self, before: dict[str, _Item], known: Iterable[str], changes: RowChanges) -> None:
        """Take the rows that were shown before and are not among the newest: they ended, or were left out."""
        left = before.keys() - self._open.keys()
        if not left:
            return
        kept = set(known)
        for key in left:
            item = before[key]
            changes.are_listeners_touched |= item.row.facts.remote is None
            if item.row.end_time is not None:
                self._ended[key] = item
                continue
            changes.gone.append(item.entry[0])
            if key not in kept:
                self._numbers.forget(key)

    def _expire(self, now: float, changes: RowChanges) -> None:
        first, last = now - ENDED_KEPT_SECONDS, now + _AHEAD_SECONDS
        expired = [key for key, item in self._ended.items() if not first < item.entry[END] <= last]
        if len(self._ended) - len(expired) > ENDED_LIMIT:
            newest = sorted(self._ended, key=lambda key: self._ended[key].entry[END])[-ENDED_LIMIT:]
            expired = list(self._ended.keys() - set(newest))
        for key in expired:
            changes.gone.append(self._ended.pop(key).entry[0])
            self._numbers.forget(key)

    def _entry(self, row: Connection, changes: RowChanges) -> list[Json]:
        facts = row.facts
        process = None if facts.process is None else self._process(facts.process, changes)
        return row_entry(row, self._numbers.number(facts.id), self._app_number(facts.application_id), process)

    def _process(self, process: Process, changes: RowChanges) -> int:
        known = self._processes.get(process.id)
        if known is not None and (known[0] is process or known[0] == process):
            return known[1][0]
        entry = process_entry(process, self._process_numbers.number(process.id), self._app_number)
        self._processes[process.id] = (process, entry)
        changes.processes.append(entry)
        return entry[0]

    def _sweep_processes(self) -> None:
        used = {
            item.row.facts.process.id
            for items in (self._open, self._ended)
            for item in items.values()
            if item.row.facts.process is not None
        }
        self._processes = {key: value for key, value in self._processes.items() if key in used}
        self._process_numbers.keep(used)
