"""Finding the files that an icon's name may stand for: themes, the themes that they inherit, loose files, pixmaps."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon_dashboard.icons.bounded_file import read_regular
from netmon_dashboard.icons.folders import Folders
from netmon_dashboard.icons.theme_index import MOST_BYTES, ThemeIndex, is_plain, parse_theme

__all__ = ["IconThemes"]

_FALLBACK: Final = "hicolor"
# Where a desktop's own programs keep their icons; looked in last, whatever theme was chosen.
_OTHERS: Final = ("Adwaita", "breeze", "Papirus", "Yaru", "elementary", "gnome", "oxygen")
_MOST_THEMES: Final = 32
_SUFFIXES: Final = (".png", ".svg")
_XPM: Final = ".xpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theme:
    """One theme with the folders of it that exist, best first."""

    paths: tuple[str, ...]


class IconThemes:
    """The themes of this desktop, read once: make a new one to see what was installed since."""

    def __init__(self, *, folders: Folders, chosen: Sequence[str]) -> None:
        self._folders = folders
        self._themes = [_on_disk(folders.icons, name, index) for name, index in _in_order(folders.icons, chosen)]

    def candidates(self, icon: str) -> Iterator[str]:
        """Give paths that ``Icon=`` may mean, best first; each one exists or is absolute as it was written.

        An absolute path is given back as it is: whether it may be read is decided where it is read.
        """
        if icon.startswith("/"):
            yield icon
            return
        # The value has no suffix, says the standard; many entries have one ("Icon key").
        name = icon.removesuffix(_SUFFIXES[0]).removesuffix(_SUFFIXES[1]).removesuffix(_XPM)
        if not is_plain(name):
            return
        for theme in self._themes:
            yield from _existing(theme.paths, name)
        yield from _existing((*self._folders.icons, *self._folders.pixmaps), name)


def _existing(folders: Sequence[str], name: str) -> Iterator[str]:
    for folder in folders:
        for suffix in _SUFFIXES:
            path = f"{folder}/{name}{suffix}"
            if os.path.lexists(path):
                yield path


def _in_order(bases: Sequence[str], chosen: Sequence[str]) -> Iterator[tuple[str, ThemeIndex]]:
    """Give each theme once: the chosen ones, each followed by what it inherits, then hicolor, then the others."""
    seen: set[str] = set()
    for first in (*chosen, _FALLBACK, *_OTHERS):
        waiting = [first]
        while waiting:
            name = waiting.pop()
            is_early = name == _FALLBACK and first != _FALLBACK  # hicolor comes after every chosen theme
            if name in seen or is_early or not is_plain(name):
                continue
            seen.add(name)
            if len(seen) > _MOST_THEMES:
                return
            index = _read_index(bases, name)
            if index is not None:
                yield name, index
                waiting.extend(reversed(index.parents))


def _read_index(bases: Sequence[str], name: str) -> ThemeIndex | None:
    for base in bases:
        content = read_regular(f"{base}/{name}/index.theme", MOST_BYTES)
        if content is not None:
            return parse_theme(content)
    return None


def _on_disk(bases: Sequence[str], name: str, index: ThemeIndex) -> _Theme:
    roots = [f"{base}/{name}" for base in bases if Path(base, name).is_dir()]
    paths = (f"{root}/{folder.path}" for folder in index.folders for root in roots)
    return _Theme(paths=tuple(path for path in paths if Path(path).is_dir()))
