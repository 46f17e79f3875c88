from pathlib import Path

import pytest

from netmon.program_settings import SettingsError
from netmon_recorder.settings import (
    Settings,
    default_config_paths,
    default_database,
    load_settings,
)


def test_nothing_said_gives_the_defaults() -> None:
    settings = load_settings([], {}, ())
    assert settings == Settings()
    assert (settings.keep_minutes_days, settings.keep_hours_days, settings.keep_days_days) == (30, 366, 0)


def test_flags_go_before_the_environment_before_the_users_file_before_the_systems(tmp_path: Path) -> None:
    system, own = tmp_path / "system.toml", tmp_path / "own.toml"
    system.write_text("keep_minutes = 1\nkeep_hours = 1\nkeep_days = 1\nquota = 16777216\n")
    own.write_text("keep_minutes = 2\nkeep_hours = 2\nkeep_days = 2\n")
    environment = {"NETMON_RECORDER_KEEP_MINUTES": "3", "NETMON_RECORDER_KEEP_HOURS": "3"}
    settings = load_settings(["--keep-minutes", "4"], environment, (system, own))
    assert (settings.keep_minutes_days, settings.keep_hours_days, settings.keep_days_days) == (4, 3, 2)
    assert settings.quota_bytes == 16_777_216


def test_every_flag_is_a_setting() -> None:
    assert load_settings([], {}, ()).keep_seconds_hours is None
    assert load_settings(["--keep-seconds", "1.5"], {}, ()).keep_seconds_hours == 1.5
    words = "--database /d --socket /s --collector /c --time-zone Asia/Kolkata --month-starts-on 15 --verbose"
    settings = load_settings(words.split(), {}, ())
    assert (settings.database, settings.socket, settings.collector) == (Path("/d"), Path("/s"), "/c")
    assert (settings.time_zone, settings.month_starts_on, settings.is_verbose) == ("Asia/Kolkata", 15, True)


@pytest.mark.parametrize(
    "words",
    [
        "--keep-seconds 73",
        "--keep-minutes -1",
        "--keep-hours nan",
        "--keep-days x",
        "--quota 1000",
        "--quota 1e400",
        "--month-starts-on 0",
        "--month-starts-on 32",
        "--month-starts-on 1.5",
    ],
)
def test_a_wrong_value_is_refused_by_its_name(words: str) -> None:
    flag, value = words.split()
    with pytest.raises(SettingsError, match=flag[2:].replace("-", "_")):
        load_settings([f"{flag}={value}"], {}, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("colour = 1", "unknown setting 'colour'"), ("= =", "TOML|Invalid"), ("verbose = 3", "true or false")],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "recorder.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=expected):
        load_settings([], {}, (path,))


def test_files_are_the_systems_and_the_users() -> None:
    system = Path("/etc/netmon/recorder.toml")
    assert default_config_paths({}) == (system,)
    assert default_config_paths({"HOME": "/h"}) == (system, Path("/h/.config/netmon/recorder.toml"))
    assert default_config_paths({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == (system, Path("/x/netmon/recorder.toml"))


def test_history_is_kept_in_the_state_directory() -> None:
    assert default_database({"STATE_DIRECTORY": "/var/lib/netmon:/b", "HOME": "/h"}) == Path(
        "/var/lib/netmon/history.db"
    )
    assert default_database({"XDG_STATE_HOME": "/x", "HOME": "/h"}) == Path("/x/netmon/history.db")
    assert default_database({"HOME": "/h"}) == Path("/h/.local/state/netmon/history.db")
    assert default_database({}) == Path("/var/lib/netmon/history.db")
