import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_client.printable import json_ascii, json_escapes, json_visible, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("firefox", "firefox"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("two\nlines\tand\r", "two\\x0alines\\x09and\\x0d"),
        ("\x9b2J", "\\x9b2J"),
        ("gnp\u202eexe", "gnp\\u202eexe"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("中文", "中文"),
    ],
)
def test_what_a_terminal_would_act_on_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_visible_text_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()


@given(st.text(alphabet=st.characters(codec=None)))
def test_json_stays_the_same_json(text: str) -> None:
    line = json.dumps({"name": text}, ensure_ascii=False)
    assert json_visible(line).isprintable()
    assert json.loads(json_visible(line)) == {"name": text}
    assert json_ascii(line).isascii()
    assert json.loads(json_ascii(line)) == {"name": text}


def test_what_an_encoding_cannot_say_is_escaped_as_json_does() -> None:
    codecs.register_error("escapes", json_escapes)
    text = '"caf\u00e9 \U0001f600"'
    assert json.loads(text.encode("ascii", "escapes")) == json.loads(text)
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "escapes")
