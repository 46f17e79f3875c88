"""What stands on the screen is what the collector counted."""

import json
from collections.abc import Generator, Iterable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import Application, Connection, Snapshot, Traffic
from netmon_client.units import format_bytes, format_count
from tests.clients.netmon_dashboard.hub.tab_model import TabModel
from tests.e2e.browser.conftest import EACH_TICK
from tests.support.browser import PAGE_SECONDS, Tab, open_tab
from tests.support.shown_page import (
    GRID,
    TREE,
    at_each_refresh,
    look,
    refresh_every,
    shows_data,
    shows_time,
    switch_to,
    texts_of_rate,
)
from tests.support.snapshot_reader import SnapshotReader, reading
from tests.support.traffic import MovedFlow
from tests.support.waiting import wait_for, wait_until_steady
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TICKS = 8
"""So many are compared at least."""
SHOWN = 2 * TICKS
"""So many are looked at: on a busy machine the second subscriber skips some of them."""
LIVE_ROWS = """(root, store) => ({
  time: store.dataTime, totals: [store.totals.sent, store.totals.received], active: store.active,
  listening: store.listening,
  apps: [...store.apps.values()].map((one) => [one.id, one.name, one.sent, one.received]),
  rows: [...store.rows.values()].filter((one) => one.end === null).map((one) => [one.id, one.sent, one.received]),
})"""
CARDS = """(root, store) => [store.dataTime,
  ...["Download", "Upload", "Active connections"].map(
    (name) => root.querySelector(`[aria-label="${name}"] .nm-ov-figure`).textContent),
  root.querySelector(".nm-now-down .nm-now-figure").textContent,
  root.querySelector(".nm-now-up .nm-now-figure").textContent]"""
HEADING_OF_PAGE = {"overview": "Overview", "connections": "Connections", "applications": "Applications"}


@pytest.fixture(scope="module")
def second(machine: WatchedMachine) -> Generator[SnapshotReader]:
    """Another subscriber of the same collector."""
    with machine.collector.client() as client, reading(client) as reader:
        yield reader


@pytest.fixture(scope="module")
def talk(machine: WatchedMachine) -> None:
    """Connections whose figures change with every tick."""
    near, port = machine.stage.near.namespace, machine.far_server.port
    flags = ("--connections", 5, "--per-second", 23, "--size", 1_900)
    machine.programs.start(near, "tcp-chat", machine.stage.far.ipv4, port, *flags).wait()


def since_epoch(traffic: Traffic) -> list[int]:
    return [traffic.sent_bytes - traffic.cleared_sent_bytes, traffic.received_bytes - traffic.cleared_received_bytes]


def open_rows(snapshot: Snapshot) -> dict[str, Connection]:
    return {row.facts.id: row for row in snapshot.connections if row.end_time is None}


def is_moving(snapshots: Iterable[Snapshot]) -> bool:
    return all(one.headline.interval_sent_bytes > 0 for one in snapshots)


@pytest.mark.parametrize("name", HEADING_OF_PAGE)
def test_each_page_shows_live_data(browser: Browser, machine: WatchedMachine, talk: None, name: str) -> None:
    with open_tab(browser, machine.dashboard.page(name)) as tab:
        shows_data(tab)
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(HEADING_OF_PAGE[name])
        expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()
        expect(tab.page.get_by_text("workloads.py").first).to_be_visible()
        assert tab.page.title() == f"{HEADING_OF_PAGE[name]} · netmon"
        assert tab.errors == []


def test_what_the_live_route_sends_folds_up_to_each_snapshot(
    tab: Tab, machine: WatchedMachine, second: SnapshotReader, talk: None
) -> None:
    switch_to(tab, "Connections")
    at_each_refresh(tab, SHOWN, "() => 0")
    model, compared = TabModel(), list[Snapshot]()
    # From the full on that the switch of the page has asked for, which is the first with rows.
    begin = next(place for place, frame in enumerate(tab.frames) if "r" in frame)
    for frame in tab.frames[begin:]:
        if frame["type"] not in {"full", "tick"}:
            continue
        model.apply(json.dumps(frame))
        snapshot = second.of(frame["time"])
        if snapshot is not None:
            assert folded(model) == expected(snapshot)
            compared.append(snapshot)
    assert len(compared) >= TICKS
    assert is_moving(compared)


def folded(model: TabModel) -> dict[str, Any]:
    shown = model.shown()
    rows = {row["id"]: row for row in shown["rows"].values() if row["end"] is None}
    return {
        "summary": [shown["summary"][key] for key in ("headline", "totals", "active", "listening")],
        "apps": {
            one["id"]: [one[key] for key in ("name", "sent", "received", "ds", "dr")] for one in shown["apps"].values()
        },
        "rows": {key: [row[name] for name in ("sent", "received", "ds", "dr")] for key, row in rows.items()},
    }


def expected(snapshot: Snapshot) -> dict[str, Any]:
    headline = snapshot.headline
    moved = [headline.interval_sent_bytes, headline.interval_received_bytes]
    return {
        "summary": [moved, since_epoch(headline), snapshot.active_connection_count, snapshot.listening_count],
        "apps": {one.id: [one.name, *counted(one)] for one in snapshot.applications},
        "rows": {key: counted(row) for key, row in open_rows(snapshot).items()},
    }


