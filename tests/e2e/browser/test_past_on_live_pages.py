"""What the recorder adds to live pages: today's sums and older lanes. Without it they are as they were."""

import re
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import HistoryGap, HistoryGapKind, Snapshot, UsageKey, UsageRow, UsageSums
from netmon_client import connect
from netmon_client.units import format_bytes
from netmon_dashboard.history.past_figures import today_question
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.e2e.browser.past_place import Place, place_with_history
from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, PAGE_SECONDS, WIDE, Tab, open_tab
from tests.support.busy_process import busy_collector
from tests.support.shown_page import at_each_refresh, look, scrolls_sideways, shows_data, switch_to
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HEADINGS = "(root) => [...root.querySelectorAll('[role=columnheader] .nm-heading-name')].map((one) => one.textContent)"
TODAY = """(root, store) => {
  const place = [...root.querySelectorAll("[role=columnheader]")].findIndex((one) => one.dataset.key === "today");
  const ids = new Map([...store.apps.values()].map((app) => [app.name, app.id]));
  const rows = [...root.querySelectorAll(".nm-tree-app:not([hidden])")];
  return rows.map((row) => [ids.get(row.querySelector(".nm-tree-title").textContent), row.children[place].textContent]);
}"""
LANES = """(root) => ({
  past: [...root.querySelectorAll(".nm-tree-domain:not([hidden]) .nm-lane-past")]
    .filter((one) => one.style.display !== "none" && one.querySelector(".nm-spark-down").hasAttribute("d")).length,
  hatched: [...root.querySelectorAll(".nm-tree-domain:not([hidden]) .nm-lane-gap")]
    .filter((one) => one.hasAttribute("d")).length })"""
TICKED = "(root, store) => store.sequence"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder: Path = tmp_path_factory.mktemp("live")
    socket = f"{folder}/collector.sock"
    with busy_collector(socket, "--connections", 60, "--applications", 12, "--tick", "0.5"):
        with connect(socket) as client:
            write_day(folder / "history.db", client.snapshot(), time.time())
        with place_with_history(folder, socket) as made:
            # The recorder hears no collector: what it knows stays what was written.
            yield Place(folder=folder, program=made.program)


def write_day(path: Path, snapshot: Snapshot, now: float) -> None:
    """Keep something of each application and domain, at midnight (UTC) and two hours ago; and a gap."""
    midnight, earlier = now // 86_400 * 86_400, (now - 7_200) // 60 * 60
    parts = [
        UsageKey(application_id=part.application_id, application_name=part.application_name, domain=domain.name)
        for domain in snapshot.domains
        for part in domain.applications
    ]
    rows = [
        UsageRow(minute, key, UsageSums(1_000 * place, 20_000 * place, 9, 1))
        for minute in sorted({midnight, earlier})
        for place, key in enumerate(parts, 1)
    ]
    gap = HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=now - 20_000, until_time=now - 12_000)
    store = open_store(path, now=now)
    store.append(UsageBatch(until_time=now - 60, rows=tuple(rows), gaps=(gap,)))
    store.close()


def goes_on(tab: Tab) -> bool:
    """Whether ticks still come."""
    first, second = at_each_refresh(tab, 2, TICKED)
    return bool(second > first)


def test_without_a_recorder_the_live_pages_are_as_they_were(browser: Browser, place: Place) -> None:
    with open_tab(browser, place.program.page("applications")) as tab:
        shows_data(tab)
        assert "Today" not in look(tab, HEADINGS)
        assert goes_on(tab)
        switch_to(tab, "Domains")
        assert "5 min" in look(tab, HEADINGS)
        assert look(tab, LANES) == {"past": 0, "hatched": 0}
        for name in ("Overview", "Connections", "Domains"):
            switch_to(tab, name)
            assert goes_on(tab)
        assert place.is_clean(tab)


def test_todays_sums_are_the_recorders_and_come_when_it_comes(browser: Browser, place: Place) -> None:
    with open_tab(browser, place.program.page("applications")) as tab:
        shows_data(tab)
        assert "Today" not in look(tab, HEADINGS)
        with place.recording() as recorder:
            expect(tab.page.get_by_role("columnheader", name="Moved since midnight")).to_be_visible()
            with recorder.client() as client:
                answer = client.usage(today_question(time.time()))
            sums = {
                each.key.application_id: each.total.sent_bytes + each.total.received_bytes for each in answer.series
            }

            def are_the_recorders() -> bool:
                """Whether each line has its sum: they are written some lines a frame."""
                shown = dict(look(tab, TODAY))
                return len(shown) >= 8 and shown == {key: format_bytes(sums.get(key, 0)) for key in shown}

            wait_for(are_the_recorders, seconds=PAGE_SECONDS, what="today's sums on the page are the recorder's")
            tab.page.get_by_role("button", name="Moved since midnight").click()
            assert "sort=-today" in tab.page.url
            totals = [sums.get(key, 0) for key, _ in look(tab, TODAY)]
            assert totals != [0] * len(totals)
            recorder.kill()
            assert goes_on(tab)
        assert place.is_clean(tab)


def test_lanes_begin_a_day_before_and_gaps_are_marked(browser: Browser, place: Place) -> None:
    with place.recording(), open_tab(browser, place.program.page("domains")) as tab:
        shows_data(tab)
        expect(tab.page.get_by_role("columnheader", name="The day before")).to_be_visible()
        assert "24 h ┊ 5 min" in look(tab, HEADINGS)

        def are_drawn() -> bool:
            found = look(tab, LANES)
            return found["past"] >= 5 and found["hatched"] >= found["past"]

        wait_for(are_drawn, seconds=PAGE_SECONDS, what="lanes of the day before, and their gaps")
        tab.page.locator(".nm-tree-domain:visible .nm-lane").first.hover()
        title = tab.page.locator(".nm-tree-domain:visible .nm-tree-cell:has(.nm-lane)").first
        expect(title).to_have_attribute("title", re.compile("In the 24 hours before: ↓"))
        assert goes_on(tab)
        assert place.is_clean(tab)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_added_is_readable_wide_and_narrow(browser: Browser, place: Place, theme: str) -> None:
    with place.recording():
        for size in (WIDE, NARROW):
            for name in ("applications", "domains"):
                link = place.program.page(name)
                with open_tab(browser, link, size=size, theme="dark" if theme == "dark" else "light") as tab:
                    shows_data(tab)
                    assert not scrolls_sideways(tab)
                    assert serious_violations(tab) == []
