"""A browser, and a watched machine with a dashboard before it: each once a file, all taken down whatever happens."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import PAGE_SECONDS, Tab, chromium, open_tab
from tests.support.shown_page import refresh_every, shows_data
from tests.support.watched_machine import WatchedMachine, watched_machine

expect.set_options(timeout=PAGE_SECONDS * 1000)

TICK_SECONDS = 0.25
"""Ticks, and the tab's refreshes with them, come oftener than usual: so that 20 of them pass soon."""
EACH_TICK = TICK_SECONDS / 4
"""How often a view must want to be refreshed so that each tick is, a short one too: ticks are merged otherwise."""


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def machine() -> Generator[WatchedMachine]:
    with watched_machine("--interval", str(TICK_SECONDS)) as built:
        yield built


@pytest.fixture(scope="module")
def tab(browser: Browser, machine: WatchedMachine) -> Generator[Tab]:
    """One tab, on the Overview, that is refreshed with each tick."""
    with open_tab(browser, machine.dashboard.link) as opened:
        shows_data(opened)
        refresh_every(opened, EACH_TICK)
        yield opened
        assert opened.errors == []
