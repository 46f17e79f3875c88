"""One icon theme as its ``index.theme`` describes it (Icon Theme Specification 0.13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netmon_dashboard.icons.ini_text import read_groups

__all__ = ["MOST_BYTES", "ThemeFolder", "ThemeIndex", "parse_theme"]

MOST_BYTES: Final = 512 * 1024
_MOST_FOLDERS: Final = 3000
_MOST_PARENTS: Final = 16
_WANTED_LOWEST: Final = 32
_WANTED: Final = 48
_WANTED_HIGHEST: Final = 64
_SMALLER_IS_WORSE: Final = 8  # an icon made larger is blurred, one made smaller is not
_THRESHOLD: Final = 2  # the standard's default


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeFolder:
    """A folder of a theme, as a path below the theme's own. ``distance``: 0 suits a tile best, more is worse."""

    path: str
    distance: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeIndex:
    """``parents``: the themes to look in next. ``folders``: best first."""

    parents: tuple[str, ...]
    folders: tuple[ThemeFolder, ...]


def parse_theme(content: bytes) -> ThemeIndex:
    """Read an ``index.theme``. Takes any bytes: what makes no sense in it is left out."""
    groups = read_groups(content)
    head = groups.get("Icon Theme", {})
    names = [*_list(head.get("Directories", "")), *_list(head.get("ScaledDirectories", ""))]
    folders: list[ThemeFolder] = []
    for name in dict.fromkeys(names[:_MOST_FOLDERS]):
        distance = _distance(groups.get(name, {}))
        if distance is not None and is_plain(name, slashes=True):
            folders.append(ThemeFolder(path=name, distance=distance))
    parents = [name for name in _list(head.get("Inherits", "")) if is_plain(name)]
    return ThemeIndex(
        parents=tuple(parents[:_MOST_PARENTS]),
        folders=tuple(sorted(folders, key=lambda folder: folder.distance)),
    )


def is_plain(name: str, *, slashes: bool = False) -> bool:
    """Whether a name stays within the folder that it is looked for in."""
    parts = name.split("/") if slashes else [name]
    return name.isprintable() and all(part not in ("", ".", "..") and "/" not in part for part in parts)


def _list(value: str) -> list[str]:
    return [name for part in value.split(",") if (name := part.strip())]


def _distance(keys: Mapping[str, str]) -> tuple[int, int] | None:
    """Say how far a folder's pictures are from 32 to 64 pixels, then from 48; None for a folder without a size."""
    size, scale = _number(keys, "Size", 0), _number(keys, "Scale", 1)
    if size == 0:
        return None
    kind = keys.get("Type", "Threshold")
    lowest = highest = size
    if kind == "Scalable":
        lowest, highest = _number(keys, "MinSize", size), _number(keys, "MaxSize", size)
    elif kind == "Threshold":
        threshold = _number(keys, "Threshold", _THRESHOLD)
        lowest, highest = size - threshold, size + threshold
    lowest, highest = lowest * scale, highest * scale
    if highest < _WANTED_LOWEST:
        outside = (_WANTED_LOWEST - highest) * _SMALLER_IS_WORSE
    else:
        outside = max(0, lowest - _WANTED_HIGHEST)
    return outside, abs(size * scale - _WANTED)


def _number(keys: Mapping[str, str], key: str, default: int) -> int:
    text = keys.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else default
