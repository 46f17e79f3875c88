"""Programs named to be markup, commands for a terminal or the other way round: on screen they are text."""

import re
import shutil
import sys
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import Connection
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.support.browser import NARROW, PAGE_SECONDS, WIDE, Tab, open_tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.shown_page import GRID, look, scrolls_sideways, shows_data, switch_to
from tests.support.traffic import WORKLOADS, MovedFlow
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PAGES = ("Connections", "Applications", "Overview")
MARKUP = "<img src=x onerror=window.__hit=1>"
SCRIPT = "<script>window.__hit=2<"
MARKDOWN = "![x](data:image,x) [y](javascript:window.__hit=3)"
TEMPLATE = "${window.__hit=4}{{window.__hit=5}}"
ESCAPES = "red\x1b[31m\x07"
TURNED = "evil\u202egnp.exe"
LINES = "one\ntwo"
NAMES = (MARKUP, SCRIPT, MARKDOWN, TEMPLATE, ESCAPES, TURNED, LINES)
# Control characters and turning marks are shown by a mark in their place, or by the collector's own writing of them.
UNSEEN = ("\x1b", "\x07", "\u202e", "\n")
MADE_FROM_NAMES = """(root) => {
  const all = [...document.querySelectorAll("*"), ...root.querySelectorAll("*")];
  return all.filter((one) => ["IMG", "SCRIPT", "IFRAME", "OBJECT", "EMBED"].includes(one.tagName) &&
    /__hit|onerror|javascript:|^x$/.test(`${one.getAttribute("src")} ${one.textContent} ${one.getAttribute("onerror")}`)
    || one.hasAttribute("onerror") || /javascript:/i.test(one.getAttribute("href") ?? "")).map((one) => one.outerHTML);
}"""
SHOWN_TEXT = "(root) => root.textContent"


@pytest.fixture(scope="module")
def flows(machine: WatchedMachine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, MovedFlow]:
    """A running program with a connection under each name: name → its connection."""
    folder = tmp_path_factory.mktemp("programs")
    near, far = machine.stage.near.namespace, machine.stage.far
    found: dict[str, MovedFlow] = {}
    for place, name in enumerate(NAMES):
        script = folder / str(place) / name
        script.parent.mkdir()
        shutil.copyfile(WORKLOADS, script)
        flags = ("--upload", 2_000, "--download", 3_000)
        program = (sys.executable, str(script))
        client = machine.programs.start(near, "tcp-client", far.ipv4, machine.far_server.port, *flags, program=program)
        [found[name]] = client.wait().flows
    return found


def is_harmless(tab: Tab) -> None:
    assert tab.page.evaluate("window.__hit === undefined")
    assert look(tab, MADE_FROM_NAMES) == []
    assert not scrolls_sideways(tab)
    text = look(tab, SHOWN_TEXT)
    assert [sign for sign in UNSEEN if sign in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_hostile_names_as_text(
    tab: Tab, machine: WatchedMachine, flows: dict[str, MovedFlow], name: str
) -> None:
    switch_to(tab, name)
    for text in (MARKUP, MARKDOWN, TEMPLATE):
        expect(tab.page.get_by_text(text).first).to_be_visible()
    is_harmless(tab)
    assert tab.strays(machine.dashboard.origin) == []


def test_details_filter_and_copy_take_hostile_names_as_text(tab: Tab, flows: dict[str, MovedFlow]) -> None:
    switch_to(tab, "Connections")
    for name in NAMES:
        local = flows[name].local
        tab.page.get_by_role("searchbox").fill(f"lport:{local.rpartition(':')[2]}")
        wait_for(
            lambda local=local: [row["local"] for row in look(tab, GRID)] == [local],
            seconds=PAGE_SECONDS,
            what="its row",
        )
        tab.page.locator(".nm-row:visible").first.click()
        details = tab.page.get_by_role("region", name="Details:")
        expect(details).to_contain_text(local)
        is_harmless(tab)
        details.get_by_role("button", name="Hide this app").click()
        expect(tab.page.get_by_role("searchbox")).to_have_value(re.compile(r"^lport:\d+ !app:"))
        wait_for(lambda: look(tab, GRID) == [], seconds=PAGE_SECONDS, what="the app is hidden by its name")
        is_harmless(tab)
        tab.page.keyboard.press("Escape")
    tab.page.get_by_role("searchbox").fill("")


@pytest.fixture(scope="module")
def long_names() -> Generator[FakeCollector]:
    """A collector that lets through what the real one shortens: names, domains and paths of 10 kB."""
    rows: list[Connection] = []
    names = ("W" * 10_000, f"{MARKUP} " * 300, "\u202e" + "x" * 10_000, "\x1b[31m" * 2_000)
    for place, name in enumerate(names):
        process = a_process(pid=1_000 + place, name=name)
        rows.append(a_connection(id=f"c{place}", process=process, local_port=50_000 + place, domain=name))
    with FakeCollector(snapshots=[a_snapshot(rows)], heartbeat_seconds=0.3) as serving:
        yield serving


@pytest.fixture(scope="module")
def long_names_shown(
    long_names: FakeCollector, tmp_path_factory: pytest.TempPathFactory
) -> Generator[DashboardProcess]:
    with dashboard(long_names.socket, tmp_path_factory.mktemp("dashboard") / "log", "--port", "0") as program:
        yield program


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_names_of_10_kb_break_no_page(
    browser: Browser, long_names_shown: DashboardProcess, size: tuple[int, int]
) -> None:
    program = long_names_shown
    with open_tab(browser, program.link, size=size) as tab:
        for page in ("overview", "connections", "applications"):
            if page != "overview":
                tab.page.goto(program.page(page))
            shows_data(tab)
            expect(tab.page.get_by_text("WWWW").first).to_be_visible()
            is_harmless(tab)
            heights = look(tab, "(root) => [...root.querySelectorAll('.nm-row')].map((row) => row.offsetHeight)")
            assert all(height <= 40 for height in heights)
        tab.page.goto(program.page("connections"))
        tab.page.locator(".nm-row:visible").first.click()
        expect(tab.page.get_by_role("region", name="Details:")).to_be_visible()
        is_harmless(tab)
        assert tab.errors == []
