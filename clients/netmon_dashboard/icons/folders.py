"""Where desktop entries and icons are kept: XDG Base Directory, flatpak's and snap's exports."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netmon_dashboard.icons.bounded_file import FolderPattern

__all__ = ["SYSTEM_DATA", "Folders", "find_folders"]

# XDG_DATA_DIRS is not set in services and over ssh; then these are looked through all the same.
SYSTEM_DATA: Final = ("/usr/local/share", "/usr/share", "/var/lib/flatpak/exports/share", "/var/lib/snapd/desktop")
_FLATPAK_SYSTEM: Final = "/var/lib/flatpak"
# What a flatpak exports is a link into app/ID/ARCH/BRANCH/COMMIT (flatpak(1), "export").
_FLATPAK_ICONS: Final = ("*", "*", "*", "*", "export", "share", "icons")
_SNAP_ICONS: Final = ("*", "*", "meta", "gui")
_ICON_FOLDER_NAMES: Final = frozenset({"icons", ".icons", "pixmaps"})
_MOST_DATA_FOLDERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Folders in order of precedence, whether they exist or not.

    ``allowed`` are the only folders that a picture may be read from, after all links are resolved.
    """

    applications: tuple[str, ...]
    icons: tuple[str, ...]
    pixmaps: tuple[str, ...]
    allowed: tuple[FolderPattern, ...]


def find_folders(environ: Mapping[str, str], *, system: Sequence[str] = SYSTEM_DATA, snaps: str = "/snap") -> Folders:
    """Name the folders for who runs this. Paths in ``environ`` that are not absolute are ignored (XDG, "Basics")."""
    home = _absolute(environ.get("HOME", ""))
    own = _absolute(environ.get("XDG_DATA_HOME", "")) or (f"{home}/.local/share" if home else "")
    named = [_absolute(path) for path in environ.get("XDG_DATA_DIRS", "").split(":")]
    flatpaks = [_FLATPAK_SYSTEM, *([f"{own}/flatpak"] if own else [])]
    exported = [f"{folder}/exports/share" for folder in flatpaks]
    data = _unlike([own, *named, *system, *exported])[:_MOST_DATA_FOLDERS]
    icons = _unlike([f"{home}/.icons" if home else "", *(f"{folder}/icons" for folder in data)])
    pixmaps = _unlike([f"{folder}/pixmaps" for folder in data])
    return Folders(
        applications=tuple(f"{folder}/applications" for folder in data),
        icons=icons,
        pixmaps=pixmaps,
        allowed=(
            *_icon_folders((*icons, *pixmaps)),
            *((*_parts(f"{folder}/app"), *_FLATPAK_ICONS) for folder in flatpaks),
            (*_parts(snaps), *_SNAP_ICONS),
        ),
    )


def _absolute(path: str) -> str:
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else ""


def _unlike(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if path))


def _parts(path: str) -> FolderPattern:
    return tuple(part for part in os.path.realpath(path).split("/") if part)


def _icon_folders(paths: Sequence[str]) -> list[FolderPattern]:
    """Resolve them. A link such as ``~/.icons -> /`` would allow everything: the end must be an icon folder too."""
    resolved = [_parts(path) for path in paths]
    return [parts for parts in resolved if parts and parts[-1] in _ICON_FOLDER_NAMES]
