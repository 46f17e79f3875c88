"""What a filter may be: how big, and which kinds of values its fields take."""

from ipaddress import ip_network
from math import isnan

from netmon.matching.patterns import has_wildcard
from netmon.matching.words import ENUMERATIONS, IS_WORDS, fitting_numbers
from netmon.model import Filter, FilterField, Network, Range

MAXIMUM_TERMS = 32
MAXIMUM_VALUES = 64
MAXIMUM_VALUES_IN_ALL = 128
MAXIMUM_WILDCARDS = 8
MAXIMUM_PATTERN_LENGTH = 256

_ONLY_NUMBERS = frozenset(
    {
        FilterField.SENT_BYTES,
        FilterField.RECEIVED_BYTES,
        FilterField.RATE,
        FilterField.SENT_RATE,
        FilterField.RECEIVED_RATE,
        FilterField.TOTAL,
        FilterField.AGE,
    }
)
_NUMBERS = _ONLY_NUMBERS | {
    FilterField.PID,
    FilterField.PORT,
    FilterField.LOCAL_PORT,
    FilterField.REMOTE_PORT,
}
_ADDRESSES = frozenset({FilterField.ADDRESS, FilterField.LOCAL_ADDRESS, FilterField.REMOTE_ADDRESS})


def check_filter(filter_: Filter) -> None:
    """Raise ValueError, naming the field of the contract, for a filter that is too big or cannot be evaluated.

    Bounds: 32 terms, 64 values a term, 128 values in all, 8 of them with wildcards, 256 characters a pattern.
    """
    if len(filter_.terms) > MAXIMUM_TERMS:
        raise ValueError(f"Filter.terms: more than {MAXIMUM_TERMS}")
    values = [value for term in filter_.terms for value in term.values]
    if len(values) > MAXIMUM_VALUES_IN_ALL:
        raise ValueError(f"Filter.terms: more than {MAXIMUM_VALUES_IN_ALL} values in all")
    if sum(1 for value in values if isinstance(value, str) and has_wildcard(value)) > MAXIMUM_WILDCARDS:
        raise ValueError(f"Filter.terms: more than {MAXIMUM_WILDCARDS} values with wildcards")
    for number, term in enumerate(filter_.terms):
        path = f"Filter.terms[{number}]"
        if term.field is FilterField.UNSPECIFIED:
            raise ValueError(f"{path}.field: not set, or of a newer version")
        if not 1 <= len(term.values) <= MAXIMUM_VALUES:
            raise ValueError(f"{path}.values: not 1 to {MAXIMUM_VALUES}")
        for position, value in enumerate(term.values):
            _check_value(term.field, value, f"{path}.values[{position}]")


def _check_value(field: FilterField, value: str | Range | Network, path: str) -> None:
    match value:
        case Range():
            if field not in _NUMBERS:
                raise ValueError(f"{path}.range: {field.name} takes no range")
            if (value.minimum is not None and isnan(value.minimum)) or (
                value.maximum is not None and isnan(value.maximum)
            ):
                raise ValueError(f"{path}.range: a bound is not a number")
        case Network():
            if field not in _ADDRESSES:
                raise ValueError(f"{path}.network: {field.name} takes no network")
            try:
                ip_network(value.text, strict=False)
            except ValueError:
                raise ValueError(f"{path}.network: not an address with a prefix length") from None
        case str():
            _check_pattern(field, value, f"{path}.pattern")


def _check_pattern(field: FilterField, pattern: str, path: str) -> None:
    if len(pattern) > MAXIMUM_PATTERN_LENGTH:
        raise ValueError(f"{path}: longer than {MAXIMUM_PATTERN_LENGTH} characters")
    if field in _ONLY_NUMBERS:
        raise ValueError(f"{path}: {field.name} takes ranges")
    if field is FilterField.TEXT and not pattern:
        raise ValueError(f"{path}: empty")
    if field is FilterField.IS and pattern.lower() not in IS_WORDS:
        raise ValueError(f"{path}: none of the words {', '.join(sorted(IS_WORDS))}")
    if field in ENUMERATIONS and not fitting_numbers(field, (pattern,)):
        raise ValueError(f"{path}: fits no {ENUMERATIONS[field].__name__}")