def counted(one: Application | Connection) -> list[int]:
    return [*since_epoch(one.traffic), one.traffic.interval_sent_bytes, one.traffic.interval_received_bytes]


def test_what_the_page_keeps_equals_each_snapshot_to_the_byte(
    tab: Tab, machine: WatchedMachine, second: SnapshotReader, talk: None
) -> None:
    switch_to(tab, "Applications")
    compared = 0
    for shown in at_each_refresh(tab, SHOWN, LIVE_ROWS):
        snapshot = second.of(shown["time"])
        if snapshot is None:
            continue
        compared += 1
        assert shown["totals"] == since_epoch(snapshot.headline)
        assert (shown["active"], shown["listening"]) == (snapshot.active_connection_count, snapshot.listening_count)
        apps = [[one.id, one.name, *since_epoch(one.traffic)] for one in snapshot.applications]
        assert sorted(shown["apps"]) == sorted(apps)
        rows = [[key, *since_epoch(row.traffic)] for key, row in open_rows(snapshot).items()]
        assert sorted(shown["rows"]) == sorted(rows)
    assert compared >= TICKS


def test_cards_and_head_say_each_snapshots_speeds(
    browser: Browser, machine: WatchedMachine, second: SnapshotReader, talk: None
) -> None:
    with open_tab(browser, machine.dashboard.link, reduced_motion=True) as tab:  # figures glide otherwise
        shows_data(tab)
        refresh_every(tab, EACH_TICK)
        compared = 0
        for time, *shown in at_each_refresh(tab, SHOWN, CARDS):
            snapshot = second.of(time)
            if snapshot is None:
                continue
            compared += 1
            down, up, active, *head = shown
            assert down in texts_of_rate(snapshot.headline.received_bytes_per_second)
            assert up in texts_of_rate(snapshot.headline.sent_bytes_per_second)
            assert (active, head) == (format_count(snapshot.active_connection_count), [down, up])
            assert snapshot.headline.interval_received_bytes > 0
        assert compared >= TICKS


def test_rows_and_sums_are_the_collectors_when_traffic_has_ended(tab: Tab, machine: WatchedMachine) -> None:
    flows = machine.call(connections=4, upload=23_456, download=1_234_567).wait().flows
    rows, settled_at = settled_rows(machine, flows)
    switch_to(tab, "Connections")
    tab.page.get_by_role("searchbox").fill(f"pid:{flows[0].pid}")
    wait_for(lambda: len(look(tab, GRID)) == len(flows), seconds=PAGE_SECONDS, what="a row for each connection")
    shows_time(tab, settled_at)
    shown = {row["local"]: (row["pid"], row["remote"], row["received"], row["sent"]) for row in look(tab, GRID)}
    assert shown == {
        flow.local: (
            str(flow.pid),
            flow.remote,
            format_bytes(rows[flow.local].traffic.received_bytes),
            format_bytes(rows[flow.local].traffic.sent_bytes),
        )
        for flow in flows
    }
    received = sum(rows[flow.local].traffic.received_bytes for flow in flows)
    assert received > len(flows) * 1_234_567
    assert f"Σ↓ {format_bytes(received)}" in tab.text(".nm-sums")


def settled_rows(machine: WatchedMachine, flows: list[MovedFlow]) -> tuple[dict[str, Connection], float]:
    """Give the collector's rows of these flows by local end, once their bytes are steady, and a time of that."""
    ends = {flow.local for flow in flows}

    def bytes_of() -> dict[str, tuple[int, int]]:
        with machine.collector.client() as client:
            rows = [row for row in client.connections() if str(row.facts.local) in ends]
        return {str(row.facts.local): (row.traffic.sent_bytes, row.traffic.received_bytes) for row in rows}

    found = wait_until_steady(bytes_of, for_seconds=1.5, seconds=PAGE_SECONDS, what="bytes of the connections")
    assert found.keys() == ends
    with machine.collector.client() as client:
        rows = {str(row.facts.local): row for row in client.connections() if str(row.facts.local) in ends}
        return rows, client.snapshot().time


def test_an_applications_sums_are_the_collectors(tab: Tab, machine: WatchedMachine, second: SnapshotReader) -> None:
    for program in machine.programs.running:
        if program.kind == "tcp-chat":
            program.finish()

    def sums() -> list[int]:
        snapshot = second.newest()
        return [] if snapshot is None else [since_epoch(one.traffic)[1] for one in snapshot.applications]

    wait_until_steady(sums, for_seconds=1.5, seconds=PAGE_SECONDS, what="sums of the applications")
    switch_to(tab, "Applications")
    snapshot = second.newest()
    assert snapshot is not None
    [application] = snapshot.applications
    shows_time(tab, snapshot.time)
    sent, received = since_epoch(application.traffic)
    [line] = [one for one in look(tab, TREE) if one["kind"] == "app"]
    assert line["name"] == application.name
    assert line["cells"][4:6] == [format_bytes(received), format_bytes(sent)]
