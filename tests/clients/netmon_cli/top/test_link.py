from dataclasses import replace

from netmon.model import MonitoringState, PacketSource
from netmon.sudo import sudo_command
from netmon_cli.top.link import Link, LinkState
from netmon_client.feed import Disconnected, Heartbeat, Hello, Reconnected, Stale
from netmon_client.testing import a_snapshot, a_status
from netmon_client.testing.samples import START_TIME

HELLO = Hello(instance_id="i", version="1", interval_seconds=1.0)
LOST = Disconnected(reason="no collector at /s (file not found)", retry_seconds=0.2)


def beat(seconds: float = 0.0, state: MonitoringState = MonitoringState.RUNNING) -> Heartbeat:
    return Heartbeat(time=START_TIME + seconds, sequence=1, monitoring_state=state)


def chip(link: Link, now: float = 0.0, paused_at: float | None = None) -> str:
    return link.chip(now, paused_at=paused_at).text


def test_it_waits_until_a_collector_answers() -> None:
    link = Link("/s")
    assert "Waiting" in chip(link)
    assert link.banner(0.0, shown_time=None) == []
    link.take(LOST, 1.0)
    why, start = link.banner(1.0, shown_time=None)
    assert why.text == "No collector at /s (file not found)."
    assert start.text == f"Start it:  {sudo_command('netmon-collector')} --socket /s"
    link.take(HELLO, 2.0)
    assert chip(link) == "● Live"


def test_a_lost_collector_is_told_with_its_time_and_the_next_command() -> None:
    link = Link("/s")
    link.take(HELLO, 0.0)
    link.take(LOST, 100.0)
    assert chip(link, 104.0) == "✕ Collector unavailable, retry in 1 s"
    lost, start = link.banner(112.0, shown_time=START_TIME)
    assert lost.text.startswith("Lost 12 s ago. What is shown is of ")
    assert start.text.startswith("Start it:")
    link.take(replace(LOST, reason="no access to /s"), 113.0)
    assert "No access to /s." in link.banner(114.0, shown_time=None)[0].text
    assert "Lost 14 s ago" in link.banner(114.0, shown_time=None)[0].text
    link.take(Reconnected(after_seconds=14.0, instance_changed=False), 114.0)
    assert link.state is LinkState.LIVE
    assert link.banner(114.0, shown_time=None) == []


def test_silence_counts_from_the_last_word() -> None:
    link = Link("/s")
    link.take(HELLO, 0.0)
    link.take(Stale(seconds=3.0), 10.0)
    assert chip(link, 11.0) == "! Stale 4 s"
    assert "doctor" in link.banner(11.0, shown_time=None)[1].text
    link.take(beat(), 12.0)
    assert chip(link) == "● Live"


def test_a_stopped_collector_is_told_with_the_time_of_the_stop() -> None:
    stopped = replace(a_status(), monitoring_state=MonitoringState.STOPPED, monitoring_since=START_TIME - 600)
    link = Link("/s", stopped)
    link.take(HELLO, 0.0)
    link.take(beat(0.0, MonitoringState.STOPPED), 1.0)
    assert link.stopped_since == START_TIME - 600
    assert chip(link).startswith("○ Stopped since ")
    assert link.banner(0.0, shown_time=None)[1].text == "Start it:  netmon-cli --socket /s start"
    link.take(beat(5.0), 2.0)
    assert chip(link) == "● Live"
    link.take(beat(9.0, MonitoringState.STOPPED), 3.0)
    assert link.stopped_since == START_TIME + 9


def test_a_pause_says_how_far_behind_it_is() -> None:
    link = Link("/s")
    snapshot = a_snapshot()
    link.take(snapshot, 0.0)
    link.take(beat(snapshot.time - START_TIME + 12), 12.0)
    assert chip(link, paused_at=snapshot.time) == "‖ Paused, 12 s behind"


def test_a_recording_is_a_demo() -> None:
    link = Link("/s")
    link.take(replace(HELLO, packet_source=PacketSource.RECORDING), 0.0)
    assert link.is_demo
