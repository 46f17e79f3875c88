"""Desktop entries: which program an entry starts, and what its icon is called (Desktop Entry Specification 1.5)."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from netmon_dashboard.icons.bounded_file import read_regular
from netmon_dashboard.icons.ini_text import read_groups

__all__ = ["DesktopEntry", "parse_entry", "read_entries"]

MOST_BYTES: Final = 64 * 1024
MOST_FILES: Final = 5000
_MOST_SEEN: Final = 20_000  # names in folders, whatever they are
_DEEPEST: Final = 3
_LONGEST: Final = 4096
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_FIELD_CODE: Final = re.compile(r"%[a-zA-Z]")
_FORWARDING: Final = frozenset({"@@", "@@u"})  # flatpak-run(1), --file-forwarding


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopEntry:
    """One application of the desktop. ``arguments`` is its command line without field codes, the program first.

    ``id`` is the file's name without ``.desktop``; texts that an entry does not have are empty.
    """

    id: str
    name: str
    icon: str
    arguments: tuple[str, ...]
    try_exec: str
    window_class: str
    flatpak: str
    snap: str
    is_shown: bool


def parse_entry(content: bytes, entry_id: str) -> DesktopEntry | None:
    """Read one entry; None where it is no application, is deleted (``Hidden``) or names no icon. Takes any bytes."""
    keys = read_groups(content).get("Desktop Entry", {})
    if keys.get("Type") != "Application" or keys.get("Hidden") == "true":
        return None
    icon = _text(keys.get("Icon", ""))
    if not icon or not icon.isprintable():
        return None
    return DesktopEntry(
        id=entry_id,
        name=_text(keys.get("Name", "")),
        icon=icon,
        arguments=_command(_text(keys.get("Exec", ""))),
        try_exec=_text(keys.get("TryExec", "")),
        window_class=_text(keys.get("StartupWMClass", "")),
        flatpak=_text(keys.get("X-Flatpak", "")),
        snap=_text(keys.get("X-SnapInstanceName", "")),
        is_shown=keys.get("NoDisplay") != "true",
    )


def read_entries(folders: Sequence[str]) -> list[DesktopEntry]:
    """Read the entries of all folders; of equal ids the first folder's counts, also where it is a deleted one."""
    entries: list[DesktopEntry] = []
    known: set[str] = set()
    for entry_id, path in _entry_files(folders):
        if entry_id in known:
            continue
        known.add(entry_id)
        content = read_regular(path, MOST_BYTES)
        entry = parse_entry(content, entry_id) if content is not None else None
        if entry is not None:
            entries.append(entry)
        if len(known) >= MOST_FILES:
            break
    return entries


def _entry_files(folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give (id, path). In a folder within, the id begins with its name and a dash ("Desktop file ID")."""
    waiting = [(folder, "", 0) for folder in reversed(folders)]
    seen = 0
    while waiting:
        folder, prefix, depth = waiting.pop()
        try:
            with os.scandir(folder) as found:
                for item in found:
                    seen += 1
                    if seen > _MOST_SEEN:
                        return
                    if item.name.endswith(".desktop"):
                        yield prefix + item.name.removesuffix(".desktop"), item.path
                    elif depth < _DEEPEST and item.is_dir(follow_symlinks=False):
                        waiting.append((item.path, f"{prefix}{item.name}-", depth + 1))
        except OSError:
            continue


def _text(value: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), value[:_LONGEST])


def _command(line: str) -> tuple[str, ...]:
    """Split ``Exec`` into arguments; nothing for one with a quote that does not end."""
    try:
        words = shlex.split(line)
    except ValueError:
        return ()
    return tuple(word for word in words if not _FIELD_CODE.fullmatch(word) and word not in _FORWARDING)
