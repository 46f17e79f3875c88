"""For every screen and every reader: narrow windows, the dark theme, and what axe-core finds."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, PAGE_SECONDS, WIDE, Tab, open_tab
from tests.support.shown_page import look, scrolls_sideways, shows_data, switch_to
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

Theme = Literal["light", "dark"]
PAGES = ("Overview", "Connections", "Applications")
ADDRESSES = {"Overview": "overview", "Connections": "connections", "Applications": "applications"}
BRIGHTNESS = """(root) => {
  const lit = (one) => {
    for (let at = one; at; at = at.parentElement ?? at.getRootNode().host) {
      const [red, green, blue, alpha = 1] = getComputedStyle(at).backgroundColor.match(/[\\d.]+/g).map(Number);
      if (alpha > 0.5) return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    }
    return 1;
  };
  return [document.body, document.querySelector(".stApp"), root, ...root.querySelectorAll(
    ".nm-ov-card, .nm-ov-panel, .nm-grid, .nm-tree, .nm-search-field")].filter(Boolean).map(lit);
}"""
WIDER_THAN_WINDOW = """(root) => [...root.querySelectorAll("*")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (box.width === 0 || box.right <= innerWidth + 1) return false;
  for (let at = one.parentElement; at !== root; at = at.parentElement)
    if (getComputedStyle(at).overflowX !== "visible") return false; // cut, or moved sideways within its own box
  return true;
}).map((one) => one.className).slice(0, 5)"""


@pytest.fixture(scope="module", autouse=True)
def moving(machine: WatchedMachine) -> None:
    """Applications, listeners, ended and moving connections: all that pages have looks for."""
    near, far = machine.stage.near, machine.stage.far
    machine.call(connections=4, upload=9_000, download=90_000).wait()
    machine.call(connections=2, upload=100, seconds=0.2).wait().wait()
    machine.programs.serve(near.namespace, "tcp-server", "0.0.0.0")  # noqa: S104 -- it listens for everybody
    machine.programs.serve(near.namespace, "idle", near.ipv4)
    flags = ("--connections", 3, "--per-second", 9, "--size", 900)
    machine.programs.start(near.namespace, "tcp-chat", far.ipv4, machine.far_server.port, *flags).wait()


@contextmanager
def shown(
    browser: Browser, machine: WatchedMachine, name: str, *, size: tuple[int, int] = WIDE, theme: Theme = "light"
) -> Generator[Tab]:
    link = machine.dashboard.page(ADDRESSES[name])
    with open_tab(browser, link, size=size, theme=theme, reduced_motion=True) as tab:
        shows_data(tab)
        yield tab
        assert tab.errors == []


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_does_not_scroll_sideways(browser: Browser, machine: WatchedMachine, name: str) -> None:
    with shown(browser, machine, name, size=NARROW) as tab:
        expect(tab.page.get_by_text("workloads.py").first).to_be_visible()
        assert not scrolls_sideways(tab)
        assert look(tab, WIDER_THAN_WINDOW) == []
        tab.page.get_by_role("button", name="Status:").click()
        expect(tab.page.get_by_role("dialog", name="State of the collector")).to_contain_text("near0")
        assert not scrolls_sideways(tab)
        tab.page.keyboard.press("Escape")
        if name == "Connections":
            tab.page.locator(".nm-row:visible").first.click()
            expect(tab.page.get_by_role("region", name="Details:")).to_be_visible()
            assert not scrolls_sideways(tab)
        if name == "Applications":
            tab.page.locator(".nm-tree-app:visible").first.click()
            assert not scrolls_sideways(tab)
        assert look(tab, WIDER_THAN_WINDOW) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault_for_its_readers(browser: Browser, machine: WatchedMachine, theme: Theme) -> None:
    with shown(browser, machine, "Overview", theme=theme) as tab:
        for name in PAGES:
            switch_to(tab, name)
            wait_for(lambda: "workloads.py" in tab.text(".nm-page"), seconds=PAGE_SECONDS, what="the page has its rows")
            brightness = look(tab, BRIGHTNESS)
            assert all(value < 0.2 if theme == "dark" else value > 0.8 for value in brightness), brightness
            assert serious_violations(tab) == []
        tab.page.get_by_role("button", name="Status:").click()
        expect(tab.page.get_by_role("dialog", name="State of the collector")).to_contain_text("near0")
        assert serious_violations(tab) == []
        tab.page.get_by_role("button", name="Clear statistics…").click()
        expect(tab.page.get_by_role("dialog", name="Clear statistics?")).to_be_visible()
        assert serious_violations(tab) == []
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("button", name="Help").click()
        expect(tab.page.get_by_role("dialog", name="Help")).to_be_visible()
        assert serious_violations(tab) == []
        tab.page.keyboard.press("Escape")
        tab.page.locator(".nm-tree-app:visible").first.click()
        assert serious_violations(tab) == []
        switch_to(tab, "Connections")
        tab.page.locator(".nm-row:visible").first.click()
        expect(tab.page.get_by_role("region", name="Details:")).to_be_visible()
        tab.page.get_by_role("searchbox").fill("pdi:1")
        expect(tab.page.locator(".nm-search-note")).to_be_visible()
        assert serious_violations(tab) == []
