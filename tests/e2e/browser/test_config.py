"""The Config page over a real recorder: upkeep, alerts, units and theme, each as a reader uses it."""

import re
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import BucketSize
from netmon_client.history_client import HistoryClient, connect_history
from tests.e2e.browser.past_place import Place, place_with_history
from tests.support.browser import Tab, open_tab
from tests.support.history_month import write_year

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

GROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder: Path = tmp_path_factory.mktemp("config")
    write_year(folder / "history.db", time.time())
    with place_with_history(folder) as made, made.recording():
        yield made


@pytest.fixture
def recorder(place: Place) -> Generator[HistoryClient]:
    with connect_history(f"{place.folder}/recorder.sock") as client:
        yield client


@pytest.fixture
def tab(browser: Browser, place: Place) -> Generator[Tab]:
    with open_tab(browser, place.program.page("config")) as opened:
        expect(opened.page.get_by_role("button", name="Save alert")).to_be_visible()
        yield opened
        assert place.is_clean(opened)


def press(tab: Tab, name: str) -> None:
    tab.page.get_by_role("button", name=name, exact=True).click()


def sees(tab: Tab, text: str) -> None:
    expect(tab.page.get_by_text(re.compile(text)).first).to_be_visible()


def minutes(recorder: HistoryClient) -> int:
    return next(tier.row_count for tier in recorder.status().storage.tiers if tier.bucket is BucketSize.MINUTE)


def test_sums_are_held_against_their_rows_and_caches_are_refreshed(tab: Tab, place: Place) -> None:
    press(tab, "Aggregate now")
    sees(tab, r"^Read [\d,]+ rows in .* all sums were right\.$")
    press(tab, "Refresh caches")
    sees(tab, r"^Removed [\d,]+ keys and [\d,]+ names")
    assert not place.has_tables()


def test_a_cleanup_is_shown_before_it_is_done_and_deletes_what_it_said(tab: Tab, recorder: HistoryClient) -> None:
    before = minutes(recorder)
    press(tab, "Preview")
    sees(tab, r"^Would delete [\d,]+ rows?, oldest \d{4}-\d\d-\d\d, frees ")
    assert minutes(recorder) == before
    button = tab.page.get_by_role("button", name=re.compile(r"^Delete [\d,]+ rows$"))
    count = int(re.sub(r"\D", "", button.inner_text()))
    assert 0 < count < before
    button.click()
    sees(tab, rf"^Deleted {count:,} rows; ")
    expect(button).to_have_count(0)
    assert minutes(recorder) == before - count
    press(tab, "Preview")
    sees(tab, "^Nothing is that old: nothing would be deleted")


def test_an_alert_is_tried_saved_listed_tested_and_deleted(tab: Tab, recorder: HistoryClient) -> None:
    tab.page.get_by_label("Name", exact=True).fill("night copies")
    tab.page.get_by_label("Filter").last.fill("app:firefox")
    tab.page.get_by_label("Over", exact=True).fill("1MB")
    tab.page.get_by_label("Within", exact=True).fill("1h")
    tab.page.get_by_role("button", name="Test over 7 days").last.click()
    sees(tab, r"^Would have fired (once|[\d,]+ times) from ")
    assert recorder.alerts().alerts == ()
    press(tab, "Save alert")
    sees(tab, "app:firefox: total over 1.00 MB within 1h00")
    [state] = recorder.alerts().alerts
    assert (state.rule.name, state.rule.bound, state.rule.window_seconds) == ("night copies", 1_000_000, 3600.0)
    tab.page.get_by_role("button", name="Test over 7 days").first.click()
    sees(tab, r"^Would have fired (once|[\d,]+ times) from ")
    press(tab, "Delete this alert")
    sees(tab, "^There are no alerts")
    assert recorder.alerts().alerts == ()


def test_what_is_no_alert_is_said_beside_the_form_and_not_saved(tab: Tab, recorder: HistoryClient) -> None:
    tab.page.get_by_label("Name", exact=True).fill("x")
    tab.page.get_by_label("Filter").last.fill("pid:1")
    press(tab, "Save alert")
    sees(tab, "^Filter: history does not hold")
    assert recorder.alerts().alerts == ()


def test_sizes_are_in_the_units_that_were_chosen_here_or_on_another_page(tab: Tab, place: Place) -> None:
    size = tab.page.get_by_role("region", name="Recorder").get_by_role("definition").filter(has_text="free on its disk")
    expect(size).to_contain_text(re.compile(r"^[\d.]+ [kM]B;"))
    tab.page.get_by_role("combobox", name="Units").select_option("iec")
    expect(size).to_contain_text(re.compile(r"^[\d.]+ [KM]iB;"))
    tab.page.goto(place.program.page("config"))
    expect(size).to_contain_text(re.compile(r"^[\d.]+ [KM]iB;"))


def test_a_theme_holds_on_every_page_however_it_is_opened(tab: Tab, place: Place) -> None:
    assert tab.page.evaluate(GROUND) == "rgb(255, 255, 255)"
    tab.page.get_by_role("combobox", name="Theme").select_option("Dark")
    tab.wait(f"() => document.querySelector('[data-testid=stApp]') && {GROUND} === 'rgb(15, 20, 28)'")
    for name in ("history", "overview"):
        tab.page.goto(place.program.page(name))
        tab.wait(f"() => document.querySelector('[data-testid=stApp]') && {GROUND} === 'rgb(15, 20, 28)'")
    tab.page.goto(place.program.page("config"))
    expect(tab.page.get_by_role("combobox", name="Theme")).to_have_value("Dark")
