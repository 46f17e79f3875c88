"""What is suggested for words that are none."""

import pytest

from netmon.matching.words import ENUMERATIONS, IS_WORDS
from netmon_client.query_words import FIELD_SYNONYMS, FIELDS, WORD_SYNONYMS, WORDS, nearest
from tests.support.line_count import lines_run


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("aap", "app"),
        ("prt", "port"),
        ("potr", "port"),
        ("domian", "domain"),
        ("receved", "received"),
        ("rece", "received"),
        ("process", "app"),
        ("xyzzy", ""),
        ("q", ""),
    ],
)
def test_the_nearest_field_is_suggested(word: str, expected: str) -> None:
    assert nearest(word, tuple(FIELDS), FIELD_SYNONYMS) == expected


def test_a_word_that_is_too_long_to_be_any_costs_no_comparison() -> None:
    def ask(letters: int) -> int:
        return lines_run(lambda: nearest("n" * letters, tuple(FIELDS), FIELD_SYNONYMS))

    assert ask(4_000) == ask(40)


def test_a_synonym_is_suggested_only_where_the_field_has_the_word() -> None:
    assert nearest("in", ("inbound", "outbound"), WORD_SYNONYMS) == "inbound"
    assert nearest("in", ("loopback", "lan"), WORD_SYNONYMS) == ""


def test_every_synonym_stands_for_a_word_that_is_there() -> None:
    words = {word for words in WORDS.values() for word in words}
    assert set(FIELD_SYNONYMS.values()) <= set(FIELDS)
    assert set(WORD_SYNONYMS.values()) <= words
    assert not set(FIELD_SYNONYMS) & set(FIELDS)


def test_the_words_are_those_that_the_collector_knows() -> None:
    own = {field: set(words) for field, words in WORDS.items()}
    theirs = {
        field: {member.name.lower() for member in members if member.value} for field, members in ENUMERATIONS.items()
    }
    assert {field: words for field, words in own.items() if field in theirs} == theirs
    assert [words for field, words in own.items() if field not in theirs] == [IS_WORDS]
