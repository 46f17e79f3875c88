"""Round trips, payload and the ledger stand on the page as the collector tells them."""

from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import InterfaceLedger
from netmon_client.coverage import account_lines
from netmon_client.units import format_bytes
from tests.e2e.browser.conftest import TICK_SECONDS
from tests.support.accessibility import serious_violations
from tests.support.browser import NARROW, PAGE_SECONDS, Tab, open_tab
from tests.support.shown_page import GRID, at_each_refresh, look, scrolls_sideways, shows_data, switch_to
from tests.support.snapshot_reader import reading
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine, watched_machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TICKS = 6
COUNTS = """(root, store) => [store.dataTime, [...store.rows.values()].filter((one) => one.end === null).map(
  (one) => [one.id, one.rttMilliseconds, one.retransmits])]"""
ACCOUNT = """(root) => [...root.querySelectorAll(".nm-account")].map((one) => ({
  name: one.querySelector("strong").textContent,
  lines: [...one.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)) }))"""


@pytest.fixture(scope="module", autouse=True)
def talk(machine: WatchedMachine) -> None:
    """Connections whose figures change with every tick."""
    near, port = machine.stage.near.namespace, machine.far_server.port
    flags = ("--connections", 5, "--per-second", 23, "--size", 1_900)
    machine.programs.start(near, "tcp-chat", machine.stage.far.ipv4, port, *flags).wait()


def test_round_trips_are_the_collectors_and_cost_no_whole_rows(tab: Tab, machine: WatchedMachine) -> None:
    switch_to(tab, "Connections")
    with machine.collector.client() as client, reading(client) as second:
        wait_for(second.newest, seconds=PAGE_SECONDS, what="a snapshot")
        begun = look(tab, "(root, store) => store.sequence")
        shown: list[Any] = at_each_refresh(tab, TICKS, COUNTS)
        snapshots = {time: second.of(time) for time, _ in shown}
    compared = 0
    for time, rows in shown:
        snapshot = snapshots[time]
        if snapshot is None:
            continue
        told = {row.id: row for row in snapshot.connections if row.end_time is None}
        for key, milliseconds, retransmits in rows:
            seconds = told[key].round_trip_seconds
            if seconds is not None:
                assert milliseconds == pytest.approx(seconds * 1_000, rel=0.005, abs=0.0005)
                compared += 1
            assert retransmits == told[key].retransmitted_packets
    assert compared >= TICKS

    def ticks() -> list[dict[str, Any]]:
        tab.newest("tick")
        return [one for one in tab.frames if one["type"] == "tick" and one["sequence"] > begun]

    # A busy machine asks the kernel for round trips more seldom.
    wait_for(
        lambda: any("i" in one["r"] for one in ticks()), seconds=PAGE_SECONDS, what="round trips come by themselves"
    )
    assert sum(len(one["r"].get("rows", [])) for one in ticks()) == 0


def test_the_column_is_chosen_and_sorted_by(tab: Tab) -> None:
    switch_to(tab, "Connections")
    assert all("rtt" not in row for row in look(tab, GRID))
    tab.page.get_by_role("button", name="Columns").click()
    tab.page.locator("[data-key=rtt] input").check()
    tab.page.keyboard.press("Escape")
    tab.page.locator("[role=columnheader][data-key=rtt]").click()
    expect(tab.page.locator("[role=columnheader][data-key=rtt]")).to_have_attribute("aria-sort", "descending")
    tab.page.mouse.move(5, 5)
    rows = look(tab, GRID)
    assert all(row["rtt"].endswith(" ms") for row in rows if row["state"] == "ESTABLISHED")
    tab.page.locator("[role=columnheader][data-key=rtt]").click()
    tab.page.locator("[role=columnheader][data-key=rtt]").click()


def test_details_tell_payload_beside_captured_bytes(browser: Browser, machine: WatchedMachine) -> None:
    [flow] = machine.call(connections=1, upload=23_456, download=1_234_567).wait().flows
    query = f"q=lport%3A{flow.local.rpartition(':')[2]}"
    with open_tab(browser, machine.dashboard.page("connections", query)) as tab:
        shows_data(tab)
        tab.page.locator(".nm-row:visible").first.click()
        details = tab.page.get_by_role("region", name="Details:")
        expect(details).to_contain_text(f"Payload received{format_bytes(flow.received)} ({flow.received:,} B)")
        expect(details).to_contain_text(f"Payload sent{format_bytes(flow.sent)} ({flow.sent:,} B)")
        expect(details).to_contain_text("Traffic (captured IP bytes)")


