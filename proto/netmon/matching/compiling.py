"""From a filter to one test of a row."""

from netmon.matching.fields import row_test
from netmon.matching.limits import check_filter
from netmon.matching.values import RowTest
from netmon.model import Connection, Filter, Remainder, Term


def compile_filter(filter_: Filter, now: float) -> RowTest:
    """Give the test whether a row passes the filter. ``now`` (Unix seconds) is the moment that ages are taken at.

    Rows that stand for many (``facts.remainder``) have none of what a filter looks at: they pass the empty filter
    alone, so that any other one leaves them to what is omitted. Raises ValueError as ``check_filter``.

    The test may keep the results of texts that it has seen: make a new one for each tick.
    """
    check_filter(filter_)
    if not filter_.terms:
        return _passes
    tests = [_term_test(term, now) for term in filter_.terms]
    if len(tests) == 1:
        (only,) = tests
        return lambda row: row.facts.remainder is Remainder.UNSPECIFIED and only(row)
    return lambda row: row.facts.remainder is Remainder.UNSPECIFIED and all(test(row) for test in tests)


def _passes(_row: Connection) -> bool:
    return True


def _term_test(term: Term, now: float) -> RowTest:
    test = row_test(term.field, term.values, now)
    return (lambda row: not test(row)) if term.negated else test
