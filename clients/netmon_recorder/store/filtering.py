"""A filter as a condition on keys. What a pattern means is asked of `netmon.matching`, which the live views use too.

Each term is tried on the names that history holds, and becomes a set of their numbers: no pattern reaches SQL.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from netmon.matching import check_filter, compile_filter
from netmon.model import (
    Connection,
    ConnectionFacts,
    Endpoint,
    Filter,
    FilterField,
    Process,
    Protocol,
    Scope,
    Term,
    Traffic,
    UsageDimension,
)

_PLAIN_ROW: Final = ConnectionFacts(id="history", protocol=Protocol.UNSPECIFIED)

_WORDS: Final = {FilterField.IS: frozenset({"local", "remote", "unknown"})}

# Why history cannot answer for a field.
_NOT_HELD: Final = {
    FilterField.PID: "pid",
    FilterField.UNIT: "unit",
    FilterField.EXECUTABLE: "exe",
    FilterField.PORT: "port",
    FilterField.LOCAL_PORT: "lport",
    FilterField.REMOTE_PORT: "rport",
    FilterField.ADDRESS: "ip (it holds the other end's alone: rip)",
    FilterField.LOCAL_ADDRESS: "lip",
    FilterField.STATE: "state",
    FilterField.DIRECTION: "dir",
    FilterField.SENT_BYTES: "sent",
    FilterField.RECEIVED_BYTES: "received",
    FilterField.RATE: "rate",
    FilterField.TOTAL: "total",
    FilterField.AGE: "age",
    FilterField.DOMAIN_SOURCE: "source",
    FilterField.SENT_RATE: "sent_rate",
    FilterField.RECEIVED_RATE: "received_rate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on the table `key`, named k, and the values for its marks. Empty: no condition."""

    text: str = ""
    values: tuple[str | int, ...] = ()

    def joined(self, word: str) -> str:
        """Give it after a word, or nothing."""
        return f" {word} {self.text}" if self.text else ""


def check_held(filter_: Filter) -> None:
    """Raise ValueError for a filter that cannot be evaluated, or that asks for what history does not hold."""
    check_filter(filter_)
    for number, term in enumerate(filter_.terms):
        if term.field in _NOT_HELD:
            raise ValueError(f"Filter.terms[{number}].field: history does not hold {_NOT_HELD[term.field]}")
        if term.field is FilterField.IS:
            for value in term.values:
                if not isinstance(value, str) or value.lower() not in _WORDS[FilterField.IS]:
                    raise ValueError(f"Filter.terms[{number}].values: history holds is:local, is:remote, is:unknown")


def condition(connection: sqlite3.Connection, filter_: Filter, *, include_loopback: bool) -> Condition:
    """Give the condition of a filter. Raises ValueError as `check_held`."""
    check_held(filter_)
    texts: list[str] = [] if include_loopback else ["k.scope <> 1"]
    values: list[str | int] = []
    for term in filter_.terms:
        text, marks = _term(connection, term)
        texts.append(text)
        values += marks
    return Condition(text=" AND ".join(texts), values=tuple(values))


def _term(connection: sqlite3.Connection, term: Term) -> tuple[str, list[str]]:
    """Give one term: what is folded has no host and domain to look at, and fits neither the term nor its opposite."""
    fits = _test(term)
    if term.field is FilterField.TEXT:
        text = "(k.application IN {0} OR k.remote_host IN {0} OR k.domain IN {0})".replace("{0}", _IN)
        marks = [_applications(connection, fits), *(_names(connection, kind, fits) for kind in _SHOWN)]
        known = "(NOT k.is_folded OR k.application IN " + _IN + ")"
        if term.negated:
            return f"NOT {text} AND NOT k.is_folded", marks
        return f"{text} AND {known}", [*marks, marks[0]]
    column, numbers, guard = _column(connection, term.field, fits)
    return f"{column} {'NOT ' if term.negated else ''}IN {_IN}{guard}", [numbers]


_IN: Final = "(SELECT value FROM json_each(?))"
_SHOWN: Final = (UsageDimension.REMOTE_HOST, UsageDimension.DOMAIN)
_NEVER_FOLDED: Final = ""
_WITH_HOST: Final = " AND NOT k.is_folded"
_WITH_APPLICATION: Final = " AND NOT (k.is_folded AND k.application = 0)"
_WITH_USER: Final = " AND NOT (k.is_folded AND k.application = 0 AND k.user = 0)"


