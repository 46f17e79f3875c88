"""The dictionary: names, applications and keys have numbers, so that a row of usage takes some 25 bytes."""

import sqlite3
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from netmon.model import UsageDimension, UsageKey
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.port import AskedName

_MOST_KNOWN: Final = 1_024
"""Keys that are kept in memory, 0.9 kB each with their names. A key that is not among them costs two look-ups."""


_LAST: Final = {"key": "last_key", "name": "last_name", "application": "last_application"}
"""Notes of the highest number that each table had when rows of it were deleted."""

_LAST_MINUTES: Final = 2
"""Whose keys are kept in memory, of those that were written last: the running one, and the one that a batch around its
end belongs to. By when they were written, not by their numbers: a clock may be set back."""

_NEXT: Final = {
    table: f"(1 + max(coalesce((SELECT max(id) FROM {table}), 0),"  # noqa: S608 -- names of ours
    f" coalesce((SELECT value FROM note WHERE name = '{note}'), 0)))"
    for table, note in _LAST.items()
}
"""No number is given twice, also after the newest went: an export that lasts holds on to those that fit its filter."""

_ADD_NAME: Final = f"INSERT OR IGNORE INTO name (id, kind, value) VALUES ({_NEXT['name']}, ?, ?)"  # noqa: S608 -- names of ours


