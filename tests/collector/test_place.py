import os
from pathlib import Path

import pytest

from netmon.program_settings import SettingsError
from netmon.serving import AlreadyRunning
from netmon_collector.config import Settings
from netmon_collector.daemon import run
from netmon_collector.place import Place
from netmon_collector.source import SomethingMissing
from tests.support.pcap_files import datagram, write_pcap


def place_in(folder: Path, **settings: Path | None) -> Place:
    return Place(Settings(socket=folder / "run" / "c.sock", **settings), None)  # pyright: ignore[reportArgumentType]


def test_a_place_is_claimed_once_and_says_who_has_it(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.leave_root()
    assert not (tmp_path / "run").exists(), "there are no rights to give up"
    place.claim()
    place.claim()
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        place_in(tmp_path).claim()


def test_what_cannot_be_claimed_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o777)
    with pytest.raises(SettingsError, match="a directory that only its owner can change"):
        place_in(tmp_path).claim()
    with pytest.raises(SomethingMissing, match="cannot serve on"):
        place_in(tmp_path / "none").claim()
    with pytest.raises(SettingsError, match="too long"):
        place_in(tmp_path / ("x" * 120)).claim()


def test_a_capture_file_is_its_readers_alone_and_what_is_captured_is_for_all(tmp_path: Path) -> None:
    assert place_in(tmp_path).socket.access.is_open
    assert not place_in(tmp_path, read=tmp_path).socket.access.is_open


async def test_a_recording_is_opened_after_root_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = write_pcap(tmp_path / "eth0.pcap", [(0.0, datagram())])

    def leave_root(place: Place) -> None:
        recording.unlink()

    monkeypatch.setattr(Place, "leave_root", leave_root)
    with pytest.raises(SomethingMissing, match="cannot be read: No such file"):
        await run(Settings(socket=tmp_path / "run" / "c.sock", read=recording))
