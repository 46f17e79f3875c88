"""Which applications are web browsers: a table of what they are installed as, which the config extends."""

import posixpath
from collections.abc import Iterable

__all__ = ["Browsers"]

_PROGRAMS = frozenset(
    {
        "brave",
        "brave-browser",
        "brave-browser-beta",
        "brave-browser-nightly",
        "chrome",
        "chromium",
        "chromium-browser",
        "cromite",
        "dooble",
        "epiphany",
        "epiphany-browser",
        "falkon",
        "firefox",
        "firefox-bin",
        "firefox-developer-edition",
        "firefox-esr",
        "firefox-nightly",
        "floorp",
        "google-chrome",
        "google-chrome-beta",
        "google-chrome-stable",
        "google-chrome-unstable",
        "icecat",
        "konqueror",
        "librewolf",
        "links",
        "lynx",
        "mercury",
        "microsoft-edge",
        "microsoft-edge-beta",
        "microsoft-edge-dev",
        "midori",
        "min",
        "msedge",
        "mullvad-browser",
        "netsurf",
        "opera",
        "opera-beta",
        "opera-developer",
        "palemoon",
        "qutebrowser",
        "safari",
        "seamonkey",
        "surf",
        "thorium-browser",
        "tor-browser",
        "ungoogled-chromium",
        "vivaldi",
        "vivaldi-bin",
        "vivaldi-snapshot",
        "w3m",
        "waterfox",
        "webkitnetworkprocess",
        "yandex-browser",
        "yandex_browser",
        "zen",
        "zen-bin",
        "zen-browser",
    }
)
"""Base names of executables and names of snaps, in lower case. WebKitNetworkProcess moves the bytes of Epiphany, and
so of other programs that show pages with WebKitGTK."""

_BUNDLES = frozenset(
    {
        "arc",
        "brave browser",
        "chromium",
        "duckduckgo",
        "firefox",
        "firefox developer edition",
        "firefox nightly",
        "google chrome",
        "google chrome beta",
        "google chrome canary",
        "librewolf",
        "microsoft edge",
        "mullvad browser",
        "opera",
        "opera gx",
        "orion",
        "safari",
        "tor browser",
        "vivaldi",
        "waterfox",
        "zen",
        "zen browser",
    }
)
"""Names of bundles on macOS, without ``.app``, in lower case."""

_FLATPAKS = frozenset(
    {
        "app.zen_browser.zen",
        "com.brave.browser",
        "com.google.chrome",
        "com.google.chromedev",
        "com.microsoft.edge",
        "com.opera.opera",
        "com.vivaldi.vivaldi",
        "io.github.ungoogled_software.ungoogled_chromium",
        "io.gitlab.librewolf-community",
        "net.mullvad.mullvadbrowser",
        "net.waterfox.waterfox",
        "one.ablaze.floorp",
        "org.chromium.chromium",
        "org.gnome.epiphany",
        "org.kde.falkon",
        "org.mozilla.firefox",
        "org.qutebrowser.qutebrowser",
        "org.torproject.torbrowser-launcher",
    }
)

_SAFARI_NETWORK = "com.apple.webkit.networking"
"""The process that moves Safari's bytes, and those of other programs that show pages with WebKit."""


class Browsers:
    """Tells browsers by their application's identity and path."""

    def __init__(self, further: Iterable[str] = ()) -> None:
        """Take ``further`` ones: base names or whole paths of executables, names of snaps, flatpaks or bundles."""
        self._further = frozenset(text.lower().removesuffix(".app") for text in further)

    def has(self, application_id: str, path: str) -> bool:
        """Tell whether an application is a browser. ``path`` is that of its executable, script or bundle."""
        kind, _, key = application_id.lower().partition(":")
        path = path.lower()
        base = posixpath.basename(path.rstrip("/"))
        name = {"app": base.removesuffix(".app"), "exe": base, "name": key, "appimage": posixpath.basename(key)}.get(
            kind, key
        )
        if self._further & {name, path, base, key}:
            return True
        match kind:
            case "app":
                return name in _BUNDLES
            case "flatpak":
                return key in _FLATPAKS
            case "exe" | "name" | "snap" | "appimage":
                return name in _PROGRAMS or name == _SAFARI_NETWORK
            case _:
                return False  # a script is none, whatever it is called
