"""What each field of a filter means on a row: values in, a test of a row out."""

from collections.abc import Callable

from netmon.matching.ends import END_FIELDS, end_test
from netmon.matching.numbers import AMOUNT_FIELDS, age_test, amount_test, pid_test
from netmon.matching.patterns import patterns_of
from netmon.matching.texts import TEXT_FIELDS, bare_text_test, domain_test, texts_test
from netmon.matching.values import RowTest, Values
from netmon.matching.words import ENUMERATIONS, fitting_numbers
from netmon.model import Connection, ConnectionState, FilterField, Scope

# The contract's for the states ACTIVE and IDLE.
RECENT_SECONDS = 10.0
"""``is:active``: the last packet is at most as old, nor as far ahead: then the clock was set back. ``is:new``: the
connection is younger."""


def row_test(field: FilterField, values: Values, now: float) -> RowTest:
    """Give the test of one term, not negated. The values have passed ``check_filter``; ``now`` is Unix seconds."""
    if field in ENUMERATIONS:
        return _enumeration_test(field, values)
    if field in TEXT_FIELDS:
        return texts_test(field, values)
    if field in AMOUNT_FIELDS:
        return amount_test(field, values)
    if field in END_FIELDS:
        return end_test(field, values)
    return _OTHER_TESTS[field](values, now)


def _enumeration_test(field: FilterField, values: Values) -> RowTest:
    numbers = fitting_numbers(field, patterns_of(values))
    if field is FilterField.STATE:
        return lambda row: row.state.value in numbers
    look = _FACTS_NUMBERS[field]
    return lambda row: look(row) in numbers


# Members of an IntEnum are hashed by a Python function, their values are not: 0.3 µs a row.
_FACTS_NUMBERS: dict[FilterField, Callable[[Connection], int]] = {
    FilterField.PROTOCOL: lambda row: row.facts.protocol.value,
    FilterField.DIRECTION: lambda row: row.facts.direction.value,
    FilterField.SCOPE: lambda row: row.facts.scope.value,
    FilterField.DOMAIN_SOURCE: lambda row: row.facts.domain_source.value,
}


def _is_test(values: Values, now: float) -> RowTest:
    tests = [_IS_TESTS[word.lower()] for word in patterns_of(values)]
    return lambda row: any(test(row, now) for test in tests)


def _is_closed(row: Connection) -> bool:
    return row.end_time is not None or row.state is ConnectionState.CLOSED


def _is_open_pair(row: Connection) -> bool:
    return not _is_closed(row) and row.state is not ConnectionState.LISTEN


def _is_recent(row: Connection, now: float) -> bool:
    return row.last_time is not None and abs(now - row.last_time) <= RECENT_SECONDS


_IS_TESTS: dict[str, Callable[[Connection, float], bool]] = {
    "local": lambda row, _: row.facts.scope in (Scope.LOOPBACK, Scope.LAN),
    "remote": lambda row, _: row.facts.scope is Scope.INTERNET,
    "listen": lambda row, _: row.state is ConnectionState.LISTEN and not _is_closed(row),
    "active": lambda row, now: _is_open_pair(row) and _is_recent(row, now),
    "idle": lambda row, now: _is_open_pair(row) and not _is_recent(row, now),
    "new": lambda row, now: not row.facts.started_before and now - row.facts.start_time < RECENT_SECONDS,
    "closed": lambda row, _: _is_closed(row),
    "unknown": lambda row, _: row.facts.process is None,
    "own": lambda row, _: row.facts.is_netmon,
}

_OTHER_TESTS: dict[FilterField, Callable[[Values, float], RowTest]] = {
    FilterField.TEXT: bare_text_test,
    FilterField.DOMAIN: domain_test,
    FilterField.PID: pid_test,
    FilterField.AGE: age_test,
    FilterField.IS: _is_test,
}
