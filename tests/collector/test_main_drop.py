import os
import sys
from pathlib import Path

import pytest

from netmon_collector.main_drop import player_drop, watcher_drop
from netmon_collector.privileges.capabilities import Capability
from netmon_collector.privileges.users import User

PLAYED = (Path("/var/eth0.pcap"), Path("/var/netmon.sidecar.jsonl"))


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


def test_who_plays_as_root_keeps_the_right_to_read_its_files_and_no_more_of_etc_than_who_is_who(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    made = player_drop(PLAYED)
    assert made is not None
    assert made.user.uid != 0
    assert (made.enters_all, made.capabilities) == (True, (Capability.DAC_READ_SEARCH,))
    places = made.wanted(tmp_path).places
    assert places is not None
    assert set(PLAYED) < set(places.read)
    assert not {Path("/"), Path("/etc"), Path("/var"), Path("/sys/devices")} & set(places.read)


@pytest.mark.parametrize(("system", "user"), [("linux", 1000), ("darwin", 0), ("darwin", 501)])
def test_who_has_nothing_to_give_up_plays_as_who_it_is(monkeypatch: pytest.MonkeyPatch, system: str, user: int) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert player_drop(PLAYED) is None
