from pathlib import Path
from types import SimpleNamespace

import pytest

from netmon_recorder.keeping_seconds import choose_seconds, is_on_battery

PLENTY, LITTLE = 50 * 10**9, 5 * 10**9


def supply(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir(parents=True)
    for file, text in files.items():
        (folder / name / file).write_text(f"{text}\n")


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Room on the disk: no test can have as much as it likes."""
    room = SimpleNamespace(total=PLENTY, used=0, free=PLENTY)

    def told(_: Path) -> SimpleNamespace:
        return room

    monkeypatch.setattr("netmon_recorder.keeping_seconds.shutil.disk_usage", told)
    return room


def test_what_was_said_counts_whatever_the_machine_is(tmp_path: Path) -> None:
    asked = choose_seconds(2.5, tmp_path / "history.db", tmp_path / "none")
    assert (asked.seconds, asked.reason) == (9000, "kept for 2.5 h, as --keep-seconds says")
    assert choose_seconds(0.0, tmp_path / "history.db").reason == "not kept, as --keep-seconds says"


def test_three_hours_are_kept_where_there_is_room_and_no_battery(tmp_path: Path, free: SimpleNamespace) -> None:
    chosen = choose_seconds(None, tmp_path / "not" / "made" / "history.db", tmp_path / "none")
    assert chosen.seconds == 3 * 3600
    assert chosen.reason == "kept for 3 h: 50 GB free on the disk, and the machine is not on battery"


def test_nothing_is_kept_on_a_small_disk_or_on_battery(tmp_path: Path, free: SimpleNamespace) -> None:
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    chosen = choose_seconds(None, tmp_path / "history.db", tmp_path)
    assert (chosen.seconds, "battery" in chosen.reason) == (0, True)
    free.free = LITTLE
    chosen = choose_seconds(None, tmp_path / "history.db", tmp_path / "none")
    assert (chosen.seconds, chosen.reason) == (0, "not kept: 5 GB free on the disk, less than 20 GB")


def test_below_a_directory_that_is_closed_the_disk_of_the_one_above_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stat_of(path: Path, **_: bool) -> None:
        raise PermissionError(path)

    def told(path: Path) -> SimpleNamespace:
        if path.name == "closed":
            raise PermissionError(path)
        return SimpleNamespace(total=PLENTY, used=0, free=PLENTY)

    monkeypatch.setattr("netmon_recorder.keeping_seconds.shutil.disk_usage", told)
    monkeypatch.setattr(Path, "stat", stat_of)
    assert choose_seconds(None, tmp_path / "closed" / "history.db", tmp_path / "none").seconds == 3 * 3600


def test_only_a_battery_of_the_machine_that_gives_power_is_one(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "BAT0", type="Battery", status="Charging")
    supply(tmp_path, "hidpp_battery_0", type="Battery", scope="Device", status="Discharging")
    assert not is_on_battery(tmp_path)
    supply(tmp_path, "BAT1", type="Battery", scope="System", status="Discharging")
    assert is_on_battery(tmp_path)
