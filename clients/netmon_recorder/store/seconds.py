"""Raw seconds, with the process: the parts of the minutes' rows, written in the same transaction as these.

What of a minute's row no second tells (there were too many of them to wait) stands at the minute's first second, of no
process: so the seconds of a minute are its rows exactly, key by key, folded keys too.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from netmon.model import NO_USAGE, UsageKey, UsageRow, UsageSums

ROWS_A_SECOND: Final = 100
"""Rows of a second and batch that keep their process. The rest are one row a key, of which a minute has some 100."""

NO_PROCESS: Final = 0
MANY_PROCESSES: Final = -1
OTHERS_PROCESS: Final = -2
"""Numbers that are no process of the table: nobody owns it, it is not known whose it is, and it is not to be told."""

OTHERS_NAME: Final = "(other users)"
"""What is called so is a sum, for those who may not see more. The collector calls it the same."""

_ADD_SECOND, _ADD_MINUTE = (
    f"INSERT INTO {table} (bucket, key, process, sent_bytes, received_bytes, packet_count, connection_count)"  # noqa: S608 -- names of ours
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (bucket, key, process) DO UPDATE SET"
    " sent_bytes = sent_bytes + excluded.sent_bytes, received_bytes = received_bytes + excluded.received_bytes,"
    " packet_count = packet_count + excluded.packet_count,"
    " connection_count = connection_count + excluded.connection_count"
    for table in ("usage_second", "usage_process")
)

_Process = tuple[int, float, str] | None
"""Its id, start and name. None: `MANY_PROCESSES`."""

_NOBODY: Final = (0, 0.0, "")
_Share = tuple[UsageKey, _Process]


class SecondsOfBatch:
    """The seconds of one batch."""

    def __init__(self, rows: Iterable[UsageRow]) -> None:
        self._rows: defaultdict[int, list[UsageRow]] = defaultdict(list)
        for row in rows:
            self._rows[int(row.start_time // 60)].append(row)
        self._shares: defaultdict[tuple[int, int, _Process], UsageSums] = defaultdict(UsageSums)

    def add(
        self,
        minute: int,
        rows: Mapping[UsageKey, UsageSums],
        targets: Mapping[UsageKey, UsageKey],
        numbers: Mapping[UsageKey, int],
    ) -> None:
        """Add a minute: its rows, which of them are folded into which, and the numbers of the keys that stay."""
        left = dict(rows)
        seconds: defaultdict[int, dict[_Share, UsageSums]] = defaultdict(dict)
        for row in self._rows.get(minute, ()):
            key = _without_process(row.key)
            rest = left.get(key)
            if rest is None:
                continue
            left[key] = _less(rest, row.sums)
            target = targets.get(key, key)
            is_known = bool(target.application_id) or not key.application_id
            _add(seconds[int(row.start_time)], (target, _process_of(row.key) if is_known else None), row.sums)
        for key, sums in left.items():
            if sums != NO_USAGE:
                _add(seconds[minute * 60], (targets.get(key, key), None), sums)
        for second, shares in seconds.items():
            for (key, process), sums in _bounded(shares).items():
                place = (second, numbers[key], process)
                self._shares[place] = self._shares[place].plus(sums)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all of it, inside a transaction. Sorted, so that each leaf of the tree is visited once."""
        last: dict[_Process, int] = {}
        for second, _, process in self._shares:
            last[process] = max(second, last.get(process, 0))
        numbers = {process: _number(connection, process, second) for process, second in last.items()}
        minutes: defaultdict[tuple[int, int, _Process], UsageSums] = defaultdict(UsageSums)
        for (second, key, process), sums in self._shares.items():
            minutes[second // 60, key, process] = minutes[second // 60, key, process].plus(sums)
        for statement, shares in ((_ADD_SECOND, self._shares), (_ADD_MINUTE, minutes)):
            rows = [(bucket, key, numbers[process], *sums) for (bucket, key, process), sums in shares.items()]
            connection.executemany(statement, sorted(rows))


def forget_processes(connection: sqlite3.Connection) -> None:
    """Delete the processes that no second is of any more. Inside a transaction."""
    connection.execute(
        "DELETE FROM process WHERE last_second < coalesce((SELECT min(bucket) FROM usage_second), last_second + 1)"
    )


def _number(connection: sqlite3.Connection, process: _Process, second: int) -> int:
    if process is None:
        return MANY_PROCESSES
    if process == _NOBODY:
        return NO_PROCESS
    row = connection.execute(
        "INSERT INTO process (pid, start_time, name, last_second) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (pid, start_time, name) DO UPDATE SET last_second = max(last_second, excluded.last_second)"
        " RETURNING id",
        (*process, second),
    ).fetchone()
    return int(row[0])


def _bounded(shares: dict[_Share, UsageSums]) -> dict[_Share, UsageSums]:
    if len(shares) <= ROWS_A_SECOND:
        return shares
    order = sorted(shares, key=lambda share: shares[share].total_bytes, reverse=True)
    bounded = {share: shares[share] for share in order[:ROWS_A_SECOND]}
    for share in order[ROWS_A_SECOND:]:
        _add(bounded, (share[0], None), shares[share])
    return bounded


def _add(shares: dict[_Share, UsageSums], share: _Share, sums: UsageSums) -> None:
    known = shares.get(share)
    shares[share] = sums if known is None else known.plus(sums)


def _process_of(key: UsageKey) -> _Process:
    if not key.pid:
        return _NOBODY
    return key.pid, key.process_start_time or 0.0, key.process_name


def _without_process(key: UsageKey) -> UsageKey:
    return key._replace(pid=0, process_name="", process_start_time=None)


def _less(sums: UsageSums, part: UsageSums) -> UsageSums:
    return UsageSums(sums[0] - part[0], sums[1] - part[1], sums[2] - part[2], sums[3] - part[3])
