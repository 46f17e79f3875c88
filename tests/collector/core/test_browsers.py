"""Browsers are known by what they are installed as."""

import pytest

from netmon_collector.core.applications import application_of
from netmon_collector.core.browsers import Browsers

BROWSERS = [
    "/usr/lib/firefox/firefox",
    "/usr/lib/firefox-esr/firefox-esr",
    "/opt/google/chrome/chrome",
    "/usr/lib/chromium/chromium",
    "/opt/brave.com/brave/brave",
    "/opt/microsoft/msedge/msedge",
    "/opt/vivaldi/vivaldi-bin",
    "/usr/lib/x86_64-linux-gnu/opera/opera",
    "/snap/firefox/4848/usr/lib/firefox/firefox",
    "/var/lib/flatpak/app/org.mozilla.firefox/x86_64/stable/1234/files/lib/firefox/firefox",
    "/home/alice/tor-browser/Browser/firefox",
    "/usr/libexec/webkit2gtk-4.1/WebKitNetworkProcess",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Safari.app/Contents/MacOS/Safari",
    "/Applications/LibreWolf.app/Contents/MacOS/librewolf",
]


@pytest.mark.parametrize("executable", BROWSERS)
def test_a_browser_is_one(executable: str) -> None:
    name = application_of(executable, "", ())
    assert Browsers().has(name.id, name.path)


@pytest.mark.parametrize("executable", ["/usr/bin/curl", "/usr/sbin/nginx", "/opt/firefox-sync/syncserver", ""])
def test_other_programs_are_none(executable: str) -> None:
    name = application_of(executable, "x", ())
    assert not Browsers().has(name.id, name.path)


def test_a_script_that_is_called_like_one_is_none() -> None:
    name = application_of("/usr/bin/python3", "python3", ("python3", "/home/alice/firefox"))
    assert name.id == "script:/home/alice/firefox"
    assert not Browsers().has(name.id, name.path)


@pytest.mark.parametrize("further", ["mybrowser", "/OPT/mine/MyBrowser", "mybrowser.app"])
def test_further_ones_are_taken_from_the_config(further: str) -> None:
    name = application_of("/opt/mine/mybrowser", "mybrowser", ())
    assert not Browsers().has(name.id, name.path)
    assert Browsers((further,)).has(name.id, name.path)
