"""No request leaves the machine: not on any page, in any state, at any width."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.support.browser import NARROW, Tab, open_tab
from tests.support.dashboard_process import dashboard
from tests.support.tour import use_everything
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def test_all_pages_and_what_opens_on_them_ask_this_server_alone(tab: Tab, machine: WatchedMachine) -> None:
    machine.call(connections=2, upload=3_000, download=9_000).wait()
    use_everything(tab)
    paths = {urlsplit(url).path for url in tab.requests}
    assert paths >= {"/netmon/assets/main.js", "/netmon/live", "/_stcore/stream"}
    assert len(tab.requests) > 100
    assert tab.strays(machine.dashboard.origin) == []


def test_the_favicon_is_this_servers(tab: Tab, machine: WatchedMachine) -> None:
    links: list[str] = tab.page.evaluate("[...document.querySelectorAll('link')].map((one) => one.href)")
    icons: list[str] = tab.page.evaluate("[...document.querySelectorAll('link[rel~=icon]')].map((one) => one.href)")
    assert icons
    own = (f"{machine.dashboard.origin}/", "data:")
    assert [link for link in links if not link.startswith(own)] == []


def test_a_page_without_collector_asks_this_server_alone(browser: Browser, tmp_path: Path) -> None:
    with (
        dashboard(str(tmp_path / "none.sock"), tmp_path / "log", "--port", "0") as program,
        open_tab(browser, program.link, size=NARROW, theme="dark") as tab,
    ):
        tab.sees("No collector at")
        program.kill()
        tab.sees("The dashboard is gone")
        assert tab.strays(program.origin) == []
