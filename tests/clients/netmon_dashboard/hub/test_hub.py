"""The hub against a collector's real socket: what tabs are told as the collector comes, goes, stops and refuses."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netmon.model import (
    ApplicationBandwidth,
    BandwidthSample,
    Caller,
    Degradation,
    Gap,
    GapCause,
    MonitoringState,
    Snapshot,
    Visibility,
)
from netmon.sudo import sudo_command
from netmon_client import Bandwidth, Timing
from netmon_client.testing import FakeCollector, a_status
from netmon_dashboard.hub import Hub, Tab, TooManyTabs
from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.requests import AskControl, AskRange, AskStatus
from tests.clients.netmon_dashboard.hub.listening_wire import ListeningWire
from tests.clients.netmon_dashboard.hub.tab_model import TabModel
from tests.clients.netmon_dashboard.hub.toy_machine import T0, ToyMachine
from tests.support.own_log import own_records

QUICK = Timing(stale_after_seconds=30, reconnect_after_seconds=60, first_retry_seconds=0.05, longest_retry_seconds=0.1)
"""Tries again soon, and takes no pause of a busy machine for silence."""
IMPATIENT = replace(QUICK, stale_after_seconds=0.4)


@asynccontextmanager
async def a_hub(socket: str, timing: Timing = QUICK, **options: Any) -> AsyncGenerator[Hub]:  # noqa: ANN401 -- of Hub
    async with Hub(socket, timing=timing, retry_seconds=0.1, **options) as hub:
        yield hub


@asynccontextmanager
async def a_tab(hub: Hub, *, with_rows: bool = True) -> AsyncGenerator[tuple[Tab, ListeningWire]]:
    wire = ListeningWire()
    tab = hub.attach(wire)
    tab.watch(with_rows=with_rows)
    sending = asyncio.create_task(tab.send_all())
    try:
        yield tab, wire
    finally:
        hub.detach(tab)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


def a_machine() -> ToyMachine:
    machine = ToyMachine()
    machine.open(moved=(100, 200))
    return machine


def fake_of(first: Snapshot, *, samples: tuple[BandwidthSample, ...] = ()) -> FakeCollector:
    return FakeCollector(snapshots=[first], bandwidth=Bandwidth(samples=samples), heartbeat_seconds=0.1)


def a_sample(time: float) -> BandwidthSample:
    apps = (ApplicationBandwidth(application_id="exe:gone", application_name="gone", sent_bytes=1, received_bytes=2),)
    return BandwidthSample(
        time=time, interval_seconds=1.0, sent_bytes=1, received_bytes=2, loopback_bytes=0, applications=apps
    )


async def test_a_tab_is_greeted_told_the_state_and_given_all_and_then_the_ticks() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            hello = await wire.of("hello")
            assert hello["instance_id"] == fake.instance_id
            assert hello["collector_start"] == a_status().start_time
            assert hello["socket"] == fake.socket
            await wire.state("live")
            full = await wire.of("full")
            assert [row[1] for row in full["r"]["rows"]] == ["c1"]
            machine.move("c1", 5, 6)
            fake.publish(machine.tick())
            tick = await wire.of("tick")
            assert tick["r"]["d"] == [1, 5, 6]


async def test_what_is_limited_is_told_as_it_comes_and_goes_beside_what_the_viewer_may_not_see() -> None:
    status = replace(a_status(), caller=Caller(uid=1000, sees=Visibility.OWN), degraded=())
    machine = a_machine()
    with FakeCollector(snapshots=[machine.tick()], status=status, heartbeat_seconds=0.1) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            assert [each["code"] for each in (await wire.of("full"))["degraded"]] == ["caller.own"]
            machine.degraded = (Degradation(code="names.overload", text="3 packets were left out"),)
            fake.publish(machine.tick())
            assert [each["code"] for each in (await wire.of("tick"))["degraded"]] == ["caller.own", "names.overload"]
            machine.degraded = ()
            fake.publish(machine.tick())
            assert [each["code"] for each in (await wire.of("tick"))["degraded"]] == ["caller.own"]


async def test_two_tabs_are_told_the_same_each_in_its_form() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, one), a_tab(hub, with_rows=False) as (_, other):
            assert "r" in await one.of("full")
            assert "r" not in await other.of("full")
            assert hub.tab_count == 2
        assert hub.tab_count == 0


async def test_a_dashboard_that_is_started_later_shows_the_last_minutes_and_nothing_twice() -> None:
    machine = a_machine()
    first = machine.tick()
    times = [first.time - 800, first.time - 2, first.time - 1, first.time]
    with fake_of(first, samples=tuple(a_sample(time) for time in times)) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            full = await wire.of("full")
            assert [point[0] for point in full["series"]] == times
            ((number, name),) = full["names"].items()
            assert name == "gone"
            assert full["series"][0][6] == [[int(number), 1, 2]]
            fake.publish(machine.tick())
            assert await wire.of("tick")


async def test_a_collector_that_is_killed_and_comes_back_is_followed() -> None:
    machine = a_machine()
    first = machine.tick()
    with fake_of(first) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (tab, wire):
            await wire.of("full")
            fake.kill()
            lost = await wire.state("unavailable")
            assert lost["title"] == "The collector is gone"
            assert lost["command"].startswith(sudo_command("netmon-collector"))
            assert lost["retry_at"] is not None
            for _ in range(3):
                machine.tick()
            fake.set_bandwidth(Bandwidth(samples=tuple(a_sample(first.time + second) for second in (0, 1, 2, 3))))
            fake.start()
            assert (await wire.state("live"))["title"].startswith("Back after ")
            fake.publish(machine.tick())
            await wire.until(lambda message: message.get("time") == machine.time)
            tab.watch(with_rows=True)
            full = await wire.of("full")
            assert [point[0] - first.time for point in full["series"]] == [0, 1, 2, 3, 4]


async def test_another_instance_is_greeted_marked_and_shown_whole() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            await wire.of("full")
            fake.restart("another")
            hello = await wire.until(lambda message: message.get("instance_id") == "another")
            assert hello["type"] == "hello"
            full = await wire.of("full")
            assert [mark["kind"] for mark in full["marks"]] == ["restart"]


async def test_a_collector_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    socket = str(tmp_path / "collector.sock")
    machine = a_machine()
    async with a_hub(socket) as hub, a_tab(hub) as (_, wire):
        absent = await wire.until(lambda message: message.get("title") == f"No collector at {socket}")
        assert (absent["state"], absent["text"].partition(".")[0]) == ("unavailable", "File not found")
        with FakeCollector(socket=socket, snapshots=[machine.tick()], heartbeat_seconds=0.1):
            await wire.of("hello")
            await wire.state("live")
            await wire.of("full")


async def test_a_collector_that_is_stopped_and_started_says_so_and_adds_no_zeros() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (tab, wire):
            await wire.of("full")
            machine.is_stopped = True
            fake.publish(machine.tick())
            stopped = await wire.state("stopped")
            assert stopped["command"].endswith(" start")
            tick = await wire.of("tick")
            assert tick["counted"] is False
            assert [mark["kind"] for mark in tick["marks"]] == ["stopped"]
            machine.is_stopped = False
            fake.publish(machine.tick())
            await wire.state("live")
            assert [mark["kind"] for mark in (await wire.of("tick"))["marks"]] == ["started"]
            tab.watch(with_rows=True)
            full = await wire.of("full")
            assert [point[0] - T0 for point in full["series"]] == [61, 63]


async def test_one_that_was_stopped_before_the_dashboard_came_says_since_when() -> None:
    status = replace(a_status(), monitoring_state=MonitoringState.STOPPED, monitoring_since=T0 + 7)
    machine = a_machine()
    machine.is_stopped = True
    with FakeCollector(snapshots=[machine.tick()], status=status, heartbeat_seconds=0.1) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            assert (await wire.state("stopped"))["since"] == T0 + 7
            assert (await wire.of("full"))["series"] == []


async def test_a_collector_that_says_nothing_is_stale_and_then_live_again() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket, IMPATIENT) as hub, a_tab(hub) as (_, wire):
            await wire.of("full")
            fake.hang()
            await wire.state("stale")
            fake.resume()
            await wire.state("live")


async def test_one_that_refuses_is_tried_again_until_it_does_not() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        fake.refuse()
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            refused = await wire.state("refused")
            assert refused["text"].partition(".")[0] == "Not for this user"
            assert refused["command"] == f"netmon-cli --socket {fake.socket} status"
            fake.resume()
            await wire.of("hello")
            await wire.state("live")
            await wire.of("full")


async def test_one_of_another_version_is_tried_again_until_it_fits() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        fake.kill()
        fake.start(other_version=True)
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            version = await wire.state("version")
            assert version["command"] == "netmon-cli version"
            fake.kill()
            fake.start()
            await wire.state("live")
            await wire.of("full")


async def test_a_gap_of_the_stream_is_marked() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            await wire.of("full")
            fake.publish(Gap(cause=GapCause.SUSPENDED))
            fake.publish(machine.tick())
            assert [mark["text"] for mark in (await wire.of("tick"))["marks"]] == ["A gap: the machine slept"]


async def test_questions_are_answered_by_the_collector_and_from_memory() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            await wire.of("full")
            assert '"ok":true' in await hub.answer(AskStatus(id=1))
            assert '"apps":[[1,100,200]]' in await hub.answer(AskRange(id=2, from_time=0, to_time=2e9))
            assert "Monitoring is stopped" in await hub.answer(AskControl(id=3, what="stop"))
            assert fake.monitoring_state is MonitoringState.STOPPED
            await wire.state("stopped")


async def test_there_is_an_end_to_how_many_tabs_are_served() -> None:
    async with a_hub("/run/none/collector.sock", most_tabs=1) as hub, a_tab(hub):
        with pytest.raises(TooManyTabs, match="1 tabs are open already"):
            hub.attach(ListeningWire())


async def test_a_fault_of_the_hub_is_logged_and_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    machine = a_machine()
    add, failures = Encoder.add, [LookupError("boom")]

    def fail_once(encoder: Encoder, snapshot: Snapshot, *, is_counting: bool) -> None:
        if failures:
            raise failures.pop()
        add(encoder, snapshot, is_counting=is_counting)

    monkeypatch.setattr(Encoder, "add", fail_once)
    with fake_of(machine.tick()) as fake, caplog.at_level(logging.ERROR):
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            await wire.of("full")
            assert hub.state.said.state == "live"
    assert [record.message for record in own_records(caplog)] == ["the hub failed and begins anew"]


async def test_a_fault_that_stays_does_not_look_live(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_encoder: Encoder, _snapshot: Snapshot, *, is_counting: bool) -> None:
        raise LookupError(f"boom {is_counting}")

    machine = a_machine()
    monkeypatch.setattr(Encoder, "add", fail)
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            said = await wire.state("unavailable")
            assert said["title"] == "The dashboard failed to take in what the collector sent"
            assert said["retry_at"] is not None


async def test_what_follows_ticks_shows_what_the_collector_says_over_its_real_socket() -> None:
    machine = a_machine()
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (tab, wire):
            first = await wire.of("full")
            model = TabModel().take(first)
            for number in range(30):
                machine.open("ssh", pid=number % 3, moved=(number, 1))
                machine.move("c1", 1, number)
                if number % 4 == 1:
                    machine.end(f"c{number + 1}")
                fake.publish(machine.tick())
                model.take(await wire.until(lambda message: message["type"] in ("full", "tick")))
            tab.watch(with_rows=True)
            assert model.shown() == TabModel().take(await wire.of("full")).shown()


async def test_the_domains_that_moved_most_are_named_first() -> None:
    machine = a_machine()
    quiet, busy = machine.open(moved=(1, 2)), machine.open(moved=(5_000, 9_000))
    machine.name(quiet, "quiet.example.org")
    machine.name(busy, "busy.example.org")
    with fake_of(machine.tick()) as fake:
        async with a_hub(fake.socket) as hub, a_tab(hub) as (_, wire):
            assert hub.busiest_domains() == []
            await wire.of("full")
            assert hub.busiest_domains() == ["busy.example.org", "quiet.example.org"]
