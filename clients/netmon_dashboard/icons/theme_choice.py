"""Which icon theme the user chose, as far as plain files tell it: GTK's settings and KDE's.

GNOME keeps it in dconf, a database that only its own library reads; there hicolor and Adwaita serve.
"""

from collections.abc import Mapping
from typing import Final

from netmon_dashboard.icons.bounded_file import read_regular
from netmon_dashboard.icons.ini_text import read_groups

__all__ = ["chosen_themes"]

_MOST_BYTES: Final = 64 * 1024
_SETTINGS: Final = (
    ("kdeglobals", "Icons", "Theme"),
    ("gtk-4.0/settings.ini", "Settings", "gtk-icon-theme-name"),
    ("gtk-3.0/settings.ini", "Settings", "gtk-icon-theme-name"),
)


def chosen_themes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the names of the chosen themes, none where nothing is set. Whether they exist is not looked at."""
    folder = environ.get("XDG_CONFIG_HOME", "")
    if not folder.startswith("/"):
        folder = f"{environ['HOME']}/.config" if environ.get("HOME", "").startswith("/") else ""
    names: list[str] = []
    for file, group, key in _SETTINGS:
        content = read_regular(f"{folder}/{file}", _MOST_BYTES) if folder else None
        if content is not None:
            names.append(read_groups(content).get(group, {}).get(key, "").strip('" '))
    return tuple(dict.fromkeys(name for name in names if name))
