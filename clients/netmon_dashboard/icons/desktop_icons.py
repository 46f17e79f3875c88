"""Icons of the applications of a freedesktop.org desktop: entries give the name of an icon, themes the file."""

import os
import shutil
from collections.abc import Mapping, Sequence

from netmon_dashboard.icons.bounded_file import read_inside
from netmon_dashboard.icons.catalogue import Catalogue
from netmon_dashboard.icons.desktop_entries import read_entries
from netmon_dashboard.icons.folders import SYSTEM_DATA, Folders, find_folders
from netmon_dashboard.icons.picture import MOST_BYTES, Picture, picture_of
from netmon_dashboard.icons.theme_choice import chosen_themes
from netmon_dashboard.icons.themes import IconThemes

__all__ = ["DesktopIcons"]

_MOST_CANDIDATES = 20  # files of one name that are looked into before it is given up


class DesktopIcons:
    """What is installed for who runs this, as of the last ``rescan``; the first question scans."""

    def __init__(
        self, environ: Mapping[str, str], *, system: Sequence[str] = SYSTEM_DATA, snaps: str = "/snap"
    ) -> None:
        self._environ = environ
        self._system = system
        self._snaps = snaps
        self._scanned: tuple[Folders, Catalogue, IconThemes] | None = None

    def rescan(self) -> None:
        """Look again at what is installed; the work is done with the next question."""
        self._scanned = None

    def find(self, path: str, name: str) -> Picture | None:
        """Give the icon of an application; None where there is none that may be read."""
        folders, catalogue, themes = self._scanned = self._scanned or self._scan()
        entry = catalogue.find(path, name)
        if entry is None:
            return None
        for number, candidate in enumerate(themes.candidates(entry.icon)):
            content = read_inside(candidate, folders.allowed, MOST_BYTES)
            picture = picture_of(content) if content is not None else None
            if picture is not None or number >= _MOST_CANDIDATES:
                return picture
        return None

    def _scan(self) -> tuple[Folders, Catalogue, IconThemes]:
        folders = find_folders(self._environ, system=self._system, snaps=self._snaps)
        catalogue = Catalogue(read_entries(folders.applications), locate=self._locate)
        return folders, catalogue, IconThemes(folders=folders, chosen=chosen_themes(self._environ))

    def _locate(self, program: str) -> str:
        """Find a program as a shell would, and resolve its links: that is the path of its process."""
        try:
            found = shutil.which(program, path=self._environ.get("PATH", os.defpath))
            return os.path.realpath(found) if found and found.startswith("/") else ""
        except (OSError, ValueError):
            return ""