def test_the_ledger_adds_up_and_reads_on_a_screen_of_a_hands_width(browser: Browser, machine: WatchedMachine) -> None:
    with open_tab(browser, machine.dashboard.link, size=NARROW, theme="dark") as tab:
        shows_data(tab)
        tab.page.get_by_role("button", name="Status:").click()
        panel = tab.page.get_by_role("dialog", name="State of the collector")
        expect(panel).to_contain_text("of what could have an owner has one")
        expect(panel).to_contain_text("of the captured bytes have an owner")
        tab.page.evaluate("0")
        account = wait_for(lambda: newest_account(tab), seconds=PAGE_SECONDS, what="an answer with the ledger")
        for interface in account["interfaces"]:
            system, *parts = interface["lines"]
            assert system["bytes"] == sum(part["bytes"] or 0 for part in parts)
            assert system["packets"] == sum(part["packets"] or 0 for part in parts)
        near = machine.stage.near.interface
        table = panel.get_by_role("table", name=f"Ledger of {near}")
        if not table.is_visible():
            panel.get_by_text(near, exact=True).first.click()
        right: list[float] = table.evaluate(
            "(one) => [...one.querySelectorAll('th, td')].map((cell) => cell.getBoundingClientRect().right)"
        )
        assert max(right) <= NARROW[0]
        assert not scrolls_sideways(tab)
        assert serious_violations(tab) == []
        labels = [line[0] for one in look(tab, ACCOUNT) if one["name"] == near for line in one["lines"]]
        assert labels == [label_of(line.kind, line.label) for line in account_lines(ledger_of(machine, near).total)]


def newest_account(tab: Tab) -> dict[str, Any] | None:
    answer = tab.newest("answer")
    return None if answer is None else answer["data"].get("account")


def ledger_of(machine: WatchedMachine, name: str) -> InterfaceLedger:
    with machine.collector.client() as client:
        return next(one for one in client.ledger() if one.name == name)


def label_of(kind: str, label: str) -> str:
    return f"No owner: {label}" if kind == "unowned" else label[:1].upper() + label[1:]


@pytest.fixture(scope="module")
def blind() -> Generator[WatchedMachine]:
    """A machine of which no packets are captured."""
    with watched_machine("--no-capture", "--interval", str(TICK_SECONDS)) as built:
        yield built


def test_without_packets_payload_stands_in_place_of_bytes(browser: Browser, blind: WatchedMachine) -> None:
    flows = blind.call(connections=2, upload=23_456, download=1_234_567).wait().flows
    with open_tab(browser, blind.dashboard.page("connections", f"q=pid%3A{flows[0].pid}")) as tab:
        shows_data(tab)
        expected = {flow.local: (format_bytes(flow.received), format_bytes(flow.sent)) for flow in flows}

        def shown() -> dict[str, tuple[str, str]]:
            rows = look(tab, GRID)
            return {row["local"]: (row["received_payload"], row["sent_payload"]) for row in rows}

        wait_for(lambda: shown() == expected, seconds=PAGE_SECONDS, what="payload of both connections")
        assert "received" not in look(tab, GRID)[0]
        assert tab.text(".nm-now-down .nm-now-figure") == "\u2013"
        assert tab.text(".nm-sums").startswith(f"Payload ↓ {format_bytes(2 * 1_234_567)}")
        expect(tab.page.get_by_role("region", name="Limits")).to_contain_text("Packets are not captured")
        tab.page.locator(".nm-row:visible").first.click()
        details = tab.page.get_by_role("region", name="Details:")
        expect(details).to_contain_text("Payload received")
        expect(details).not_to_contain_text("captured IP bytes")
        switch_to(tab, "Overview")
        expect(tab.page.get_by_role("region", name="Download")).to_contain_text("packets are not captured")
        assert tab.errors == []
