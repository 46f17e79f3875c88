import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon_collector import main_drop as room
from netmon_collector.main_drop import player_drop, watcher_drop
from netmon_collector.privileges.capabilities import Capability
from netmon_collector.privileges.landlock import LEAST_ABI
from netmon_collector.privileges.users import User


@pytest.mark.parametrize(("captures", "kept"), [(True, (Capability.NET_RAW,)), (False, ())])
def test_who_watches_keeps_the_right_to_capture_if_it_does(
    tmp_path: Path, kept: tuple[Capability, ...], *, captures: bool
) -> None:
    made = watcher_drop(User(1, 2), captures=captures)
    wanted = made.wanted(tmp_path)
    assert (made.enters_all, wanted.capabilities) == (False, kept)
    assert wanted.places is not None
    assert wanted.places.owned == (tmp_path.resolve(),)
    assert Path("/") not in wanted.places.read


@pytest.fixture
def played() -> Iterator[Path]:
    """Give a file that everybody may read, two directories below one that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="netmon-played-", dir="/tmp") as name:
        file = Path(name) / "recordings" / "eth0.pcap"
        file.parent.mkdir()
        file.touch()
        file.chmod(0o644)
        for parent in file.parents[:2]:
            parent.chmod(0o755)
        yield file


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(room, "effective", lambda: frozenset(Capability))
    monkeypatch.setattr(room, "_code_places", lambda: (Path("/usr"), Path("/none")))


def test_who_plays_as_root_what_is_open_to_all_keeps_nothing(as_root: None, played: Path) -> None:
    made = player_drop((played,), played.parent / "run")
    assert made is not None
    assert made.user.uid != 0
    assert (made.enters_all, made.capabilities) == (False, ())
    assert {played, Path("/etc")} <= set(made.read)


@pytest.mark.parametrize("closed", ["the file", "a directory above it", "the code"])
def test_who_plays_as_root_what_is_closed_may_read_it_and_no_more_of_etc_than_who_is_who(
    as_root: None, played: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    if closed == "the file":
        played.chmod(0o640)
    elif closed == "the code":
        (played.parent / "code").mkdir(mode=0o700)
        monkeypatch.setattr(room, "_code_places", lambda: (played.parent / "code",))
    else:
        played.parent.parent.chmod(0o750)
    made = player_drop((played,), Path("/run/netmon"))
    assert made is not None
    assert (made.enters_all, made.capabilities) == (True, (Capability.DAC_READ_SEARCH,))
    places = made.wanted(Path("/run/netmon")).places
    assert places is not None
    assert played in places.read
    assert not {Path("/"), Path("/etc"), played.parent, Path("/sys/devices")} & set(places.read)


def test_a_link_in_a_closed_directory_takes_the_right_to_enter_that(as_root: None, played: Path) -> None:
    home = played.parents[1] / "home"
    home.mkdir(mode=0o700)
    link = home / "latest.pcap"
    link.symlink_to(played)
    made = player_drop((link,), Path("/run/netmon"))
    assert made is not None
    assert made.enters_all


@pytest.mark.parametrize(("abi", "kept"), [(LEAST_ABI, (Capability.DAC_OVERRIDE,)), (0, ())])
def test_root_of_a_container_opens_what_is_closed_with_the_right_that_it_has_if_it_can_be_held_to_places(
    as_root: None, played: Path, monkeypatch: pytest.MonkeyPatch, abi: int, kept: tuple[Capability, ...]
) -> None:
    of_a_container = {*Capability} - {Capability.DAC_READ_SEARCH, Capability.SYS_PTRACE, Capability.BPF}
    monkeypatch.setattr(room, "effective", lambda: frozenset(of_a_container))
    monkeypatch.setattr(room, "landlock_abi", lambda: abi)
    played.chmod(0o600)
    made = player_drop((played,), Path("/run/netmon"))
    assert made is not None
    assert (made.capabilities, made.enters_all) == (kept, bool(kept))


def root_alone(file: Path) -> list[tuple[int, int]]:
    """As "unshare --map-root-user" has it."""
    assert file.name in {"uid_map", "gid_map"}
    return [(0, 1)]


@pytest.mark.parametrize("missing", [Capability.SETUID, Capability.CHOWN, None], ids=["setuid", "chown", "users"])
def test_root_that_cannot_become_another_user_plays_as_it_is_and_says_so(
    as_root: None,
    played: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    missing: Capability | None,
) -> None:
    monkeypatch.setattr(room, "effective", lambda: frozenset({*Capability} - {missing}))
    if missing is None:
        monkeypatch.setattr(room, "_ranges", root_alone)
    assert player_drop((played,), Path("/run/netmon")) is None
    assert "cannot be left" in caplog.text


def test_a_socket_below_a_closed_directory_takes_the_right_to_enter_it(as_root: None, played: Path) -> None:
    (played.parent / "closed").mkdir(mode=0o700)
    made = player_drop((played,), played.parent / "closed" / "run")
    assert made is not None
    assert made.enters_all


def test_a_service_that_never_was_root_stays_who_it_is_and_drops_what_it_was_given(
    as_root: None, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 61_150)
    made = player_drop((played,), Path("/run/netmon"))
    assert made is not None
    assert (made.user.uid, made.capabilities) == (61_150, ())
    monkeypatch.setattr(room, "effective", lambda: frozenset({Capability.NET_RAW}))
    assert player_drop((played,), Path("/run/netmon")) is None


@pytest.mark.parametrize(("system", "user"), [("linux", 1000), ("darwin", 0), ("darwin", 501)])
def test_who_has_nothing_to_give_up_plays_as_who_it_is(
    played: Path, monkeypatch: pytest.MonkeyPatch, system: str, user: int
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(room, "effective", frozenset[Capability])
    assert player_drop((played,), Path("/run/netmon")) is None
