"""The fields of a filter that look at numbers: bytes, rates, process ids, ages."""

from collections.abc import Callable
from math import inf

from netmon.matching.patterns import any_pattern_test, patterns_of
from netmon.matching.values import RowTest, Values
from netmon.model import Connection, FilterField, Range, Traffic

NumberTest = Callable[[float], bool]


def number_test(values: Values) -> NumberTest:
    """Give the test whether a number fits one of the ranges, or a pattern by its decimal digits."""
    ranges = [_range_test(value) for value in values if isinstance(value, Range)]
    patterns = patterns_of(values)
    if patterns:
        fits_digits = any_pattern_test(patterns)
        ranges.append(lambda number: fits_digits(str(number)))
    if len(ranges) == 1:
        return ranges[0]
    return lambda number: any(test(number) for test in ranges)


def _range_test(bounds: Range) -> NumberTest:
    low = -inf if bounds.minimum is None else bounds.minimum
    high = inf if bounds.maximum is None else bounds.maximum
    if bounds.minimum_excluded and bounds.maximum_excluded:
        return lambda number: low < number < high
    if bounds.minimum_excluded:
        return lambda number: low < number <= high
    if bounds.maximum_excluded:
        return lambda number: low <= number < high
    return lambda number: low <= number <= high


def _sent_bytes(traffic: Traffic) -> float:
    return traffic.sent_bytes - traffic.cleared_sent_bytes


def _received_bytes(traffic: Traffic) -> float:
    return traffic.received_bytes - traffic.cleared_received_bytes


_AMOUNT_OF: dict[FilterField, Callable[[Traffic], float]] = {
    FilterField.SENT_BYTES: _sent_bytes,
    FilterField.RECEIVED_BYTES: _received_bytes,
    FilterField.TOTAL: lambda traffic: _sent_bytes(traffic) + _received_bytes(traffic),
    FilterField.SENT_RATE: lambda traffic: traffic.sent_bytes_per_second,
    FilterField.RECEIVED_RATE: lambda traffic: traffic.received_bytes_per_second,
    FilterField.RATE: lambda traffic: traffic.sent_bytes_per_second + traffic.received_bytes_per_second,
}


def pid_test(values: Values, _now: float) -> RowTest:
    """Give the test of the owner's process id; a row without an owner fits nothing."""
    fits = number_test(values)

    def test(row: Connection) -> bool:
        process = row.facts.process
        return process is not None and fits(process.pid)

    return test


def age_test(values: Values, now: float) -> RowTest:
    """Give the test of the seconds from the start to now, or to the end of what has ended.

    They are a lower bound for what was there before it was first seen.
    """
    fits = number_test(values)
    return lambda row: fits(max(0.0, (now if row.end_time is None else row.end_time) - row.facts.start_time))


AMOUNT_FIELDS = frozenset(_AMOUNT_OF)


def amount_test(field: FilterField, values: Values) -> RowTest:
    """Give the test of a sum or a rate. Sums are those since the statistics were last cleared."""
    amount_of, fits = _AMOUNT_OF[field], number_test(values)
    return lambda row: fits(amount_of(row.traffic))
