"""Icons of macOS bundles. Written from Apple's documentation of bundles; its pure parts are tested on bytes."""

import os
import plistlib
import re
from collections.abc import Sequence
from typing import Final
from xml.parsers.expat import ExpatError

from netmon_dashboard.icons import apple_icons
from netmon_dashboard.icons.bounded_file import read_inside
from netmon_dashboard.icons.picture import Picture

__all__ = ["BundleIcons", "icon_file_name"]

APPLICATION_FOLDERS: Final = ("/Applications", "/System/Applications", "/System/Library/CoreServices")
_MOST_LIST_BYTES: Final = 256 * 1024
_BUNDLE: Final = re.compile(r"(/(?:[^/]+/)*?[^/]+\.app)(?:/|$)")
# What plistlib lets out for bytes that are no property list.
_NO_LIST: Final = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    MemoryError,
)


class BundleIcons:
    """The icons of bundles below the folders where applications are installed."""

    def __init__(self, *, home: str = "", folders: Sequence[str] = APPLICATION_FOLDERS) -> None:
        own = [f"{home}/Applications"] if home.startswith("/") else []
        resolved = [os.path.realpath(folder) for folder in (*folders, *own)]
        self._allowed = [tuple(part for part in folder.split("/") if part) for folder in resolved]

    def rescan(self) -> None:
        """Nothing is kept between questions."""

    def find(self, path: str, _name: str) -> Picture | None:
        """Give the icon of the outermost bundle that a path lies in: a browser's helpers look like the browser."""
        bundle = _BUNDLE.match(path)
        if bundle is None or "/../" in path:
            return None
        contents = f"{bundle[1]}/Contents"
        file = icon_file_name(read_inside(f"{contents}/Info.plist", self._allowed, _MOST_LIST_BYTES) or b"")
        if not file:
            return None
        content = read_inside(f"{contents}/Resources/{file}", self._allowed, apple_icons.MOST_BYTES)
        return apple_icons.picture_in_icns(content) if content is not None else None


def icon_file_name(content: bytes) -> str:
    """Give the name of the icon's file that an ``Info.plist`` tells; "" where it tells none. Takes any bytes.

    ``CFBundleIconFile`` may leave its suffix out (Information Property List Key Reference).
    """
    try:
        keys: object = plistlib.loads(content)
    except _NO_LIST:
        return ""
    value: object = keys.get("CFBundleIconFile") if isinstance(keys, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    if not isinstance(value, str) or not value.isprintable() or "/" in value or not value.strip("."):
        return ""
    return value if value.endswith(".icns") else f"{value}.icns"
