"""Applications' icons: desktop entries and icon themes on Linux, bundles on macOS.

Read with the rights of who runs the dashboard, from the folders of icons alone, and served from memory.
"""

import os
import sys
from collections.abc import Mapping

from netmon_dashboard.icons.bundles import BundleIcons
from netmon_dashboard.icons.desktop_icons import DesktopIcons
from netmon_dashboard.icons.finder import IconFinder, IconSource
from netmon_dashboard.icons.picture import Picture
from netmon_dashboard.icons.route import icon_routes

__all__ = ["IconFinder", "IconSource", "Picture", "icon_finder", "icon_routes"]


def icon_finder(environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> IconFinder:
    """Make the finder for this system and user. It starts its thread with the first question; close it at the end."""
    if platform == "darwin":
        return IconFinder(BundleIcons(home=environ.get("HOME", "")))
    return IconFinder(DesktopIcons(environ))
