"""History and Config in a browser: a real recorder over a real file, no collector anywhere."""

import csv
import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, WIDE, Tab, open_tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.history_month import write_month
from tests.support.recorder_process import recorder

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NO_COLLECTOR = "/nonexistent/collector.sock"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
MONTH = "range=30d&by=day&group=app"


class Place:
    """A folder with a file of history, where the recorder serves, and a dashboard of it."""

    def __init__(self, folder: Path, program: DashboardProcess) -> None:
        self.folder = folder
        self.program = program


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder = tmp_path_factory.mktemp("history")
    write_month(folder / "history.db", time.time(), days=12)
    flags = ("--port", "0", "--recorder-socket", f"{folder}/recorder.sock")
    with dashboard(f"{folder}/none.sock", folder / "dashboard.log", *flags) as program:
        yield Place(folder, program)


@pytest.fixture
def recording(place: Place) -> Generator[None]:
    with recorder(place.folder, NO_COLLECTOR, "--time-zone", "UTC"):
        yield


def chart(tab: Tab) -> Locator:
    return tab.page.locator(".nm-hi-svg")


def is_clean(tab: Tab, place: Place) -> bool:
    return tab.errors == [] and tab.strays(place.program.origin) == []


@pytest.mark.usefixtures("recording")
def test_a_month_has_bars_hatches_and_sums_and_opens_to_a_day_and_an_application(
    browser: Browser, place: Place
) -> None:
    with open_tab(browser, place.program.page("history", MONTH)) as tab:
        expect(chart(tab)).to_be_visible()
        expect(tab.page.locator(".nm-hi-column")).to_have_count(30)
        assert tab.page.locator(".nm-hi-hatch").count() >= 1
        expect(tab.page.get_by_text("hatched: nothing was recorded")).to_be_visible()
        assert tab.page.locator(".nm-hi-bars .nm-hi-running").count() >= 1
        expect(tab.page.locator(".nm-hi-table tfoot th")).to_have_text("All")
        tab.page.locator(".nm-hi-column").nth(25).hover()
        expect(tab.page.locator(".nm-hi-tip")).to_contain_text("↓")
        tab.page.locator(".nm-hi-column").nth(25).click()
        expect(tab.page.locator(".nm-hi-column")).to_have_count(24)
        assert "range=custom" in tab.page.url
        assert "by=hour" in tab.page.url
        tab.page.locator(".nm-hi-open").first.click()
        expect(tab.page.locator(".nm-hi-table thead th").first).to_have_text("Domain")
        assert re.search(r"q=app(%3A|:)", tab.page.url)
        assert is_clean(tab, place)


@pytest.mark.usefixtures("recording")
def test_a_bar_keeps_the_focus_through_what_draws_it_anew_and_space_opens_it(browser: Browser, place: Place) -> None:
    with open_tab(browser, place.program.page("history", MONTH)) as tab:
        column = tab.page.locator(".nm-hi-column").nth(25)
        column.focus()
        tab.page.keyboard.press("ArrowLeft")
        column = tab.page.locator(".nm-hi-column").nth(24)
        expect(column).to_be_focused()
        drawn = column.element_handle()
        tab.page.keyboard.press("u")
        tab.page.wait_for_function("column => !column.isConnected", arg=drawn)
        expect(column).to_be_focused()
        expect(tab.page.locator(".nm-hi-tip")).to_be_visible()
        scrolled = tab.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
        tab.page.keyboard.press("Space")
        expect(tab.page.locator(".nm-hi-column")).to_have_count(24)
        expect(tab.page.locator(".nm-hi-column:focus")).to_have_count(1)
        assert tab.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
        assert is_clean(tab, place)


def test_a_recorder_that_is_absent_is_named_and_found_when_it_is_there(browser: Browser, place: Place) -> None:
    with open_tab(browser, place.program.page("history")) as tab:
        expect(tab.page.get_by_role("heading", name="No recorder answers")).to_be_visible()
        expect(tab.page.locator("code").first).to_contain_text("netmon-recorder")
        with recorder(place.folder, NO_COLLECTOR, "--time-zone", "UTC"):
            tab.page.get_by_role("button", name="Try again").click()
            expect(chart(tab)).to_be_visible()
        assert is_clean(tab, place)


def test_an_empty_history_says_so(browser: Browser, tmp_path: Path) -> None:
    socket = f"{tmp_path}/recorder.sock"
    flags = ("--port", "0", "--recorder-socket", socket)
    with (
        recorder(tmp_path, NO_COLLECTOR),
        dashboard(f"{tmp_path}/none.sock", tmp_path / "log", *flags) as program,
        open_tab(browser, program.page("history")) as tab,
    ):
        expect(tab.page.get_by_text(re.compile("Nothing is recorded yet|No traffic in this range"))).to_be_visible()
        assert tab.errors == []


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_pages_are_readable_wide_and_narrow(
    browser: Browser, place: Place, theme: Literal["light", "dark"]
) -> None:
    for size in (WIDE, NARROW):
        with open_tab(browser, place.program.page("history", MONTH), size=size, theme=theme) as tab:
            expect(chart(tab)).to_be_visible()
            assert not tab.page.evaluate(WIDER)
            assert serious_violations(tab) == []
        with open_tab(browser, place.program.page("config"), size=size, theme=theme) as tab:
            expect(tab.page.get_by_role("button", name="Save alert")).to_be_visible()
            expect(tab.page.locator(".nm-config-link")).to_be_visible()
            assert not tab.page.evaluate(WIDER)
            assert serious_violations(tab) == []


@pytest.mark.usefixtures("recording")
def test_an_export_comes_as_a_file_and_its_rows_are_counted(browser: Browser, place: Place, tmp_path: Path) -> None:
    with open_tab(browser, place.program.page("config")) as tab:
        link = tab.page.locator(".nm-config-link")
        expect(link).to_be_visible()
        with tab.page.expect_download() as download:
            link.click()
        file = tmp_path / "export.csv"
        download.value.save_as(file)
        with file.open(newline="") as text:
            rows = list(csv.DictReader(text))
        assert rows
        expect(tab.page.locator(".nm-config-export")).to_contain_text(f"{len(rows):,} rows exported")
        assert is_clean(tab, place)
