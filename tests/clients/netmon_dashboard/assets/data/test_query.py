"""The page reads queries as every other part of netmon does, column by column."""

import json
import random
from pathlib import Path
from typing import Any

from netmon.model import Filter, FilterField, Network, Range
from netmon_client.query import QueryError, format_filter, parse_query
from netmon_client.query_words import FIELD_SYNONYMS, FIELDS, WORD_SYNONYMS, WORDS, nearest
from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("query_vectors.mjs")
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "vectors" / "filters.json").read_text(encoding="utf-8")
)
# What queries are made of, and what goes wrong in them.
PIECES = (
    *(f"{name}:" for name in FIELDS),
    *("aap:", "http:", "constructor:", "App:", "日本:"),
    *(word for words in WORDS.values() for word in words),
    *(
        "tpc",
        "listning",
        "toString",
        "İ",
        "\u017f",
        "K",
        "é",
        "🦊",
        "日本語",
        "\u2003",
        "\u200b",
        "\x1c",
        "\x85",
        "\ufeff",
    ),
    *(
        '"',
        '"',
        "\\",
        '\\"',
        ",",
        ",",
        "!",
        "-",
        " ",
        " ",
        "\t",
        "\n",
        "*",
        "?",
        "%",
        "/",
        ":",
        "::",
        ".",
        ">",
        ">=",
        "<",
    ),
    *("0", "1", "22", "65535", "65536", "007", "4294967296", "999999999999999", "1.5", ".5", "1e3", "\u0661"),
    *("10.0.0.1", "10.0.", "10.0.0", "192.168.0.0/16", "10.1.2.3/255.0.0.0", "10.1.2.3/0.0.255.255", "1.2.3.4/08"),
    *("2001:db8::1", "::1", "::", "fe80::1%eth0", "::ffff:192.0.2.1", "2001:db8::/32", "1::2::3", "::ffff:1.2.3"),
    *("fe80::%eth0/64", "fe80::1%eth0/64", "2001:DB8:0:0:1:0:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", ":1::"),
    *("k", "M", "GiB", "Mbit/s", "b\u0131t", "/s", "kB/s", "ms", "s", "m", "1h30m", "10m", "2w", "100k", "1-5", "5-1"),
)


def written(filter_: Filter) -> dict[str, Any]:
    return {
        "terms": [
            {
                "field": FilterField(term.field).name.lower(),
                "values": [value_written(value) for value in term.values],
                "negated": term.negated,
            }
            for term in filter_.terms
        ]
    }


def value_written(value: str | Range | Network) -> dict[str, Any]:
    if isinstance(value, str):
        return {"pattern": value}
    if isinstance(value, Network):
        return {"network": value.text}
    parts = ("minimum", "maximum", "minimum_excluded", "maximum_excluded")
    bounds = {part: getattr(value, part) for part in parts}
    return {"range": {part: bound for part, bound in bounds.items() if bound is not None and bound is not False}}


def python_outcome(text: str) -> dict[str, Any]:
    try:
        parsed = parse_query(text)
    except QueryError as error:
        told = {"message": error.message, "column": error.column, "suggestion": error.suggestion}
        return {"error": told, "sentence": str(error)}
    return {"filter": written(parsed), "text": format_filter(parsed)}


def javascript(queries: list[str], words: list[str] | None = None) -> dict[str, Any]:
    return given_to(SCRIPT, {"queries": queries, "words": words or []})


def test_the_page_reads_every_vector_as_it_says() -> None:
    outcomes = javascript([vector["query"] for vector in VECTORS["queries"]])["outcomes"]
    for vector, outcome in zip(VECTORS["queries"], outcomes, strict=True):
        if "error" in vector:
            assert outcome["error"] == vector["error"], vector["query"]
        else:
            plain = [{"negated": False, **term} for term in vector["filter"]["terms"]]
            assert outcome["filter"]["terms"] == plain, vector["query"]


def test_the_page_reads_any_text_as_python_does() -> None:
    chance = random.Random(11)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 7))) for _ in range(6_000)]
    texts += [f"{chance.choice(list(FIELDS))}:{''.join(chance.choices(PIECES, k=2))}" for _ in range(4_000)]
    outcomes = javascript(texts)["outcomes"]
    assert sum("filter" in outcome for outcome in outcomes) > 1_000
    for text, outcome in zip(texts, outcomes, strict=True):
        assert outcome == python_outcome(text), repr(text)


def test_the_limits_are_those_of_the_collector() -> None:
    full_term = ",".join(["x"] * 64)
    texts = [" ".join(["x"] * 33), f"{full_term},x", f"{full_term} {full_term} x", "x" * 257, "🦊" * 256, "🦊" * 257]
    assert javascript(texts)["outcomes"] == [python_outcome(text) for text in texts]


def test_the_words_of_the_language_are_the_same() -> None:
    found = javascript([])
    assert found["fields"] == [[name, field.name.lower()] for name, field in FIELDS.items()]
    assert found["words"] == [[field.name.lower(), list(words)] for field, words in WORDS.items()]
    assert dict(found["fieldSynonyms"]) == FIELD_SYNONYMS
    assert dict(found["wordSynonyms"]) == WORD_SYNONYMS


def test_the_page_means_the_same_word_for_one_that_is_mistyped() -> None:
    chance = random.Random(5)
    words = [mistyped(chance, chance.choice([*FIELDS, *FIELD_SYNONYMS])) for _ in range(1_000)]
    assert javascript([], words)["nearest"] == [nearest(word, tuple(FIELDS), FIELD_SYNONYMS) for word in words]


def mistyped(chance: random.Random, word: str) -> str:
    letters = list(word)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(letters) + 1)
        letters[place : place + chance.randint(0, 2)] = chance.choices("aeiortx_", k=chance.randint(0, 2))
    return "".join(letters)
