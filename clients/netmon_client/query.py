r"""The filter language that people type: text to `Filter` and back. Vectors: tests/vectors/filters.json.

    query := term { " " term }                 and
    term  := ["!" | "-"] ( field ":" value | text )
    value := item { "," item }                 or;  "quoted"  glob*

Within quotes ``\"`` and ``\\`` stand for a quote and a backslash; quotes do not switch globs off. Bare text may be
several items too. A term is a field's if it begins with letters and a colon, unless the whole is an IPv6 address.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final

from netmon.model import Filter, FilterField, Network, Range, Term
from netmon_client.query_values import ValueProblem, read_value, value_text
from netmon_client.query_words import FIELD_SYNONYMS, FIELDS, nearest

_FIELD: Final = re.compile(r"[A-Za-z_]+(?=:)", re.ASCII)
_MOST_TERMS: Final = 32  # this and the next: netmon.matching, which a test compares
_MOST_VALUES: Final = 64
_MOST_VALUES_IN_ALL: Final = 128
_LONGEST_PATTERN: Final = 256
_SHORT_NAMES: Final = {field: name for name, field in FIELDS.items()}
_NEEDS_QUOTES: Final = re.compile(r'[\s",\\]')


class QueryError(ValueError):
    """A text that is no query. ``column`` counts characters from 1; ``suggestion`` is empty where there is none.

    As a string it is the whole sentence: ``unknown field "aap" at 1: did you mean app?``
    """

    def __init__(self, message: str, column: int, suggestion: str = "") -> None:
        hint = f": did you mean {suggestion}?" if suggestion else ""
        super().__init__(f"{message} at {column}{hint}")
        self.message = message
        self.column = column
        self.suggestion = suggestion


def parse_query(text: str) -> Filter:
    """Read a query; an empty one lets everything pass. Raise `QueryError`."""
    return Filter(terms=tuple(term for _, term in placed_terms(text)))


def placed_terms(text: str) -> list[tuple[int, Term]]:
    """Give the terms of a query, each with the column that it begins at, from 1. Raise `QueryError`."""
    terms: list[tuple[int, Term]] = []
    value_count = 0
    position = _skip_space(text, 0)
    while position < len(text):
        if len(terms) == _MOST_TERMS:
            raise QueryError(f"more than {_MOST_TERMS} terms", position + 1)
        start = position
        term, position = _read_term(text, position)
        terms.append((start + 1, term))
        value_count += len(term.values)
        if value_count > _MOST_VALUES_IN_ALL:
            raise QueryError(f"more than {_MOST_VALUES_IN_ALL} values in all", start + 1)
        position = _skip_space(text, position)
    return terms


def all_of(*filters: Filter) -> Filter:
    """Give the filter that holds where all of these hold."""
    return Filter(terms=tuple(term for each in filters for term in each.terms))


def format_filter(filter: Filter) -> str:  # noqa: A002 -- the word of the contract
    """Give the text of a filter, in a form that `parse_query` reads back to an equal one.

    Raise ValueError for what the language cannot say: an empty term, a range that is open to both sides or that has two
    bounds and excludes one, a value that is none for its field.
    """
    text = " ".join(_term_text(term) for term in filter.terms)
    if parse_query(text) != filter:
        raise ValueError("the filter has values that its fields cannot have")
    return text


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _read_term(text: str, position: int) -> tuple[Term, int]:
    negated = text[position] in "!-"
    position += negated
    start = position
    found = _FIELD.match(text, position)
    if found is None or _is_ipv6(text, position):
        field, name = FilterField.TEXT, ""
    else:
        name = found[0].lower()
        if name not in FIELDS:
            suggestion = nearest(name, tuple(FIELDS), FIELD_SYNONYMS)
            raise QueryError(f'unknown field "{found[0]}"', start + 1, suggestion)
        field = FIELDS[name]
        position = found.end() + 1
    values: list[str | Range | Network] = []
    while True:
        item, position = _read_item(text, position)
        if len(values) == _MOST_VALUES:
            raise QueryError(f"more than {_MOST_VALUES} values", item.column)
        values.append(_typed(field, name, item))
        if position >= len(text) or text[position] != ",":
            return Term(field=field, values=tuple(values), negated=negated), position
        position += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item of a value as it stands in the text."""

    text: str
    column: int
    is_quoted: bool


def _read_item(text: str, position: int) -> tuple[_Item, int]:
    column = position + 1
    if position < len(text) and text[position] == '"':
        content, position = _read_quoted(text, position)
        return _Item(text=content, column=column, is_quoted=True), position
    start = position
    while position < len(text) and text[position] != "," and not text[position].isspace():
        if text[position] == '"':
            raise QueryError("a quote within a word", position + 1)
        position += 1
    return _Item(text=text[start:position], column=column, is_quoted=False), position


def _read_quoted(text: str, position: int) -> tuple[str, int]:
    opening = position
    letters: list[str] = []
    position += 1
    while position < len(text) and text[position] != '"':
        if text[position] == "\\" and text[position + 1 : position + 2] in ('"', "\\"):
            position += 1
        letters.append(text[position])
        position += 1
    if position >= len(text):
        raise QueryError("a quote that does not end", opening + 1)
    position += 1
    if position < len(text) and text[position] != "," and not text[position].isspace():
        raise QueryError("something right after a quote", position + 1)
    return "".join(letters), position


def _typed(field: FilterField, name: str, item: _Item) -> str | Range | Network:
    if not item.text and (field is FilterField.TEXT or not item.is_quoted):
        where = f"nothing after {name}:" if name else "nothing to look for"
        raise QueryError(where, item.column)
    if len(item.text) > _LONGEST_PATTERN:
        raise QueryError(f"more than {_LONGEST_PATTERN} characters", item.column)
    try:
        return read_value(field, item.text)
    except ValueProblem as problem:
        raise QueryError(f"{name}: {problem.message}", item.column, problem.suggestion) from None


def _is_ipv6(text: str, position: int) -> bool:
    word = re.split(r"[\s,]", text[position:], maxsplit=1)[0]
    try:
        IPv6Address(word)
    except ValueError:
        return False
    return True


def _term_text(term: Term) -> str:
    if not term.values:
        raise ValueError("a term without values has no text form")
    name = _SHORT_NAMES.get(term.field, "")
    if not name and term.field is not FilterField.TEXT:
        raise ValueError(f"{term.field!r} has no text form")
    items = ",".join(_item_text(value_text(term.field, value), is_bare=not name) for value in term.values)
    return f"{'!' if term.negated else ''}{name}{':' if name else ''}{items}"


def _item_text(text: str, *, is_bare: bool) -> str:
    must_quote = not text or _NEEDS_QUOTES.search(text) is not None
    if is_bare and not must_quote:
        must_quote = text[0] in "!-" or (_FIELD.match(text) is not None and not _is_ipv6(text, 0))
    if not must_quote:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
