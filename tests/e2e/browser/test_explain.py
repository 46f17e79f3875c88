"""From a row's details one learns what was tried for its owner, what would help, and how to type that."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Locator, expect

from netmon.model import Connection, Explanation
from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, Tab, open_tab
from tests.support.collector_process import collector
from tests.support.shown_page import scrolls_sideways, shows_data
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine, watched_machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

OFTEN = re.compile(r"\(\d+ times, last at \d\d:\d\d:\d\d\)$")
LOOKED_FOR = "How the owner was looked for"
PSUTIL = ("--owners", "psutil")


@pytest.fixture(scope="module")
def machine() -> Generator[WatchedMachine]:
    """One that looks for owners by lists alone, so that what is over soon has none."""
    with watched_machine(*PSUTIL) as built:
        yield built


@pytest.fixture
def lost(machine: WatchedMachine) -> Connection:
    """A connection that was over before anybody looked: a new one a test, the page shows it for a minute."""
    return wait_for(lambda: find_lost(machine), seconds=60, what="a connection that nobody could name")


def find_lost(machine: WatchedMachine) -> Connection | None:
    machine.call(connections=1, upload=100, download=100).finish()
    with machine.collector.client() as client:
        rows = list(client.connections(closed_within_seconds=60))
        lost = [row for row in rows if row.end_time is not None and not row.is_owned and row.remote is not None]
        return next((row for row in reversed(lost) if is_told_whole(client.explain(row.id))), None)


def is_told_whole(explanation: Explanation) -> bool:
    """Whether it has been looked for more than once, and there is something to type."""
    return any(attempt.count > 1 for attempt in explanation.attempts) and any(
        advice.command for advice in explanation.advice
    )


def explanation_of(machine: WatchedMachine, row: Connection) -> Explanation:
    with machine.collector.client() as client:
        return client.explain(row.id)


def open_details(tab: Tab) -> Locator:
    """Open the details of the one row with the keyboard alone; give the button that explains."""
    shows_data(tab)
    line = tab.page.locator(".nm-row:visible")
    expect(line).to_have_count(1)
    line.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("region", name="Details:")).to_be_visible()
    return tab.page.get_by_role("button", name="Explain")


def page_of(machine: WatchedMachine, row: Connection) -> str:
    port = row.local.port if row.local else 0
    return machine.dashboard.page("connections", f"q=lport%3A{port}&closed=1")


def test_it_is_told_what_was_tried_when_and_what_would_help(
    browser: Browser, machine: WatchedMachine, lost: Connection
) -> None:
    with open_tab(browser, page_of(machine, lost)) as tab:
        button = open_details(tab)
        button.focus()
        tab.page.keyboard.press("Enter")
        told = tab.page.get_by_role("region", name=LOOKED_FOR)
        expect(told.locator(".nm-explain-facts")).to_contain_text("none: gone before it could be looked up")
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "true")
        explanation = explanation_of(machine, lost)
        attempts = told.locator(".nm-attempt")
        expect(attempts).to_have_count(len(explanation.attempts))
        for place, attempt in enumerate(sorted(explanation.attempts, key=lambda each: each.first_time)):
            expect(attempts.nth(place).locator(".nm-attempt-way")).to_have_text(attempt.way)
            expect(attempts.nth(place)).to_contain_text(attempt.text)
        assert any(OFTEN.search(text) for text in attempts.all_inner_texts())
        expect(told.locator(".nm-advice bdi")).to_have_text([advice.text for advice in explanation.advice])
        commands = [advice.command for advice in explanation.advice if advice.command]
        expect(told.get_by_role("code")).to_have_text(commands)
        assert serious_violations(tab) == []
        button.click()
        expect(told).to_be_hidden()
        assert tab.errors == []


def test_the_command_is_copied_as_it_stands(browser: Browser, machine: WatchedMachine, lost: Connection) -> None:
    with open_tab(browser, page_of(machine, lost)) as tab:
        tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        open_details(tab).click()
        told = tab.page.get_by_role("region", name=LOOKED_FOR)
        told.get_by_role("button", name="Copy", exact=True).first.click()
        expect(told.get_by_role("button", name="Copied")).to_be_visible()
        copied = tab.page.evaluate("navigator.clipboard.readText()")
        assert copied in {advice.command for advice in explanation_of(machine, lost).advice}
        told.get_by_role("button", name="Copy as CLI").click()
        tab.sees("Copied")
        assert tab.page.evaluate("navigator.clipboard.readText()") == (
            f"netmon-cli --socket {machine.stage.socket} explain {lost.id}"
        )


def test_it_reads_on_a_screen_of_a_hands_width(browser: Browser, machine: WatchedMachine, lost: Connection) -> None:
    with open_tab(browser, page_of(machine, lost), size=NARROW, theme="dark") as tab:
        open_details(tab).click()
        told = tab.page.get_by_role("region", name=LOOKED_FOR)
        expect(told.locator(".nm-advice li").first).to_be_visible()
        wide: list[float] = told.evaluate(
            "(one) => [...one.querySelectorAll('*')].map((part) => part.getBoundingClientRect().right)"
        )
        assert max(wide) <= NARROW[0]
        assert not scrolls_sideways(tab)
        assert serious_violations(tab) == []


def test_what_another_run_of_the_collector_saw_is_forgotten(
    browser: Browser, machine: WatchedMachine, lost: Connection
) -> None:
    with open_tab(browser, page_of(machine, lost)) as tab:
        button = open_details(tab)
        machine.collector.terminate()
        with collector(machine.stage, *PSUTIL):
            tab.sees("The collector was started anew")
            button.click()
            told = tab.page.get_by_role("region", name=LOOKED_FOR)
            expect(told).to_contain_text("The connection ended and was forgotten meanwhile.")
            expect(told.locator(".nm-attempt")).to_have_count(0)
