"""Names in history that are markup, markdown, commands for a terminal, turned round or endless: they are text."""

import time
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import UsageKey, UsageRow, UsageSums
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.e2e.browser.past_place import Place, chart, place_with_history
from tests.support.browser import NARROW, WIDE, Tab, open_tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MARKUP = "<img src=x onerror=window.__hit=1>"
MARKDOWN = "![x](http://198.51.100.1/x.png) [y](javascript:window.__hit=2) :material/delete: $\\alpha$"
ESCAPES = "red\x1b[31m\x07"
TURNED = "evil\u202egnp.exe"
LONG = "long-" + "a" * 10_000
NAMES = (MARKUP, MARKDOWN, ESCAPES, TURNED, LONG)
UNSEEN = ("\x1b", "\x07", "\u202e")
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
MADE_FROM_NAMES = """() => {
  const roots = [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)];
  const all = roots.flatMap((root) => [...root.querySelectorAll("*")]);
  return all.filter((one) => one.hasAttribute("onerror") || /198\\.51\\.100|javascript:|^x$/.test(
    `${one.getAttribute("src") ?? ""} ${one.getAttribute("href") ?? ""}`)).map((one) => one.outerHTML.slice(0, 200));
}"""
SHOWN = """() => [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.textContent ?? "").join(" ")
  + document.body.innerText"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    now = time.time()
    rows = [
        UsageRow(
            (now - 7_200) // 60 * 60,
            UsageKey(application_id=f"exe:/{name}", application_name=name, domain=name, user=name),
            UsageSums(1_000, 50_000 * place, 5, 1),
        )
        for place, name in enumerate(NAMES, 1)
    ]
    store = open_store(folder / "history.db", now=now)
    store.append(UsageBatch(until_time=now - 60, rows=tuple(rows)))
    store.close()
    with place_with_history(folder) as made, made.recording():
        yield made


def is_harmless(tab: Tab, place: Place) -> None:
    assert tab.page.evaluate("window.__hit === undefined")
    assert tab.page.evaluate(MADE_FROM_NAMES) == []
    assert not tab.page.evaluate(WIDER)
    text = tab.page.evaluate(SHOWN)
    assert [sign for sign in UNSEEN if sign in text] == []
    assert place.is_clean(tab)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_chart_and_its_table_show_them_as_text(browser: Browser, place: Place, size: tuple[int, int]) -> None:
    for group in ("app", "domain"):
        with open_tab(browser, place.program.page("history", f"group={group}"), size=size) as tab:
            expect(chart(tab)).to_be_visible()
            for name in (MARKUP, MARKDOWN):
                expect(tab.page.locator(".nm-hi-table").get_by_text(name, exact=True)).to_be_attached()
            column = tab.page.locator(".nm-hi-column[aria-label*=kB]").first
            column.hover()
            expect(tab.page.locator(".nm-hi-tip")).to_contain_text("↓")
            is_harmless(tab, place)


@pytest.mark.parametrize("name", [MARKUP, TURNED, LONG], ids=["markup", "turned", "long"])
def test_one_can_be_opened_by_its_name(browser: Browser, place: Place, name: str) -> None:
    with open_tab(browser, place.program.page("history", "group=app")) as tab:
        rows = tab.page.locator(".nm-hi-open")
        expect(rows).to_have_count(len(NAMES))
        rows.nth(len(NAMES) - 1 - NAMES.index(name)).click()  # the biggest first
        expect(tab.page.locator(".nm-hi-table thead th").first).to_have_text("Domain")
        expect(rows).to_have_count(1)
        is_harmless(tab, place)


def test_an_alert_may_be_named_so_and_asked_with_such_a_filter(browser: Browser, place: Place) -> None:
    with open_tab(browser, place.program.page("config")) as tab:
        save = tab.page.get_by_role("button", name="Save alert")
        expect(save).to_be_visible()
        tab.page.get_by_label("Name", exact=True).fill(MARKDOWN[:60])
        tab.page.get_by_label("Filter").last.fill(f'app:"{MARKUP}"')
        save.click()
        expect(tab.page.get_by_role("button", name="Delete this alert")).to_be_visible()
        expect(tab.page.get_by_text(MARKUP).first).to_be_visible()
        is_harmless(tab, place)