class KeyBook:
    """Numbers of keys, for the one writer. Give it the writer's connection, inside a transaction."""

    def __init__(self) -> None:
        self._keys: dict[UsageKey, int] = {}
        self._names: dict[tuple[int, str], int] = {}
        self._last_minutes: dict[int, int] = {}
        self._asked: set[AskedName] = set()
        self._waiting: dict[int, int] = {}
        self._waited: dict[int, int] = {}
        self._of_minutes: dict[int, set[UsageKey]] = {}

    def begin(self) -> None:
        """Say that a transaction begins, which `roll_back` may follow."""
        self._waited = dict(self._waiting)

    def roll_back(self) -> None:
        """Say that it failed: numbers that it gave will be those of other keys. What waited before waits on."""
        self.forget()
        self._waiting = self._waited

    def forget(self) -> None:
        """Know nothing any more: after keys were removed, and where another file took the place of this one."""
        self._forget_numbers()
        self._waiting = {}
        self._of_minutes.clear()

    def of_minute(self, minute: int) -> AbstractSet[UsageKey]:
        """Give the keys that a minute has, where it is one of those written last: its batches come one by one."""
        return self._of_minutes.get(minute, frozenset())

    def number(self, connection: sqlite3.Connection, key: UsageKey, minute: int) -> int:
        """Give the number of a key that was seen in a minute, and note when."""
        number = self._keys.get(key)
        if number is None:
            if len(self._keys) >= _MOST_KNOWN:
                self.flush(connection)  # what waits is by key too, and would be forgotten
                self._forget_numbers()
            number = self._keys[key] = self._stored(connection, key, minute)
        # Once a quarter of an hour is enough on the disk: each key is a page to write. The rest waits in memory.
        if minute // 15 != self._last_minutes.get(number, -1) // 15:
            self._write_last(connection, {number: minute})
            self._waiting.pop(number, None)
        elif minute > self._last_minutes[number]:
            self._waiting[number] = minute
        self._last_minutes[number] = max(minute, self._last_minutes.get(number, 0))
        self._note_minute(minute, key)
        return number

    def note_asked(self, connection: sqlite3.Connection, asked: Iterable[AskedName]) -> None:
        """Note whose names of users are, and what they asked for, of those names that rows are kept by."""
        for each in asked:
            if each in self._asked:
                continue
            user = self._known_name(connection, UsageDimension.USER, each.user)
            domain = self._known_name(connection, UsageDimension.DOMAIN, each.domain) if each.domain else 0
            if user is None or domain is None:
                continue  # folded: asked for again with the next row
            connection.execute(
                "INSERT OR IGNORE INTO asked (user, uid, domain) VALUES (?, ?, ?)", (user, each.uid, domain)
            )
            if len(self._asked) >= _MOST_KNOWN:
                self._asked.clear()
            self._asked.add(each)

    def waiting(self) -> dict[int, int]:
        """Give last minutes that are not on the disk yet, by key."""
        return dict(self._waiting)

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what waits."""
        self._write_last(connection, self._waiting)
        self._waiting = {}

    def _note_minute(self, minute: int, key: UsageKey) -> None:
        keys = self._of_minutes.pop(minute, set())
        keys.add(key)
        self._of_minutes[minute] = keys
        if len(self._of_minutes) > _LAST_MINUTES:
            del self._of_minutes[next(iter(self._of_minutes))]

    def _forget_numbers(self) -> None:
        self._keys.clear()
        self._names.clear()
        self._last_minutes.clear()
        self._asked.clear()

    def _write_last(self, connection: sqlite3.Connection, minutes: dict[int, int]) -> None:
        connection.executemany(
            "UPDATE key SET last_minute = max(last_minute, ?1), first_minute = min(first_minute, ?1) WHERE id = ?2",
            [(minute, number) for number, minute in minutes.items()],
        )

    def _stored(self, connection: sqlite3.Connection, key: UsageKey, minute: int) -> int:
        values = (
            self._application(connection, key.application_id, key.application_name),
            self._name(connection, UsageDimension.REMOTE_HOST, key.remote_host),
            self._name(connection, UsageDimension.DOMAIN, key.domain),
            int(key.protocol),
            int(key.scope),
            self._name(connection, UsageDimension.INTERFACE, key.interface),
            self._name(connection, UsageDimension.USER, key.user),
            int(key.is_folded),
        )
        found = connection.execute(
            "SELECT id, last_minute FROM key WHERE application = ? AND remote_host = ? AND domain = ? AND protocol = ?"
            " AND scope = ? AND interface = ? AND user = ? AND is_folded = ?",
            values,
        ).fetchone()
        if found is not None:
            self._last_minutes[found[0]] = found[1]
            return int(found[0])
        cursor = connection.execute(
            "INSERT INTO key (id, application, remote_host, domain, protocol, scope, interface, user, is_folded,"  # noqa: S608 -- names of ours
            f" first_minute, last_minute) VALUES ({_NEXT['key']}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, minute, minute),
        )
        number = int(cursor.lastrowid or 0)
        self._last_minutes[number] = minute
        return number

    def _application(self, connection: sqlite3.Connection, identity: str, name: str) -> int:
        if not identity:
            return 0
        cursor = connection.execute(
            f"INSERT INTO application (id, identity, name) VALUES ({_NEXT['application']}, ?, ?)"  # noqa: S608 -- names of ours
            " ON CONFLICT (identity) DO UPDATE SET name = excluded.name"
            " WHERE name <> excluded.name AND excluded.name <> ''"
            " RETURNING id",
            (identity, name),
        )
        row = cursor.fetchone()
        if row is None:  # nothing to change
            row = connection.execute("SELECT id FROM application WHERE identity = ?", (identity,)).fetchone()
        return int(row[0])

    def _known_name(self, connection: sqlite3.Connection, kind: UsageDimension, value: str) -> int | None:
        number = self._names.get((kind, value))
        if number is None:
            row = connection.execute("SELECT id FROM name WHERE kind = ? AND value = ?", (int(kind), value)).fetchone()
            number = None if row is None else int(row[0])
        return number

    def _name(self, connection: sqlite3.Connection, kind: UsageDimension, value: str) -> int:
        if not value:
            return 0
        number = self._names.get((kind, value))
        if number is None:
            if len(self._names) >= _MOST_KNOWN:
                self._names.clear()
            connection.execute(_ADD_NAME, (int(kind), value))
            row = connection.execute("SELECT id FROM name WHERE kind = ? AND value = ?", (int(kind), value)).fetchone()
            number = self._names[(kind, value)] = int(row[0])
        return number


def forget_unused(connection: sqlite3.Connection) -> tuple[int, int]:
    """Delete keys that no row is of, and names that no key is made of; give how many. Inside a transaction."""
    notes = Notes(connection)
    for table, note in _LAST.items():
        (newest,) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608 -- a name of ours
        notes.put(note, max(newest, notes.number(note) or 0))
    keys = connection.execute(
        "DELETE FROM key WHERE id NOT IN (SELECT key FROM usage_minute UNION SELECT key FROM usage_quarter"
        " UNION SELECT key FROM usage_day)"
    ).rowcount
    connection.execute(
        "DELETE FROM asked WHERE user NOT IN (SELECT user FROM key)"
        " OR (domain <> 0 AND domain NOT IN (SELECT domain FROM key))"
    )
    names = connection.execute(
        "DELETE FROM name WHERE id NOT IN (SELECT user FROM key UNION SELECT remote_host FROM key"
        " UNION SELECT domain FROM key UNION SELECT interface FROM key)"
    ).rowcount
    names += connection.execute("DELETE FROM application WHERE id NOT IN (SELECT application FROM key)").rowcount
    return keys, names


def last_minutes_again(connection: sqlite3.Connection) -> None:
    """After an unclean end: take from the minutes what waited in memory, of the last hour that was recorded."""
    connection.execute(
        "UPDATE key SET last_minute = max(last_minute, seen.minute) FROM (SELECT key, max(bucket) AS minute"
        " FROM usage_minute WHERE bucket >= (SELECT max(bucket) FROM usage_minute) - 60 GROUP BY key) AS seen"
        " WHERE key.id = seen.key"
    )
