"""The fields of a filter that look at texts.

Text that a row does not have is empty: ``*`` fits it, and so does the pattern of no characters, which thereby says
"has none".
"""

from collections.abc import Callable

from netmon.matching.patterns import (
    TextTest,
    any_pattern_test,
    glob_test,
    has_wildcard,
    longest_piece,
    patterns_of,
    remembering,
)
from netmon.matching.values import RowTest, Values
from netmon.model import Connection, ConnectionState, FilterField

_SCRIPT_ARROW = " → "


def _application_texts(row: Connection) -> tuple[str, ...]:
    process = row.facts.process
    name = row.facts.application_name
    # Of "python3 → backup.py" people see, and type, the script alone.
    return (name, name.partition(_SCRIPT_ARROW)[2], "" if process is None else process.name)


def _user_texts(row: Connection) -> tuple[str, ...]:
    process = row.facts.process
    if process is None:
        return ("",)
    return (process.user, "" if process.uid is None else str(process.uid))


def _executable_texts(row: Connection) -> tuple[str, ...]:
    process = row.facts.process
    return ("" if process is None else process.executable,)


_TEXTS_OF: dict[FilterField, Callable[[Connection], tuple[str, ...]]] = {
    FilterField.APPLICATION: _application_texts,
    FilterField.USER: _user_texts,
    FilterField.UNIT: lambda row: (row.facts.unit, row.facts.container),
    FilterField.EXECUTABLE: _executable_texts,
    FilterField.INTERFACE: lambda row: (row.facts.interface,),
}


def texts_test(field: FilterField, values: Values) -> RowTest:
    """Give the test whether one of the texts fits that the row has; of an empty text where it has none."""
    texts_of = _TEXTS_OF[field]
    fits: TextTest = any_pattern_test(patterns_of(values))
    fits_nothing = fits("")

    def test(row: Connection) -> bool:
        is_empty = True
        for text in texts_of(row):
            if text:
                if fits(text):
                    return True
                is_empty = False
        return is_empty and fits_nothing

    return test


def domain_test(values: Values, _now: float) -> RowTest:
    """Give the test of a domain and all above it: ``example.com`` lets ``www.example.com`` pass."""
    patterns = [pattern.lower().removesuffix(".") for pattern in patterns_of(values)]
    literals = {pattern for pattern in patterns if not has_wildcard(pattern)}
    globs = [glob_test(f"*.{pattern}") for pattern in patterns if has_wildcard(pattern)]

    def fits(domain: str) -> bool:
        name = parent = domain.lower()
        if not name and "" in literals:
            return True
        while parent:
            if parent in literals:
                return True
            parent = parent.partition(".")[2]
        dotted = f".{name}"
        return any(glob(dotted) for glob in globs)

    remembered = remembering(fits)
    return lambda row: remembered(row.facts.domain)


def bare_text_test(values: Values, _now: float) -> RowTest:
    """Give the test of what a row shows: a pattern need fit only a part of one of its texts."""
    patterns = [pattern.lower() for pattern in patterns_of(values)]
    # Texts are of one line: joined by line ends they can be searched at once, and no part reaches over two of them.
    parts = [pattern for pattern in patterns if not has_wildcard(pattern) and "\n" not in pattern]
    # Most lines are in many rows: a name of 250 characters costs a pattern with a question mark 25 us.
    wild = [pattern for pattern in patterns if has_wildcard(pattern)]
    globs = [(longest_piece(pattern), remembering(glob_test(f"*{pattern}*"))) for pattern in wild]

    def test(row: Connection) -> bool:
        texts = _shown_texts(row)
        for part in parts:
            if part in texts:
                return True
        for piece, fits in globs:  # noqa: SIM110 -- a generator costs 0.3 µs more a row
            if piece in texts and any(map(fits, texts.split("\n"))):
                return True
        return False

    return test


def _shown_texts(row: Connection) -> str:
    facts, process = row.facts, row.facts.process
    owner = "" if process is None else f"{process.name}\n{process.pid}"
    local = "" if facts.local is None else str(facts.local)
    remote = "" if facts.remote is None else str(facts.remote)
    shown = f"{facts.application_name}\n{owner}\n{local}\n{remote}\n{facts.domain}\n{_STATE_NAMES[row.state]}"
    return shown.lower()


_STATE_NAMES = tuple("" if not state else state.name.lower() for state in ConnectionState)


TEXT_FIELDS = frozenset(_TEXTS_OF)
