"""What changes while a page is open: limits, the page of a paused view, the clock, since when sums count."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import ConnectionState, Degradation, DomainSource, Protocol, Snapshot
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine
from tests.support.browser import PAGE_SECONDS, Tab, open_tab
from tests.support.dashboard_process import dashboard
from tests.support.shown_page import look, shows_data, switch_to
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HOUR = 3_600.0


@contextmanager
def page_of(
    browser: Browser, folder: Path, snapshot: Snapshot, page: str = "overview"
) -> Generator[tuple[FakeCollector, Tab]]:
    """A page before a collector that serves this snapshot first."""
    with (
        FakeCollector(snapshots=[snapshot], heartbeat_seconds=0.2) as fake,
        dashboard(fake.socket, folder / "log", "--port", "0") as program,
        open_tab(browser, program.page(page), reduced_motion=True) as tab,
    ):
        shows_data(tab)
        yield fake, tab
        assert tab.errors == []


def overloaded(machine: ToyMachine, *counts: int) -> Snapshot:
    """The machine's next tick, with a limit that counts what was left out."""
    machine.degraded = tuple(Degradation(code="names.overload", text=f"{count} packets left out") for count in counts)
    return machine.tick()


def test_a_limit_is_shown_while_it_lasts_counts_in_place_and_stays_dismissed(browser: Browser, tmp_path: Path) -> None:
    machine = ToyMachine()
    machine.open(moved=(1, 2))
    with page_of(browser, tmp_path, machine.tick()) as (fake, tab):
        limits = tab.page.get_by_role("region", name="Limits")
        count = tab.page.get_by_role("button", name="Status: Live").locator(".nm-chip-notes")
        expect(count).to_be_hidden()
        expect(limits).to_be_hidden()
        fake.publish(overloaded(machine, 10))
        expect(limits).to_contain_text("10 packets left out")
        expect(count).to_have_text("! 1")
        close = limits.get_by_role("button", name="Dismiss the limits")
        close.focus()
        fake.publish(overloaded(machine, 11))
        expect(limits).to_contain_text("11 packets left out")
        expect(close).to_be_focused()
        close.click()
        expect(limits).to_be_hidden()
        for snapshot in (overloaded(machine, 12), overloaded(machine), overloaded(machine, 13)):
            fake.publish(snapshot)
            shows_time_of(tab, snapshot)
            expect(limits).to_be_hidden()
        expect(count).to_have_text("! 1")
        fake.publish(overloaded(machine))
        expect(count).to_be_hidden()


def shows_time_of(tab: Tab, snapshot: Snapshot) -> None:
    time = round(snapshot.time, 3)
    wait_for(lambda: look(tab, "(root, store) => store.dataTime") >= time, seconds=PAGE_SECONDS, what="the tick came")


def test_each_page_of_a_paused_view_is_filled_once(browser: Browser, tmp_path: Path) -> None:
    machine = ToyMachine()
    machine.open("curl", moved=(1, 2))
    with page_of(browser, tmp_path, machine.tick()) as (fake, tab):
        tab.page.get_by_role("button", name="Pause this view").click()
        expect(tab.page.get_by_role("button", name="Status: Paused")).to_be_visible()
        switch_to(tab, "Connections")
        expect(tab.page.locator(".nm-row:visible")).to_have_count(1)
        expect(tab.page.get_by_role("button", name="Status: Paused")).to_be_visible()
        machine.open("ssh", moved=(3, 4))
        fake.publish(machine.tick())
        switch_to(tab, "Applications")
        expect(tab.page.locator(".nm-tree-app:visible")).to_have_count(1)  # what it needs is there, of that moment
        switch_to(tab, "Overview")
        expect(tab.page.get_by_role("region", name="Applications").get_by_role("link", name="ssh")).to_be_visible()
        ticks = [frame for frame in tab.frames if frame["type"] == "tick"]
        assert ticks == []


def test_the_graph_of_a_connection_goes_on_where_the_clock_is_set_back(browser: Browser, tmp_path: Path) -> None:
    machine = ToyMachine()
    key = machine.open()
    with page_of(browser, tmp_path, machine.tick(), "connections") as (fake, tab):
        tab.page.locator(".nm-row:visible").first.click()
        picture = tab.page.locator(".nm-trace-picture")
        expect(picture).to_have_attribute("aria-label", re.compile("download at most 0 B/s"))
        machine.time -= HOUR
        machine.move(key, 0, 7_000)
        fake.publish(machine.tick())
        expect(picture).to_have_attribute("aria-label", re.compile("download at most 7.00 kB/s"))


def test_no_name_is_offered_while_names_are_hidden(browser: Browser, tmp_path: Path) -> None:
    row = a_connection(process=a_process(), domain="wikipedia.org")
    with page_of(browser, tmp_path, a_snapshot([row]), "connections") as (_, tab):
        for name in ("Connections", "Applications"):
            switch_to(tab, name)
            tab.page.get_by_role("searchbox").fill("domain:wikipedla.org")
            offer = tab.page.get_by_role("button", name="Did you mean")
            expect(offer).to_contain_text("wikipedia.org")
            tab.page.locator("h1").click()
            tab.page.keyboard.press("h")
            expect(offer).to_be_hidden()
            assert "wikipedia" not in tab.text(".nm-page")
            tab.page.keyboard.press("h")


def test_what_listens_on_all_interfaces_leads_to_its_sockets(browser: Browser, tmp_path: Path) -> None:
    rows = [
        a_connection(f"c{port}", process=a_process(), local="0.0.0.0", local_port=port, remote=None, protocol=protocol)  # noqa: S104 -- shown, not bound
        for port, protocol in ((5353, Protocol.UDP), (22, Protocol.TCP))
    ]
    udp, tcp = rows[0]._replace(state=ConnectionState.IDLE), rows[1]._replace(state=ConnectionState.LISTEN)
    with page_of(browser, tmp_path, a_snapshot([udp, tcp])) as (_, tab):
        for port in ("UDP 5353", "TCP 22"):
            line = tab.page.locator(".nm-ov-entry").filter(has_text=port)
            line.get_by_role("link").click()
            tab.page.get_by_role("heading", level=1, name="Connections").wait_for()
            expect(tab.page.locator(".nm-row:visible")).to_have_count(1)
            expect(tab.page.locator(".nm-row:visible")).to_contain_text(port.split()[1])
            switch_to(tab, "Overview")


def test_since_now_counts_all_of_the_domains_from_that_moment(browser: Browser, tmp_path: Path) -> None:
    row = a_connection(process=a_process(), domain="example.org", domain_source=DomainSource.SNI)
    with page_of(browser, tmp_path, a_snapshot([row]), "domains") as (fake, tab):
        card = tab.page.locator(".nm-browser")
        tab.page.locator(".nm-tree-domain:visible").click()
        line = tab.page.locator(".nm-tree-app:visible")
        expect(line).to_contain_text("2.00 kB1.00 kB")
        expect(card.locator(".nm-browser-total")).to_have_text("3.00 kB")
        tab.page.locator("h1").click()
        tab.page.keyboard.press("n")
        expect(line).to_contain_text("0 B0 B")
        expect(card).to_contain_text("Nothing moved yet")
        later = a_connection(process=a_process(), domain="example.org", domain_source=DomainSource.SNI, received=6_500)
        fake.publish(a_snapshot([later], sequence=2))
        expect(line).to_contain_text("4.50 kB0 B")
        expect(card.locator(".nm-browser-total")).to_have_text("4.50 kB")
        expect(card).to_contain_text("All of its bytes have a name")
