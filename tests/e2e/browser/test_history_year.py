"""The History page over a year: months, days, hours, what was before; and the loss of the recorder."""

import re
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser.past_place import Place, chart, place_with_history
from tests.support.browser import open_tab
from tests.support.history_month import write_year

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

YEAR = "range=12mo&by=month&group=app"
COLUMN = ".nm-hi-column"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder: Path = tmp_path_factory.mktemp("year")
    write_year(folder / "history.db", time.time())
    with place_with_history(folder) as made:
        yield made


def test_a_year_opens_to_a_month_a_day_and_an_hour_and_back(browser: Browser, place: Place) -> None:
    with place.recording(), open_tab(browser, place.program.page("history", YEAR)) as tab:
        columns = tab.page.locator(COLUMN)
        expect(columns).to_have_count(12)
        columns.nth(6).click()
        expect(tab.page).to_have_url(re.compile("by=day"))
        expect(columns.nth(27)).to_be_attached()
        assert 28 <= columns.count() <= 31
        columns.nth(10).click()
        expect(columns).to_have_count(24)
        # What was recorded: one minute in six hours.
        tab.page.locator(f"{COLUMN}[aria-label*=kB], {COLUMN}[aria-label*=MB]").first.click()
        expect(columns).to_have_count(60)
        assert "by=minute" in tab.page.url
        tab.page.go_back()
        expect(columns).to_have_count(24)
        assert place.is_clean(tab)


def test_a_period_stands_beside_the_one_before(browser: Browser, place: Place) -> None:
    with place.recording(), open_tab(browser, place.program.page("history", "range=30d&by=day&group=domain")) as tab:
        expect(tab.page.locator(COLUMN)).to_have_count(30)
        assert tab.page.locator(".nm-hi-before line").count() == 0
        tab.page.get_by_text("Compare with the period before").click()
        expect(tab.page.get_by_text("dashed: the period before")).to_be_visible()
        assert tab.page.locator(".nm-hi-before line").count() >= 25
        expect(tab.page.locator(".nm-hi-table thead")).to_contain_text("Change")
        tab.page.locator(COLUMN).nth(12).hover()
        expect(tab.page.locator(".nm-hi-tip")).to_contain_text("before:")
        assert "compare=previous" in tab.page.url
        assert place.is_clean(tab)
        assert not place.has_tables()


def test_a_recorder_that_is_killed_is_missed_and_found_again(browser: Browser, place: Place) -> None:
    with open_tab(browser, "") as tab:
        with place.recording() as recorder:
            tab.page.goto(place.program.page("history", YEAR))
            expect(chart(tab)).to_be_visible()
            recorder.kill()
            tab.page.get_by_text("30 d by day").click()
            expect(tab.page.get_by_role("heading", name="No recorder answers")).to_be_visible()
            recorder.start()
            tab.page.get_by_role("button", name="Try again").click()
            expect(tab.page.locator(COLUMN)).to_have_count(30)
        assert place.is_clean(tab)
