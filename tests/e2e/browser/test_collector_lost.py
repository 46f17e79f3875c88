"""The collector goes, comes back, is stopped, started and cleared while somebody looks on."""

from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from netmon.model import MonitoringState
from tests.e2e.browser.conftest import TICK_SECONDS
from tests.support.browser import PAGE_SECONDS, Tab
from tests.support.collector_process import collector
from tests.support.shown_page import GRID, at_each_refresh, look, switch_to
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TOTALS = "(root, store) => [store.totals.sent, store.totals.received]"


# Toasts go by, and on a busy machine faster than a test looks: what readers hear is noted.
LISTEN = """(root) => {
  window.netmonSaid = [];
  const region = root.querySelector(".nm-unseen[role=status]");
  new MutationObserver(() => window.netmonSaid.push(region.textContent)).observe(region, { childList: true });
}"""
SAID = "() => window.netmonSaid"


@pytest.fixture(scope="module", autouse=True)
def moved(machine: WatchedMachine) -> None:
    """Connections that have moved something and are held."""
    machine.call(connections=3, upload=4_000, download=50_000).wait()


@pytest.fixture
def page(tab: Tab) -> Generator[Tab]:
    """The tab, live, of which it is known whether its document was loaded anew."""
    expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()
    tab.page.evaluate("window.netmonKept = true")
    yield tab
    assert tab.page.evaluate("window.netmonKept"), "the page was loaded anew"


def state_of(machine: WatchedMachine) -> MonitoringState:
    with machine.collector.client() as client:
        return client.status().monitoring_state


def test_another_client_stops_and_starts_monitoring(page: Tab, machine: WatchedMachine) -> None:
    with machine.collector.client() as client:
        client.stop()
        page.sees("Monitoring is stopped since")
        expect(page.page.locator(".nm-main")).to_have_class("nm-main nm-old")
        expect(page.page.get_by_role("button", name="Status: Stopped since")).to_be_visible()
        expect(page.page.get_by_role("region", name="State").get_by_role("code")).to_contain_text("start")
        client.start()
    page.sees("Monitoring runs again.")
    expect(page.page.locator(".nm-main")).to_have_class("nm-main")
    expect(page.page.get_by_role("button", name="Status: Live")).to_be_visible()
    marks = look(page, "(root, store) => store.marks.map((mark) => mark.kind)")
    assert marks[-2:] == ["stopped", "started"]


def test_the_pages_own_button_asks_before_it_stops_for_everybody(page: Tab, machine: WatchedMachine) -> None:
    page.page.get_by_role("button", name="Status: Live").click()
    panel = page.page.get_by_role("dialog", name="State of the collector")
    expect(panel).to_contain_text("near0")
    panel.get_by_role("button", name="Stop monitoring…").click()
    question = page.page.get_by_role("dialog", name="Stop monitoring?")
    expect(question).to_contain_text("Stops capture for everybody on this machine")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    assert state_of(machine) is MonitoringState.RUNNING
    page.page.get_by_role("button", name="Status: Live").click()
    panel.get_by_role("button", name="Stop monitoring…").click()
    question.get_by_role("button", name="Stop monitoring").click()
    page.sees("Monitoring is stopped since")
    assert state_of(machine) is MonitoringState.STOPPED
    page.page.get_by_role("button", name="Start monitoring").first.click()
    expect(page.page.get_by_role("button", name="Status: Live")).to_be_visible()
    assert state_of(machine) is MonitoringState.RUNNING


def test_cleared_statistics_begin_anew_on_screen(page: Tab, machine: WatchedMachine) -> None:
    assert look(page, TOTALS)[1] > 150_000
    page.page.get_by_role("button", name="Status: Live").click()
    page.page.get_by_role("button", name="Clear statistics…").click()
    page.page.get_by_role("dialog", name="Clear statistics?").get_by_role("button", name="Clear statistics").click()
    wait_for(lambda: look(page, TOTALS)[1] < 1_000, seconds=PAGE_SECONDS, what="the sums begin anew")
    with machine.collector.client() as client:
        cleared = client.snapshot()
    epoch = look(page, "(root, store) => store.epoch")
    assert epoch == pytest.approx(cleared.statistics_epoch, abs=0.001)
    assert "cleared" in look(page, "(root, store) => store.marks.map((mark) => mark.kind)")


def is_return(text: str) -> bool:
    return text.startswith("Back after") and "The collector was started anew" in text


def test_a_killed_collector_is_said_and_its_return_brings_the_page_back(page: Tab, machine: WatchedMachine) -> None:
    switch_to(page, "Connections")
    wait_for(lambda: len(look(page, GRID)) >= 3, seconds=PAGE_SECONDS, what="rows")
    before = look(page, "(root, store) => [store.hello.instance_id, store.totals.received]")
    look(page, LISTEN)
    machine.collector.kill()
    page.sees("The collector is gone")
    expect(page.page.get_by_role("button", name="Status: Collector unavailable")).to_be_visible()
    expect(page.page.get_by_role("region", name="State").get_by_role("code")).to_contain_text("netmon-collector")
    expect(page.page.locator(".nm-main")).to_have_class("nm-main nm-old")
    assert len(look(page, GRID)) >= 3, "the last data stay"
    with collector(machine.stage, "--interval", str(TICK_SECONDS)):
        wait_for(
            lambda: any(is_return(text) for text in look(page, SAID)),
            seconds=PAGE_SECONDS,
            what="it says that it is back",
        )
        expect(page.page.get_by_role("button", name="Status: Live")).to_be_visible()
        at_each_refresh(page, 2, "() => 0")
        after = look(page, "(root, store) => [store.hello.instance_id, store.totals.received]")
        assert after[0] != before[0]
        assert "restart" in look(page, "(root, store) => store.marks.map((mark) => mark.kind)")
        wait_for(lambda: len(look(page, GRID)) >= 3, seconds=PAGE_SECONDS, what="rows of the new instance")
        expect(page.page.locator(".nm-main")).to_have_class("nm-main")
