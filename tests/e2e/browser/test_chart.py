"""The chart under the hand: the tooltip stays, a drag tells who used a moment; pausing and refreshing the view."""

import itertools
from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import expect

from netmon_client.units import format_bytes
from tests.e2e.browser.conftest import TICK_SECONDS
from tests.support.browser import PAGE_SECONDS, Tab
from tests.support.shown_page import at_each_refresh, look, texts_of_rate
from tests.support.snapshot_reader import SnapshotReader, reading
from tests.support.waiting import wait_for, wait_until_steady
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HOVER_SECONDS = 10.0
SHARE_OF_TIME = 0.95
SAMPLE_SCRIPT = """(milliseconds) => new Promise((done) => {
  const root = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".nm-root")).shadowRoot;
  const samples = [];
  const end = performance.now() + milliseconds;
  const sample = () => {
    const tip = root.querySelector(".nm-ov-tip");
    const time = tip?.querySelector(".nm-ov-tip-time")?.textContent ?? "";
    samples.push([Boolean(tip) && tip.checkVisibility(), time]);
    if (performance.now() < end) requestAnimationFrame(sample); else done(samples);
  };
  sample();
})"""


@pytest.fixture(scope="module")
def second(machine: WatchedMachine) -> Generator[SnapshotReader]:
    """Another subscriber, from before the traffic on."""
    with machine.collector.client() as client, reading(client) as reader:
        yield reader


@pytest.fixture(scope="module", autouse=True)
def talk(machine: WatchedMachine, second: SnapshotReader) -> None:
    """Traffic in every tick, and some seconds of it."""
    near, far = machine.stage.near.namespace, machine.stage.far
    flags = ("--connections", 4, "--per-second", 31, "--size", 1_700)
    machine.programs.start(near, "tcp-chat", far.ipv4, machine.far_server.port, *flags).wait()
    wait_for(lambda: len(second.snapshots()) > 24, seconds=PAGE_SECONDS, what="some seconds of traffic")


def centre(tab: Tab) -> dict[str, float]:
    box = tab.page.get_by_role("slider", name="Moment in the chart").bounding_box()
    assert box is not None
    return {"right": box["x"] + box["width"], "y": box["y"] + box["height"] / 2, "width": box["width"]}


def test_the_tooltip_stays_while_the_pointer_is_on_the_chart(tab: Tab) -> None:
    place = centre(tab)
    tab.page.mouse.move(place["right"] - place["width"] * 3 / 60, place["y"])
    expect(tab.page.locator(".nm-ov-tip")).to_be_visible()
    samples: list[tuple[bool, str]] = tab.page.evaluate(SAMPLE_SCRIPT, HOVER_SECONDS * 1000)
    shown = [time for is_shown, time in samples if is_shown]
    assert len(samples) > 50
    assert len(shown) >= SHARE_OF_TIME * len(samples)
    assert len(set(shown)) == 1, "it stays with its moment"
    tab.page.mouse.move(5, 5)
    expect(tab.page.locator(".nm-ov-tip")).to_be_hidden()


def test_the_tooltip_says_what_that_second_was(tab: Tab, second: SnapshotReader) -> None:
    place = centre(tab)
    tab.page.mouse.move(place["right"] - place["width"] * 4 / 60, place["y"])
    rates = tab.page.locator(".nm-ov-tip-rate")
    expect(rates).to_have_count(2)
    down, up = rates.all_inner_texts()
    headlines = [one.headline for one in second.snapshots().values()]
    assert any(
        down in texts_of_rate(one.received_bytes_per_second) and up in texts_of_rate(one.sent_bytes_per_second)
        for one in headlines
    )
    expect(tab.page.locator(".nm-ov-tip-app").first).to_contain_text("workloads.py")
    tab.page.mouse.move(5, 5)


