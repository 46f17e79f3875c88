"""The page "Domains": its figures are the collector's, names are text, and none is seen where they are hidden."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import DomainSource, NamesStatus, UnnamedReason
from netmon_client import connect
from netmon_client.domains import browser_shares, domain_groups
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status
from netmon_client.units import format_bytes
from netmon_client.words import percent
from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, PAGE_SECONDS, WIDE, Tab, open_tab
from tests.support.busy_process import busy_collector
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.shown_page import at_each_refresh, look, refresh_every, scrolls_sideways, shows_data, switch_to
from tests.support.snapshot_reader import SnapshotReader, reading
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TICKS = 6
MARKUP = "<img src=x onerror=__hit=1>"
HIDDEN = "•••"
KEPT = """(root, store) => ({ time: store.dataTime,
  domains: [...store.domains.all.values()].map((one) => [one.name, one.sent, one.received, one.connections,
    one.apps.map(({ name, sent, received }) => [name, sent, received])]),
  unnamed: store.domains.unnamed.map((one) => [one.sent, one.received, one.count]) })"""
DRAWN = """(root, store) => ({ time: store.dataTime,
  lines: [...root.querySelectorAll(".nm-tree-domain:not([hidden])")].map((row) =>
    [row.querySelector(".nm-tree-title"), ...row.children].map((one) => one.textContent)),
  cards: [...root.querySelectorAll(".nm-browser")].map((card) => [
    card.querySelector(".nm-browser-head bdi").textContent, card.querySelector(".nm-browser-share").textContent]) })"""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    socket = str(tmp_path_factory.mktemp("busy") / "c.sock")
    flags = ("--connections", 120, "--applications", 15, "--tick", "0.5", "--churn", 3)
    with busy_collector(socket, *flags):
        yield socket


@pytest.fixture(scope="module")
def program(busy: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[DashboardProcess]:
    with dashboard(busy, tmp_path_factory.mktemp("dashboard") / "log", "--port", "0") as running:
        yield running


@pytest.fixture(scope="module")
def second(busy: str) -> Generator[SnapshotReader]:
    with connect(busy) as client, reading(client) as reader:
        yield reader


@pytest.fixture
def tab(browser: Browser, program: DashboardProcess) -> Generator[Tab]:
    with open_tab(browser, program.page("domains"), reduced_motion=True) as opened:
        shows_data(opened)
        yield opened
        assert opened.errors == []
        assert opened.strays(program.origin) == []


def test_what_the_page_keeps_equals_each_snapshot_to_the_byte(tab: Tab, second: SnapshotReader) -> None:
    refresh_every(tab, 0.1)
    compared = 0
    for shown in at_each_refresh(tab, TICKS, KEPT):
        snapshot = second.of(shown["time"])
        if snapshot is None:
            continue
        assert sorted(map(by_name, shown["domains"])) == sorted(
            by_name(
                [
                    domain.name,
                    domain.traffic.sent_bytes,
                    domain.traffic.received_bytes,
                    domain.connection_count,
                    [[part.application_name, part.sent_bytes, part.received_bytes] for part in domain.applications],
                ]
            )
            for domain in snapshot.domains
        )
        assert sorted(shown["unnamed"]) == sorted(
            [each.traffic.sent_bytes, each.traffic.received_bytes, each.connection_count] for each in snapshot.unnamed
        )
        compared += 1
    assert compared >= TICKS // 2


def by_name(domain: list[Any]) -> tuple[Any, ...]:
    parts: list[list[Any]] = domain[-1]
    return (*domain[:-1], *sorted((*part,) for part in parts))


def test_what_is_drawn_is_what_the_sdk_folds(tab: Tab, second: SnapshotReader) -> None:
    refresh_every(tab, 0.1)
    compared = 0
    for shown in at_each_refresh(tab, TICKS, DRAWN):
        snapshot = second.of(shown["time"])
        if snapshot is None:
            continue
        groups = {
            ("" if group.source in (DomainSource.SNI, DomainSource.QUIC) else "~") + group.name: group
            for group in domain_groups(snapshot.domains)
        }
        assert {line[0] for line in shown["lines"]} == groups.keys()
        for name, *cells in shown["lines"]:
            traffic = groups[name].traffic
            assert cells[6:9] == [
                format_bytes(traffic.received_bytes),
                format_bytes(traffic.sent_bytes),
                f"{groups[name].connection_count:,}",
            ]
        shares = browser_shares(snapshot)
        assert shown["cards"] == [
            [each.application.name, f"{percent(each.share)} of its bytes have a name"]
            for each in shares
            if each.share is not None
        ]
        compared += 1
    assert compared >= TICKS // 2


def test_a_link_with_a_filter_and_an_order_shows_them_and_their_command(
    browser: Browser, program: DashboardProcess, busy: str
) -> None:
    link = program.page("domains", "q=app%3Achromium&sort=domain")
    with open_tab(browser, link, reduced_motion=True) as tab:
        tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        shows_data(tab)
        expect(tab.page.get_by_role("searchbox")).to_have_value("app:chromium")
        names = look(tab, '(root) => [...root.querySelectorAll(".nm-tree-title")].map((one) => one.textContent)')
        assert len(names) > 1
        assert names == sorted(names)
        tab.page.get_by_role("button", name="Copy as CLI").click()
        expect(tab.page.locator(".nm-toast")).to_have_text(
            f"Copied: netmon-cli --socket {busy} domains --browser chromium --sort domain"
        )


def test_a_domain_opens_to_its_names_and_applications_and_leads_to_its_connections(tab: Tab) -> None:
    line = tab.page.locator(".nm-tree-domain:visible").filter(has_text="example.org").first
    line.click()
    expect(tab.page.locator(".nm-tree-heading:visible").filter(has_text="Names")).to_be_visible()
    expect(tab.page.locator(".nm-tree-heading:visible").filter(has_text="Applications")).to_be_visible()
    tab.page.get_by_role("link", name="Show their connections").first.click()
    tab.page.get_by_role("heading", level=1, name="Connections").wait_for()
    expect(tab.page.get_by_role("searchbox")).to_have_value("domain:example.org")
    tab.page.keyboard.press("Escape")
    tab.page.locator("h1").click()
    tab.page.keyboard.press("g")
    tab.page.keyboard.press("d")
    tab.page.get_by_role("heading", level=1, name="Domains").wait_for()


def test_only_a_tab_on_this_page_is_sent_domains(tab: Tab) -> None:
    at_each_refresh(tab, 2, "() => 0")
    assert "domains" in (tab.newest("tick") or {})
    switch_to(tab, "Connections")
    at_each_refresh(tab, 2, "() => 0")
    assert "domains" not in (tab.newest("tick") or {"domains": True})


def test_hidden_names_are_on_no_page_and_stay_hidden_in_this_tab(tab: Tab) -> None:
    tab.page.keyboard.press("h")
    for name in ("Domains", "Connections", "Applications", "Overview"):
        if name != "Domains":
            switch_to(tab, name)
        if name == "Applications":
            tab.page.locator(".nm-tree-app:visible").filter(has_text="chromium").first.click()
        if name != "Overview":
            wait_for(lambda: HIDDEN in tab.text(".nm-page"), seconds=PAGE_SECONDS, what=f"{name} shows stand-ins")
        assert look(tab, "(root) => /example\\.|wikipedia/.test(root.querySelector('.nm-page').textContent)") is False
        titles = look(tab, "(root) => [...root.querySelectorAll('[title]')].map((one) => one.title).join()")
        assert "wikipedia" not in titles
    tab.page.reload()
    shows_data(tab)
    expect(tab.page.get_by_role("button", name="Hide names")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readers_find_no_serious_fault(
    browser: Browser, program: DashboardProcess, theme: Literal["light", "dark"]
) -> None:
    with open_tab(browser, program.page("domains"), theme=theme, reduced_motion=True) as tab:
        shows_data(tab)
        tab.page.locator(".nm-tree-domain:visible").first.click()
        assert serious_violations(tab) == []
        tab.page.get_by_role("searchbox").fill("port:443")
        tab.sees("Domains have no such field")
        assert serious_violations(tab) == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_does_not_scroll_sideways(browser: Browser, program: DashboardProcess, size: tuple[int, int]) -> None:
    with open_tab(browser, program.page("domains"), size=size, reduced_motion=True) as tab:
        shows_data(tab)
        tab.page.locator(".nm-tree-domain:visible").first.click()
        expect(tab.page.locator(".nm-browser").first).to_be_visible()
        assert not scrolls_sideways(tab)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_hostile_names_are_text(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    names = (MARKUP, "W" * 10_000, "evil\u202egnp.example", "[x](javascript:__hit=3)")
    rows = [
        a_connection(f"c{place}", process=a_process(4711 + place), domain=name, local_port=50_000 + place)
        for place, name in enumerate(names)
    ]
    with (
        FakeCollector(snapshots=[a_snapshot(rows)], heartbeat_seconds=0.3) as fake,
        dashboard(fake.socket, tmp_path / "log", "--port", "0") as program,
        open_tab(browser, program.page("domains"), size=size, reduced_motion=True) as tab,
    ):
        shows_data(tab)
        expect(tab.page.get_by_text(MARKUP).first).to_be_visible()
        tab.page.locator(".nm-tree-domain:visible").first.click()
        assert tab.page.evaluate("window.__hit === undefined")
        assert look(tab, "(root) => root.querySelectorAll('img[src=x], script, [onerror]').length") == 0
        assert "\u202e" not in look(tab, "(root) => root.textContent")
        assert not scrolls_sideways(tab)
        assert tab.errors == []


def test_names_that_are_switched_off_and_a_browser_without_names_are_said(browser: Browser, tmp_path: Path) -> None:
    rows = [a_connection("c1", process=a_process(), unnamed_reason=UnnamedReason.SWITCHED_OFF)]
    status = replace(a_status(), names=NamesStatus(is_on=False, reason="left out by --no-names"))
    with (
        FakeCollector(snapshots=[a_snapshot(rows)], status=status, heartbeat_seconds=0.3) as fake,
        dashboard(fake.socket, tmp_path / "log", "--port", "0") as program,
        open_tab(browser, program.page("domains"), reduced_motion=True) as tab,
    ):
        shows_data(tab)
        tab.sees("Names are switched off: left out by --no-names.")
        tab.sees("0.0 % of its bytes have a name")
        tab.sees("The rest: names are switched off (3.00 kB)")
        tab.page.locator(".nm-tree-nobody:visible").click()
        expect(tab.page.locator(".nm-tree-reason:visible")).to_contain_text("Names are switched off")
        assert tab.errors == []


def test_before_the_first_name_the_page_says_where_names_come_from(browser: Browser, tmp_path: Path) -> None:
    with (
        FakeCollector(snapshots=[a_snapshot()], heartbeat_seconds=0.3) as fake,
        dashboard(fake.socket, tmp_path / "log", "--port", "0") as program,
        open_tab(browser, program.page("domains"), size=NARROW, reduced_motion=True) as tab,
    ):
        shows_data(tab)
        tab.sees("No domains yet")
        tab.sees("Names are learnt from DNS answers")
        assert tab.errors == []
