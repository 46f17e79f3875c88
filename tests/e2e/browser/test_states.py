"""Who may not look, who looks too early, who may not control, and a dashboard that goes away itself."""

import signal
from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import Caller
from netmon.sudo import sudo_command
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status
from tests.support.browser import Tab, open_tab
from tests.support.collector_process import collector
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.shown_page import shows_data
from tests.support.stage import Stage, as_nobody, stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def built() -> Generator[Stage]:
    with stage("nmstate") as made:
        yield made


@pytest.fixture(scope="module")
def fake() -> Generator[FakeCollector]:
    may_not = Caller(uid=1000, may_control=False, reason="neither root nor who started the collector")
    status = replace(a_status(), caller=may_not)
    snapshot = a_snapshot([a_connection(process=a_process())])
    with FakeCollector(snapshots=[snapshot], status=status, heartbeat_seconds=0.2) as serving:
        yield serving


@pytest.fixture(scope="module")
def program(fake: FakeCollector, tmp_path_factory: pytest.TempPathFactory) -> Generator[DashboardProcess]:
    with dashboard(fake.socket, tmp_path_factory.mktemp("dashboard") / "log", "--port", "0") as running:
        yield running


def page_is_kept(tab: Tab) -> bool:
    return tab.page.evaluate("window.netmonKept === true")


def test_before_there_is_a_collector_the_page_says_how_to_start_one_and_then_goes_on(
    browser: Browser, built: Stage
) -> None:
    with (
        dashboard(built.socket, built.directory / "early.log", "--port", "0") as program,
        open_tab(browser, program.link) as tab,
    ):
        tab.page.evaluate("window.netmonKept = true")
        tab.sees("No collector at")
        notice = tab.page.get_by_role("region", name="State")
        expect(notice.get_by_role("code")).to_contain_text(
            f"{sudo_command('netmon-collector')} --socket {built.socket}"
        )
        expect(tab.page.locator(".nm-main")).to_be_hidden()
        with collector(built):
            shows_data(tab)
            expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()
            expect(notice).to_be_hidden()
            assert page_is_kept(tab)
        assert tab.errors == []


def test_who_is_not_in_the_group_sees_their_own_part_and_is_told_so(browser: Browser, built: Stage) -> None:
    with (
        collector(built),
        dashboard(
            built.socket, built.directory / "nobody.log", "--port", "0", prefix=as_nobody([], groups=())
        ) as program,
        open_tab(browser, program.link) as tab,
    ):
        shows_data(tab)
        tab.page.get_by_role("button", name="Status: ").click()
        panel = tab.page.get_by_role("dialog", name="State of the collector")
        expect(panel).to_contain_text("You see your own processes; what other users move is one row")
        expect(panel.get_by_role("button", name="Stop monitoring…")).to_be_disabled()
        assert tab.errors == []


def test_who_may_not_connect_is_told_so(browser: Browser, built: Stage) -> None:
    with collector(built):
        Path(built.socket).chmod(0o600)
        with (
            dashboard(
                built.socket, built.directory / "nobody.log", "--port", "0", prefix=as_nobody([], groups=())
            ) as program,
            open_tab(browser, program.link) as tab,
        ):
            expect(tab.page.get_by_role("button", name="Status: Not permitted")).to_be_visible()
            notice = tab.page.get_by_role("region", name="State")
            expect(notice).to_contain_text(f"No access to {built.socket}")
            # The group is known in the near namespace alone: advice where there is one is a test of the hub's texts.
            expect(notice).to_contain_text("Permission denied. Run this with sudo. This page goes on by itself")
            expect(tab.page.locator(".nm-main")).to_be_hidden()
            assert tab.errors == []


def test_who_may_not_control_sees_why(browser: Browser, fake: FakeCollector, program: DashboardProcess) -> None:
    with open_tab(browser, program.link) as tab:
        shows_data(tab)
        tab.page.get_by_role("button", name="Status: Live").click()
        panel = tab.page.get_by_role("dialog", name="State of the collector")
        expect(panel.get_by_role("button", name="Stop monitoring…")).to_be_disabled()
        expect(panel.get_by_role("button", name="Clear statistics…")).to_be_disabled()
        expect(panel).to_contain_text("You may not stop, start or clear")
        expect(panel).to_contain_text("neither root nor who started the collector")
        tab.page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        assert not {"stop", "clear"} & {call.lower() for call in fake.calls}


def test_a_dashboard_that_hangs_is_said_and_found_again(browser: Browser, program: DashboardProcess) -> None:
    with open_tab(browser, program.link) as tab:
        shows_data(tab)
        tab.page.evaluate("window.netmonKept = true")
        program.send(signal.SIGSTOP)
        tab.sees("The dashboard is gone")
        program.send(signal.SIGCONT)
        expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()
        assert page_is_kept(tab)


def test_a_killed_dashboard_is_said_and_its_next_run_asks_for_the_new_link(
    browser: Browser, fake: FakeCollector, tmp_path: Path
) -> None:
    with open_tab(browser) as tab:
        with dashboard(fake.socket, tmp_path / "first", "--port", "0") as first:
            tab.page.goto(first.link)
            shows_data(tab)
        tab.sees("The dashboard is gone")
        expect(tab.page.get_by_role("button", name="Status: Dashboard gone")).to_be_visible()
        expect(tab.page.get_by_role("region", name="State").get_by_role("code")).to_have_text("netmon-dashboard")
        expect(tab.page.locator(".nm-main")).to_have_class("nm-main nm-old")
        with next_run(fake, first, tmp_path) as second:
            tab.sees("This page's key is no longer valid")
            tab.page.goto(second.link)
            shows_data(tab)
            expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()


def next_run(fake: FakeCollector, first: DashboardProcess, folder: Path) -> AbstractContextManager[DashboardProcess]:
    return dashboard(fake.socket, folder / "second", "--port", str(first.port))
