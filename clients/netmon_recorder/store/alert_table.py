"""Rules and firings in their tables."""

import sqlite3
from dataclasses import replace
from typing import Final

from netmon.model import AlertFiring, AlertRule
from netmon_recorder.store.alert_records import firing_from_text, firing_to_text, rule_from_text, rule_to_text

MOST_FIRINGS: Final = 10_000


def put_rule(connection: sqlite3.Connection, rule: AlertRule) -> bool:
    """Save a rule, inside a transaction; give whether one of its name was replaced."""
    known = connection.execute("SELECT 1 FROM alert_rule WHERE name = ?", (rule.name,)).fetchone()
    connection.execute(
        "INSERT INTO alert_rule (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record",
        (rule.name, rule_to_text(rule)),
    )
    return known is not None


def read_rules(connection: sqlite3.Connection) -> tuple[AlertRule, ...]:
    """Give all rules, by name."""
    rows = connection.execute("SELECT record FROM alert_rule ORDER BY name")
    return tuple(rule_from_text(record) for (record,) in rows)


def delete_rule(connection: sqlite3.Connection, name: str) -> AlertRule | None:
    """Delete a rule, inside a transaction, and give it."""
    row = connection.execute("DELETE FROM alert_rule WHERE name = ? RETURNING record", (name,)).fetchone()
    return None if row is None else rule_from_text(row[0])


def add_firing(connection: sqlite3.Connection, firing: AlertFiring) -> AlertFiring:
    """Keep a firing, inside a transaction, and give it with its sequence."""
    cursor = connection.execute(
        "INSERT INTO alert_firing (name, record) VALUES (?, ?)", (firing.name, firing_to_text(firing))
    )
    sequence = int(cursor.lastrowid or 0)
    connection.execute("DELETE FROM alert_firing WHERE sequence <= ?", (sequence - MOST_FIRINGS,))
    return replace(firing, sequence=sequence)


def read_firings(
    connection: sqlite3.Connection, *, after_sequence: int, name: str, limit: int
) -> tuple[AlertFiring, ...]:
    """Give the newest firings, newest first."""
    rows = connection.execute(
        "SELECT sequence, record FROM alert_firing WHERE sequence > ?1 AND (?2 = '' OR name = ?2)"
        " ORDER BY sequence DESC LIMIT ?3",
        (after_sequence, name, limit),
    )
    return tuple(firing_from_text(sequence, record) for sequence, record in rows)


def firing_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Give how many firings are kept of each name."""
    return dict(connection.execute("SELECT name, count(*) FROM alert_firing GROUP BY name").fetchall())
