from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons.ini_text import read_groups


def test_groups_keys_and_comments() -> None:
    text = (
        b"stray=1\n# [Not]\n[One]\r\nKey = value with = sign \nName[de]=Wort\n\n[Two]\nKey=2\nno value\n[One]\nLate=3\n"
    )
    assert read_groups(text) == {
        "One": {"Key": "value with = sign", "Name[de]": "Wort", "Late": "3"},
        "Two": {"Key": "2"},
    }


def test_the_first_of_equal_keys_counts() -> None:
    assert read_groups(b"[G]\na=1\na=2\n") == {"G": {"a": "1"}}


def test_bytes_that_are_no_text_become_marks() -> None:
    assert read_groups(b"[G]\na=\xff\x1b[31m\n") == {"G": {"a": "�\x1b[31m"}}


def test_lines_over_the_limit_are_left_out() -> None:
    assert read_groups(b"[G]\n" + b"\n" * 30_000 + b"a=1\n") == {"G": {}}


@given(st.binary(max_size=500))
def test_any_bytes_are_taken(content: bytes) -> None:
    assert all(key == key.rstrip() for keys in read_groups(content).values() for key in keys)
