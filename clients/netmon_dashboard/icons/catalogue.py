"""Which desktop entry an application belongs to."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from netmon_dashboard.icons.desktop_entries import DesktopEntry

__all__ = ["Catalogue"]

_ARROW: Final = " → "  # between an interpreter and its script, in the names that the collector gives
_SNAP: Final = re.compile(r"^/snap/([^/]+)/")
_FLATPAK: Final = re.compile(r"/flatpak/app/([^/]+)/")
# Folders of many programs: two programs in one of them are not of one application.
_SHARED_FOLDERS: Final = frozenset({"bin", "sbin", "games", "lib", "lib64", "libexec", "local", "opt", "share"})
# Their first argument that is no option is the program, or there is none to be told.
_LAUNCHERS: Final = re.compile(
    r"env|sudo|pkexec|nice|ionice|exec|dbus-launch|dbus-run-session|x-terminal-emulator|gtk-launch|flatpak|snap|wine\d*"
    r"|(?:python|pypy|perl|ruby|node|nodejs|lua|php|java|mono|bash|dash|sh|zsh|fish|gjs|electron|wish|tclsh)[\d.]*"
)
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


class Catalogue:
    """Entries by what they can be recognised by. Names are compared without regard to capitals, paths with it."""

    def __init__(self, entries: Iterable[DesktopEntry], *, locate: Callable[[str], str]) -> None:
        """``locate`` gives the resolved absolute path of a program as an entry writes it, "" where it is not there."""
        self._entries: dict[tuple[str, str], DesktopEntry] = {}
        # An entry that the menus show stands before a hidden one, and one that just starts its program before one
        # that starts it for something (a page, a profile).
        for entry in sorted(entries, key=lambda one: (not one.is_shown, len(one.arguments))):
            for key in _keys(entry, locate):
                self._entries.setdefault(key, entry)

    def find(self, path: str, name: str) -> DesktopEntry | None:
        """Find the entry of an application: by its package, its path, its program's name, its window's, its own."""
        keys = list(_questions(path, name))
        return next((found for key in keys if (found := self._entries.get(key)) is not None), None)


def _questions(path: str, name: str) -> Iterator[tuple[str, str]]:
    """Give what an application may be found by, the surest first."""
    script = name.rpartition(_ARROW)[2] if _ARROW in name else ""
    if script and posixpath.basename(path) != script:
        path = ""  # it is the interpreter's, which is another program
    if snap := _SNAP.match(path):
        yield "snap", snap[1].lower()
    if flatpak := _FLATPAK.search(path):
        yield "flatpak", flatpak[1].lower()
    if path:
        yield "path", path
    program = posixpath.basename(path)
    words = [word.lower() for word in dict.fromkeys((program, script or name)) if word]
    for kind in ("program", "class", "id"):
        yield from ((kind, word) for word in words)
    if path and not script:
        yield "folder", posixpath.dirname(path)
    yield from (("name", word) for word in words)


def _keys(entry: DesktopEntry, locate: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    if entry.flatpak:
        yield "flatpak", entry.flatpak.lower()
    if entry.snap:
        yield "snap", entry.snap.lower()
    for word in (_program(entry.arguments), "" if _is_launcher(entry.try_exec) else entry.try_exec):
        if not word:
            continue
        yield "program", posixpath.basename(word).lower()
        located = locate(word)
        if located and not _is_launcher(located):  # /snap/bin/firefox is a link to /usr/bin/snap
            yield "path", located
            folder, program = posixpath.split(located)
            yield "program", program.lower()
            if posixpath.basename(folder) not in _SHARED_FOLDERS:
                yield "folder", folder
    if entry.window_class:
        yield "class", entry.window_class.lower()
    yield "id", entry.id.lower()
    yield "id", entry.id.rpartition(".")[2].lower()  # org.example.Editor: Editor
    if entry.name:
        yield "name", entry.name.lower()


def _program(arguments: tuple[str, ...]) -> str:
    """Find what a command line really starts; empty where a launcher or an interpreter hides it.

    An interpreter alone is a program like any other.
    """
    words = list(arguments)
    launcher = ""
    while words:
        word = words.pop(0)
        if _ASSIGNMENT.fullmatch(word) and launcher:
            continue
        if word.startswith("-"):
            return ""  # what an option takes with it is not known here
        if not _is_launcher(word):
            return "" if posixpath.basename(launcher) in {"flatpak", "snap"} else word
        if not words:
            return word
        launcher = word
    return ""


def _is_launcher(program: str) -> bool:
    return _LAUNCHERS.fullmatch(posixpath.basename(program).lower()) is not None
