"""Finding connections: what is typed, pressed, linked to and copied."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from netmon.model import Endpoint
from tests.support.browser import PAGE_SECONDS, Tab
from tests.support.shown_page import GRID, look, shows_data, switch_to
from tests.support.traffic import Workload
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

Rows = list[dict[str, Any]]
UDP_PORT = "5353"


@pytest.fixture(scope="module")
def calls(machine: WatchedMachine) -> list[Workload]:
    """Two programs with TCP connections, of which no two moved the same, one with UDP, one that only listens."""
    near, far = machine.stage.near, machine.stage.far
    first = machine.call(connections=3, upload=1_000).wait()
    second = machine.call(connections=1, download=90_000).wait()
    echo = machine.programs.serve(far.namespace, "udp-server", far.ipv4)
    flags = ("--remote", far.ipv4, "--datagrams", 4)
    datagrams = machine.programs.start(near.namespace, "udp-client", near.ipv4, echo.port, *flags).wait()
    idle = machine.programs.serve(near.namespace, "idle", near.ipv4)
    return [first, second, datagrams, idle]


@pytest.fixture
def page(tab: Tab, calls: list[Workload]) -> Tab:
    """The page of connections with nothing in its search field, and all rows there."""
    if urlsplit(tab.page.url).path != "/connections":
        switch_to(tab, "Connections")
    tab.page.get_by_role("searchbox").fill("")
    shown_once(tab, lambda rows: len([row for row in rows if row["pid"]]) >= 7, "a row of each socket")
    return tab


def shown_once(tab: Tab, is_it: Callable[[Rows], bool], what: str) -> Rows:
    """Wait until the table shows this, and give its rows."""

    def rows() -> tuple[Rows] | None:
        found: Rows = look(tab, GRID)
        return (found,) if is_it(found) else None

    return wait_for(rows, seconds=PAGE_SECONDS, what=what)[0]


def field_of(tab: Tab) -> Locator:
    return tab.page.get_by_role("searchbox", name="Filter connections")


def test_a_typed_query_leaves_the_rows_that_match(page: Tab, calls: list[Workload]) -> None:
    field_of(page).press_sequentially(f"pid:{calls[0].pid} !state:listen")
    rows = shown_once(page, lambda rows: len(rows) == 3, "three rows")
    assert {row["local"] for row in rows} == {flow.local for flow in calls[0].flows}
    expect(page.page.locator(".nm-count")).to_contain_text("3 of ")
    assert parse_qs(urlsplit(page.page.url).query)["q"] == [f"pid:{calls[0].pid} !state:listen"]


def test_the_slash_leads_to_the_field_and_escape_empties_it(page: Tab) -> None:
    page.page.locator("h1").click()
    page.page.keyboard.press("/")
    expect(field_of(page)).to_be_focused()
    page.page.keyboard.type("nobody-has-this")
    shown_once(page, lambda rows: rows == [], "no row")
    page.page.keyboard.press("Escape")
    expect(field_of(page)).to_have_value("")
    assert shown_once(page, lambda rows: len(rows) > 5, "all rows")


def test_chips_write_the_query_and_take_it_back(page: Tab, calls: list[Workload]) -> None:
    udp = page.page.get_by_role("button", name="UDP", exact=True)
    udp.click()
    expect(udp).to_have_attribute("aria-pressed", "true")
    expect(field_of(page)).to_have_value("proto:udp")
    rows = shown_once(page, lambda rows: bool(rows) and {row["proto"] for row in rows} == {"UDP"}, "UDP alone")
    assert str(calls[2].pid) in {row["pid"] for row in rows}
    udp.click()
    expect(field_of(page)).to_have_value("")
    page.page.get_by_role("button", name="Hide LISTEN").click()
    expect(field_of(page)).to_have_value("!is:listen")
    rows = shown_once(page, lambda rows: bool(rows) and "LISTEN" not in {row["state"] for row in rows}, "no listeners")
    assert {row["proto"] for row in rows} >= {"TCP", "UDP"}


def test_a_mistake_is_pointed_at_and_the_last_result_stays(page: Tab, calls: list[Workload]) -> None:
    field_of(page).fill(f"pid:{calls[1].pid}")
    before = shown_once(page, lambda rows: len(rows) == 1, "one row")
    field_of(page).fill(f"pdi:{calls[1].pid}")
    note = page.page.locator(".nm-search-note")
    expect(note).to_contain_text('unknown field "pdi" at 1: did you mean')
    expect(field_of(page)).to_have_attribute("aria-invalid", "true")
    assert [row["local"] for row in look(page, GRID)] == [row["local"] for row in before]
    note.get_by_role("button", name="pid?").click()
    expect(field_of(page)).to_have_value(f"pid:{calls[1].pid}")
    expect(note).to_be_hidden()


def test_where_nothing_matches_the_nearest_name_is_offered(page: Tab) -> None:
    field_of(page).fill("workloadz.py")
    empty = page.page.locator(".nm-empty")
    expect(empty).to_contain_text("Nothing matches this filter")
    empty.get_by_role("button", name="Did you mean").click()
    rows = shown_once(page, bool, "rows of the name that was meant")
    assert all("workloads.py" in row["app"] for row in rows)


def test_a_heading_sorts_and_the_address_says_so(page: Tab, calls: list[Workload]) -> None:
    field_of(page).fill("state:established")
    heading = page.page.get_by_role("columnheader", name="Sent in all")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    rows = shown_once(page, lambda rows: len(rows) == 4, "four rows")
    assert rows[-1]["local"] == calls[1].flows[0].local, "it sent the least"
    assert "sort=-sent" in page.page.url
    heading.get_by_role("button").click()
    shown_once(page, lambda rows: rows[0]["local"] == calls[1].flows[0].local, "the least first")


def test_a_deep_link_brings_its_filter_and_its_order(page: Tab, machine: WatchedMachine, calls: list[Workload]) -> None:
    page.page.goto(machine.dashboard.page("connections", "q=state%3Aestablished&sort=-received"))
    shows_data(page)
    expect(field_of(page)).to_have_value("state:established")
    expect(page.page.get_by_role("columnheader", name="Received in all")).to_have_attribute("aria-sort", "descending")
    rows = shown_once(page, lambda rows: len(rows) == 4, "four rows")
    assert rows[0]["local"] == calls[1].flows[0].local, "it received the most"
    assert urlsplit(page.page.url).query == "q=state%3Aestablished&sort=-received"


def test_a_link_of_another_page_brings_its_filter_without_a_load(page: Tab, calls: list[Workload]) -> None:
    page.page.evaluate("window.netmonKept = true")
    switch_to(page, "Applications")
    page.page.get_by_role("row", name="workloads.py").first.click()
    page.page.get_by_role("link", name=str(calls[0].pid), exact=True).click()
    expect(field_of(page)).to_have_value(f"pid:{calls[0].pid}")
    assert len(shown_once(page, lambda rows: len(rows) == 3, "three rows")) == 3
    assert page.page.evaluate("window.netmonKept")


@pytest.mark.parametrize(
    "query", ["", "state:established", "proto:udp", "!is:listen port:{port}", "app:*workloads* received:>10k"]
)
def test_copy_as_cli_gives_the_same_rows_in_a_shell(
    page: Tab, machine: WatchedMachine, query: str, calls: list[Workload]
) -> None:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.page.evaluate("navigator.clipboard.writeText('')")
    field_of(page).fill(query.format(port=machine.far_server.port))
    field_of(page).press("Enter")
    rows = shown_once(page, bool, "rows")
    page.page.get_by_role("button", name="Copy as CLI").click()
    command = wait_for(
        lambda: page.page.evaluate("navigator.clipboard.readText()"), seconds=PAGE_SECONDS, what="it is copied"
    )
    page.sees(f"Copied: {command}")
    assert sorted(ends_of_cli(command)) == sorted((row["local"], row["remote"]) for row in rows)


def ends_of_cli(command: str) -> list[tuple[str, ...]]:
    """Run a command as it stands in a shell, and give local and remote end of each row."""
    path = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", f'PATH="{path}:$PATH"; {command} -o json'],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    rows = json.loads(done.stdout)["connections"]
    return [tuple(str(Endpoint(**row[end])) if row[end] else "" for end in ("local", "remote")) for row in rows]