def _column(connection: sqlite3.Connection, field: FilterField, fits: "_Fits") -> tuple[str, str, str]:
    """Give the column of a field, the numbers in it that fit as JSON, and what keeps folded keys out."""
    match field:
        case FilterField.APPLICATION:
            return "k.application", _applications(connection, fits), _WITH_APPLICATION
        case FilterField.USER:
            return "k.user", _users(connection, fits), _WITH_USER
        case FilterField.INTERFACE:
            return "k.interface", _names(connection, UsageDimension.INTERFACE, fits), _NEVER_FOLDED
        case FilterField.REMOTE_ADDRESS:
            return "k.remote_host", _names(connection, UsageDimension.REMOTE_HOST, fits), _WITH_HOST
        case FilterField.DOMAIN:
            return "k.domain", _names(connection, UsageDimension.DOMAIN, fits), _WITH_HOST
        case FilterField.PROTOCOL:
            return "k.protocol", _numbers(member for member in Protocol if fits(_row(protocol=member))), _NEVER_FOLDED
        case FilterField.SCOPE:
            return "k.scope", _numbers(member for member in Scope if fits(_row(scope=member))), _NEVER_FOLDED
        case _:
            return _is_column(fits)


def _is_column(fits: "_Fits") -> tuple[str, str, str]:
    """Give the same for ``is``, whose words look at the scope, or at whether there is an owner.

    A pair of both is one number. What is folded without its application is kept out where the owner would decide.
    """
    pairs = [
        2 * scope + owned
        for scope in Scope
        for owned in (0, 1)
        if fits(_row(scope=scope, process=_owner() if owned else None))
    ]
    undecided = ", ".join(str(int(scope)) for scope in Scope if (2 * scope in pairs) != (2 * scope + 1 in pairs))
    guard = f" AND NOT (k.is_folded AND k.application = 0 AND k.scope IN ({undecided}))"
    return "(2 * k.scope + (k.application <> 0))", _numbers(pairs), guard


_Fits = Callable[[Connection], bool]


def _test(term: Term) -> _Fits:
    return compile_filter(Filter(terms=(Term(field=term.field, values=term.values),)), 0.0)


def _applications(connection: sqlite3.Connection, fits: _Fits) -> str:
    rows: Sequence[tuple[int, str]] = connection.execute("SELECT id, name FROM application").fetchall()
    known = [(0, ""), *rows]
    return _numbers(number for number, name in known if fits(_row(application_name=name)))


def _names(connection: sqlite3.Connection, kind: UsageDimension, fits: _Fits) -> str:
    rows: Sequence[tuple[int, str]] = connection.execute(
        "SELECT id, value FROM name WHERE kind = ?", (int(kind),)
    ).fetchall()
    row_of = _ROWS[kind]
    return _numbers(number for number, value in [(0, ""), *rows] if fits(row_of(value)))


def _users(connection: sqlite3.Connection, fits: _Fits) -> str:
    """Give the numbers of users that fit by name, or by a number that the name was seen with."""
    rows: Sequence[tuple[int, str, int | None]] = connection.execute(
        "SELECT DISTINCT n.id, n.value, a.uid FROM name n LEFT JOIN asked a ON a.user = n.id WHERE n.kind = ?",
        (int(UsageDimension.USER),),
    ).fetchall()
    known: list[tuple[int, str, int | None]] = [(0, "", None), *rows]
    return _numbers({number for number, user, uid in known if fits(_row(process=_owner(user, uid)))})


def _numbers(numbers: Iterable[int]) -> str:
    return json.dumps([int(number) for number in numbers])


def _owner(user: str = "", uid: int | None = None) -> Process:
    return Process(id="history", pid=0, start_time=0.0, name="", user=user, uid=uid)


def _row(
    *,
    application_name: str = "",
    remote: str = "",
    domain: str = "",
    process: Process | None = None,
    interface: str = "",
    protocol: Protocol = Protocol.UNSPECIFIED,
    scope: Scope = Scope.UNSPECIFIED,
) -> Connection:
    """Give a row that has nothing but what is looked at."""
    facts = ConnectionFacts(
        id="history",
        protocol=protocol,
        scope=scope,
        interface=interface,
        remote=Endpoint(address=remote) if remote else None,
        domain=domain,
        process=process,
        application_name=application_name,
    )
    return Connection(facts, Traffic())


_ROWS: Final[dict[UsageDimension, Callable[[str], Connection]]] = {
    UsageDimension.REMOTE_HOST: lambda value: _row(remote=value),
    UsageDimension.DOMAIN: lambda value: _row(domain=value),
    UsageDimension.INTERFACE: lambda value: _row(interface=value),
}
