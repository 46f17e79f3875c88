"""Questions for history: the filter language, which holds less there than in the live views, and a usual question."""

from typing import Final

from netmon.model import BucketSize, Filter, FilterField, Term, UsageDimension, UsageQuery
from netmon_client.query import QueryError, placed_terms
from netmon_client.query_words import FIELDS

__all__ = ["application_sums_since", "parse_history_query"]

_HELD: Final = frozenset(
    {
        FilterField.TEXT,
        FilterField.APPLICATION,
        FilterField.USER,
        FilterField.PROTOCOL,
        FilterField.REMOTE_ADDRESS,
        FilterField.DOMAIN,
        FilterField.SCOPE,
        FilterField.INTERFACE,
        FilterField.IS,
    }
)
_HELD_WORDS: Final = ("local", "remote", "unknown")
_SHORT_NAMES: Final = {field: name for name, field in FIELDS.items()}
_WHY: Final = {
    FilterField.ADDRESS: "it keeps the other end alone",
    FilterField.LOCAL_ADDRESS: "it keeps the other end alone",
    FilterField.PID: "it keeps applications, not processes",
    FilterField.EXECUTABLE: "it keeps applications, not processes",
    FilterField.UNIT: "it keeps applications, not processes",
}
_SUGGESTED: Final = {
    FilterField.ADDRESS: "rip",
    FilterField.PID: "app",
    FilterField.EXECUTABLE: "app",
    FilterField.UNIT: "app",
}


def application_sums_since(time: float) -> UsageQuery:
    """Give the question for what each application moved since a time (Unix seconds), such as the user's midnight.

    The answer's ``series`` are all applications, biggest first, up to 1,000; it is read from whole quarters and the
    minutes at their ends: 11 to 22 ms of a day of 300 applications. Ask it with `HistoryClient.usage`.
    """
    return UsageQuery(since_time=time, bucket=BucketSize.RANGE, group_by=(UsageDimension.APPLICATION,), top=1_000)


def parse_history_query(text: str) -> Filter:
    """Read a query for history. Raise `QueryError`, also for a field or a word that history does not hold."""
    terms = placed_terms(text)
    for column, term in terms:
        _check(text, column + (text[column - 1] in "!-"), term)
    return Filter(terms=tuple(term for _, term in terms))


def _check(text: str, column: int, term: Term) -> None:
    if term.field not in _HELD:
        name = _SHORT_NAMES.get(term.field, term.field.name.lower())
        why = _WHY.get(term.field, "it keeps sums, not connections")
        raise QueryError(f'history does not hold "{name}" ({why})', column, _SUGGESTED.get(term.field, ""))
    if term.field is not FilterField.IS:
        return
    for value in term.values:
        if str(value).lower() not in _HELD_WORDS:
            where = text.lower().find(str(value).lower(), column - 1) + 1
            known = ", ".join(_HELD_WORDS)
            raise QueryError(f'history does not hold "is:{value}" (only {known})', where or column)
