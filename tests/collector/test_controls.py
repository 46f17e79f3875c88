"""What callers may change, on a recording that plays."""

from pathlib import Path

import pytest

from netmon.model import GapCause, MonitoringChanged, MonitoringState, StatisticsCleared
from netmon_collector.capture.recording_files import find_files
from netmon_collector.controls import Controls
from netmon_collector.core.batch import Batch
from netmon_collector.playback import Playback
from tests.support.frames import batch
from tests.support.pcap_files import datagram, write_pcap
from tests.support.wire import NETWORK


class Fed(Playback):
    """A recording that is empty; the test hands over what would be in it."""

    def __init__(self, directory: Path) -> None:
        files = find_files(write_pcap(directory / "eth0.pcap", []))
        super().__init__(files, is_paced=True, is_looped=False, interval_seconds=1.0)
        self.monitor.add_network(NETWORK)
        self.waiting: list[Batch] = []
        self.is_capturing = True

    def capture(self) -> None:
        """Have a datagram of 100 bytes wait to be read."""
        if self.is_capturing:
            self.waiting.append(batch([datagram()]))

    def before_tick(self) -> None:
        for one in self.waiting:
            self.monitor.add_batch(one)
        self.waiting.clear()

    def start(self) -> None:
        self.is_capturing = True

    def stop(self) -> None:
        self.before_tick()
        self.is_capturing = False

    def sent_packets(self) -> int:
        self.before_tick()
        return self.monitor.tick(self.now(), self.wall_time()).totals.sent_packets


@pytest.fixture
def source(tmp_path: Path) -> Fed:
    return Fed(tmp_path)


async def test_what_waits_when_it_stops_still_counts_and_nothing_after_that(source: Fed) -> None:
    controls = Controls(source)
    source.capture()
    assert await controls.stop()
    assert controls.monitoring_state is MonitoringState.STOPPED
    source.capture()
    assert source.sent_packets() == 1
    assert await controls.start()
    source.capture()
    assert source.sent_packets() == 2


async def test_to_stop_what_is_stopped_and_to_start_what_runs_changes_nothing(source: Fed) -> None:
    controls = Controls(source)
    assert not await controls.start()
    assert await controls.stop()
    assert not await controls.stop()
    assert await controls.start()
    told = [event.kind for event in source.monitor.events_after(0).events]
    assert [kind.state for kind in told if isinstance(kind, MonitoringChanged)] == [
        MonitoringState.STOPPED,
        MonitoringState.RUNNING,
    ]
    (gap,) = source.monitor.take_gaps()
    assert gap.cause is GapCause.STOPPED


async def test_clear_counts_what_waits_before_the_new_baseline(source: Fed) -> None:
    controls = Controls(source)
    source.capture()
    epoch = await controls.clear()
    source.capture()
    assert source.sent_packets() == 2
    latest = source.monitor.latest
    assert latest is not None
    assert latest.statistics_epoch == epoch == source.monitor.statistics_epoch
    assert (latest.totals.sent_bytes, latest.totals.cleared_sent_bytes) == (200, 100)
    told = [event.kind for event in source.monitor.events_after(0).events]
    assert StatisticsCleared(statistics_epoch=epoch) in told


async def test_refresh_gives_what_the_source_counted(source: Fed) -> None:
    source.capture()
    assert source.sent_packets() == 1
    assert await Controls(source).refresh() == (1, 0, 0)


async def test_logs_name_no_address(source: Fed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    controls = Controls(source)
    source.capture()
    await controls.stop()
    await controls.start()
    await controls.clear()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("netmon")] == [
        "monitoring stopped",
        "monitoring started",
        "statistics cleared",
    ]