def test_a_drag_over_the_chart_tells_who_used_that_time(tab: Tab, second: SnapshotReader) -> None:
    place = centre(tab)
    tab.page.mouse.move(place["right"] - place["width"] * 5 / 60, place["y"])
    tab.page.mouse.down()
    tab.page.mouse.move(place["right"] - place["width"] * 3 / 60, place["y"], steps=4)
    tab.page.mouse.move(place["right"] - place["width"] * 1.5 / 60, place["y"], steps=4)
    tab.page.mouse.up()
    usage = tab.page.get_by_role("region", name="Applications")
    expect(usage).to_contain_text("bytes between")
    answer = wait_for(lambda: tab.newest("answer"), seconds=PAGE_SECONDS, what="the answer to the drag")
    data = answer["data"]
    [app] = data["apps"]
    assert app[1:] == moved_between(second, data["from"], data["to"])
    row = usage.get_by_role("row", name="workloads.py")
    expect(row).to_contain_text(format_bytes(app[2]))
    expect(row).to_contain_text(format_bytes(app[1]))
    usage.get_by_role("button", name="Clear").click()
    expect(usage).to_contain_text("by current speed")
    tab.page.mouse.move(5, 5)


def moved_between(second: SnapshotReader, begin: float, end: float) -> list[int]:
    """Sum what the second subscriber saw the one application send and receive in these ticks."""
    second.of(end)
    inside = [one for time, one in second.snapshots().items() if begin < time <= end]
    assert len(inside) > 4
    traffic = [application.traffic for one in inside for application in one.applications]
    return [sum(one.interval_sent_bytes for one in traffic), sum(one.interval_received_bytes for one in traffic)]


def test_pause_holds_the_view_and_resume_brings_it_up_to_date(tab: Tab, second: SnapshotReader) -> None:
    tab.page.get_by_role("button", name="Pause this view").click()
    expect(tab.page.get_by_role("button", name="Status: Paused")).to_be_visible()
    figures = "(root, store) => [store.sequence, root.querySelector('.nm-ov-cards').textContent]"
    paused_at = len(second.snapshots())
    before = look(tab, figures)
    # What was on its way still comes; then there are no ticks while others get theirs.
    wait_until_steady(lambda: ticks(tab), for_seconds=8 * TICK_SECONDS, seconds=PAGE_SECONDS, what="no tick comes")
    wait_for(lambda: len(second.snapshots()) > paused_at + 8, seconds=PAGE_SECONDS, what="the collector goes on")
    assert look(tab, figures)[0] == before[0]
    expect(tab.page.locator(".nm-chip").first).to_contain_text("behind")
    tab.page.get_by_role("button", name="Resume this view").click()
    [after] = at_each_refresh(tab, 1, figures)
    assert after[0] >= before[0] + 8
    wait_for(lambda: look(tab, gaps_in_series()) == [], seconds=PAGE_SECONDS, what="what was missed fills the chart")
    expect(tab.page.get_by_role("button", name="Status: Live")).to_be_visible()


def ticks(tab: Tab) -> int:
    tab.newest("tick")
    return [frame["type"] for frame in tab.frames].count("tick")


def gaps_in_series() -> str:
    return """(root, store) => store.series.slice(-12).filter((one, place, all) =>
      place > 0 && one.time - one.interval - all[place - 1].time > 0.05).map((one) => one.time)"""


def test_a_slower_view_shows_the_mean_of_what_it_merged(tab: Tab, second: SnapshotReader) -> None:
    tab.page.get_by_label("Refresh every").select_option("2")
    shown: list[Any] = at_each_refresh(tab, 3, "(root, store) => [store.dataTime, store.headline.receivedRate]")
    compared = 0
    for earlier, later in itertools.pairwise(shown):
        second.of(later[0])
        inside = [one for time, one in second.snapshots().items() if earlier[0] < time <= later[0]]
        seconds = sum(one.interval_seconds for one in inside)
        if seconds > 3.5:
            continue  # the refresh between them was overtaken before it was drawn
        assert len(inside) > 1
        assert seconds > 1.5, "eight ticks of 0.25 s are one refresh, or fewer that took longer"
        received = sum(one.headline.interval_received_bytes for one in inside)
        assert later[1] == pytest.approx(received / seconds, rel=1e-4)
        compared += 1
    assert compared
    tab.page.get_by_label("Refresh every").select_option("0.5")
