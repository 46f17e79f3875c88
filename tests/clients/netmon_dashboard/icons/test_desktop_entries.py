import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons import desktop_entries
from netmon_dashboard.icons.desktop_entries import parse_entry, read_entries

FIREFOX = b"""#!/usr/bin/env xdg-open
[Desktop Entry]
Version=1.0
Name=Firefox
Name[de]=Feuerfuchs
Exec=env "MOZ_X=a b" /usr/lib/firefox/firefox --new-window @@u %u @@ %%
TryExec=firefox
Icon=fire\\sfox
Type=Application
StartupWMClass=Navigator
X-Flatpak=org.mozilla.firefox
X-SnapInstanceName=firefox

[Desktop Action other]
Name=Other
Exec=other
Icon=other
"""


def test_an_entry_is_read() -> None:
    entry = parse_entry(FIREFOX, "firefox")
    assert entry is not None
    assert (entry.id, entry.name, entry.icon, entry.try_exec) == ("firefox", "Firefox", "fire fox", "firefox")
    assert entry.arguments == ("env", "MOZ_X=a b", "/usr/lib/firefox/firefox", "--new-window", "%%")
    assert (entry.window_class, entry.flatpak, entry.snap) == ("Navigator", "org.mozilla.firefox", "firefox")
    assert entry.is_shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[Desktop Entry]\nType=Application\nName=x\n",
        "[Desktop Entry]\nType=Link\nIcon=x\n",
        "[Desktop Entry]\nType=Application\nIcon=x\nHidden=true\n",
        "[Other]\nType=Application\nIcon=x\n",
        "[Desktop Entry]\nType=Application\nIcon=\x1b\n",
        "[Desktop Entry]\nType=Application\nIcon=a\\nb\n",
        "[Desktop Entry]\nType=Application\nIcon=a\u202eb\n",
    ],
)
def test_what_is_no_application_with_an_icon_gives_nothing(text: str) -> None:
    assert parse_entry(text.encode(), "x") is None


def test_a_command_with_an_open_quote_is_no_command() -> None:
    entry = parse_entry(b'[Desktop Entry]\nType=Application\nIcon=x\nExec=foo "bar\nNoDisplay=true\n', "x")
    assert entry is not None
    assert entry.arguments == ()
    assert not entry.is_shown


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(content: bytes) -> None:
    entry = parse_entry(b"[Desktop Entry]\nType=Application\nIcon=x\n" + content, "x")
    assert entry is None or entry.icon == "x"


def write(path: Path, icon: str, extra: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[Desktop Entry]\nType=Application\nIcon={icon}\nExec=x\n{extra}", encoding="utf-8")


def test_the_first_folder_wins_and_may_delete(tmp_path: Path) -> None:
    own, system = tmp_path / "own", tmp_path / "system"
    write(own / "a.desktop", "mine")
    write(own / "b.desktop", "gone", "Hidden=true\n")
    write(system / "a.desktop", "theirs")
    write(system / "b.desktop", "theirs")
    write(system / "kde/c.desktop", "c")
    write(system / "c.desktop.bak", "no")
    entries = read_entries([str(own), str(tmp_path / "missing"), str(system)])
    assert {entry.id: entry.icon for entry in entries} == {"a": "mine", "kde-c": "c"}


def test_odd_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "good.desktop", "good")
    os.mkfifo(tmp_path / "fifo.desktop")
    (tmp_path / "zero.desktop").symlink_to("/dev/zero")
    (tmp_path / "folder.desktop").mkdir()
    (tmp_path / "loop.desktop").symlink_to("loop.desktop")
    (tmp_path / "round").symlink_to(tmp_path)
    write(tmp_path / "large.desktop", "x", "#" * 70_000)
    write(tmp_path / "a/b/c/d/deep.desktop", "x")
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff\xfe.desktop", os.O_CREAT | os.O_WRONLY))
    assert [entry.icon for entry in read_entries([str(tmp_path)])] == ["good"]


def test_the_number_of_entries_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop_entries, "MOST_FILES", 5)
    for number in range(20):
        write(tmp_path / f"{number}.desktop", "x")
    assert len(read_entries([str(tmp_path)])) == 5
