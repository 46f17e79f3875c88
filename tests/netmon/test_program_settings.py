"""Where a program's settings come from, and what their values may be."""

from argparse import Namespace
from pathlib import Path

import pytest

from netmon.program_settings import (
    Reader,
    SettingsError,
    a_number,
    a_path,
    a_text,
    a_whole_number,
    from_environment,
    from_file,
    from_flags,
    yes_or_no,
)


def test_flags_that_were_not_given_say_nothing() -> None:
    assert from_flags(Namespace(socket="here", verbose=None, level=0)) == {"socket": "here", "level": 0}


def test_the_environment_speaks_by_a_prefix_and_empty_variables_say_nothing() -> None:
    environment = {"NETMON_SOCKET": "here", "NETMON_QUOTA": "", "SOCKET": "there", "NETMON_IFACE": "eth0,lo"}
    said = from_environment(environment, "NETMON_", ("socket", "quota", "iface"), lists=("iface",))
    assert said == {"socket": "here", "iface": ["eth0", "lo"]}


def test_a_file_says_what_it_holds_and_none_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "program.toml"
    assert from_file(path, ("quota",)) == {}
    path.write_text("quota = 5")
    assert from_file(path, ("quota",)) == {"quota": 5}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"colour = 1", "unknown setting 'colour'; known are quota, socket"),
        (b"= =", r"program\.toml"),
        (b"\xff\xfe\x00", r"program\.toml"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "program.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        from_file(path, ("socket", "quota"))


def test_a_name_may_be_written_as_the_option_is(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("keep-minutes = 3\n")
    assert from_file(path, {"keep_minutes": a_path}) == {"keep_minutes": 3}


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        from_file(tmp_path, ())


@pytest.mark.parametrize("value", ["2.5", 2.5])
def test_numbers_are_read_from_numbers_and_texts(value: object) -> None:
    assert a_number("rate", value, 1, 9) == 2.5


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "must be a number"),
        ([], "must be a number"),
        ("soon", "must be a number, not 'soon'"),
        (10**400, "must be a number, not"),
        ("nan", "must be from 1 to 10,000"),
        (0.5, "must be from 1 to 10,000"),
        (10_001, "must be from 1 to 10,000"),
    ],
)
def test_what_is_no_number_of_the_range_is_refused(value: object, said: str) -> None:
    with pytest.raises(SettingsError, match=f"rate {said}"):
        a_number("rate", value, 1, 10_000)


def test_whole_numbers_have_no_fraction() -> None:
    assert a_whole_number("day", "3", 1, 31) == 3
    with pytest.raises(SettingsError, match="day must be a whole number"):
        a_whole_number("day", 3.5, 1, 31)


@pytest.mark.parametrize(
    ("value", "yes"),
    [(True, True), ("1", True), ("YES", True), ("on", True), (False, False), ("0", False), ("No", False)],
)
def test_yes_and_no_are_said_in_words(value: object, yes: bool) -> None:
    assert yes_or_no("verbose", value) is yes


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (yes_or_no, "maybe", "true or false"),
        (yes_or_no, 3, "true or false"),
        (a_text, "", "must be a text"),
        (a_text, 5, "must be a text"),
        (a_path, "", "must be a text"),
        (a_path, "a\0b", "must be a text"),
    ],
)
def test_what_is_none_is_refused_by_name(read: Reader, value: object, said: str) -> None:
    with pytest.raises(SettingsError, match=f"it must be .*{said.removeprefix('must be ')}"):
        read("it", value)


def test_a_path_is_taken_as_it_is() -> None:
    assert a_path("socket", "here.sock") == Path("here.sock")
