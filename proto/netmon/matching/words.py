"""The fields of a filter that take words out of a closed set, and those words."""

from collections.abc import Iterable
from enum import IntEnum

from netmon.matching.patterns import any_pattern_test
from netmon.model import ConnectionState, Direction, DomainSource, FilterField, Protocol, Scope

ENUMERATIONS: dict[FilterField, type[IntEnum]] = {
    FilterField.PROTOCOL: Protocol,
    FilterField.STATE: ConnectionState,
    FilterField.DIRECTION: Direction,
    FilterField.SCOPE: Scope,
    FilterField.DOMAIN_SOURCE: DomainSource,
}

IS_WORDS = frozenset({"local", "remote", "listen", "active", "idle", "new", "closed", "unknown", "own"})


def fitting_numbers(field: FilterField, patterns: Iterable[str]) -> frozenset[int]:
    """Give the members of the field's enumeration, as numbers, whose names fit one of the patterns.

    UNSPECIFIED fits none: what is not known has no name.
    """
    fits = any_pattern_test(patterns)
    return frozenset(int(member) for member in ENUMERATIONS[field] if member and fits(member.name))
