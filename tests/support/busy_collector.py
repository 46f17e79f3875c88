"""A collector without packets that shows a busy workstation: for work on front ends and for their benchmarks.

    python -m tests.support.busy_collector --socket PATH [--connections 500] [--applications 50] [--churn 2]
                                           [--tick 1.0] [--hostile] [--no-control] [--tell]

It ends with SIGTERM or Ctrl-C. A line "ready PATH" on standard output says that it serves; with ``--tell`` a line
"tick TIME RATE" says when each snapshot goes out (Unix seconds), and its download (bytes a second).
"""

import argparse
import random
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

from netmon.model import ApplicationBandwidth, BandwidthSample, Caller, MonitoringState, Snapshot
from netmon_client.answers import Bandwidth
from netmon_client.clock import monotonic, wall_time
from netmon_client.testing import FakeCollector, a_status
from tests.support.busy_desktop import BusyDesktop
from tests.support.busy_programs import catalogue

_HISTORY_SECONDS = 900


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal ends it."""
    options = _parse(arguments)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    now = wall_time()
    desktop = BusyDesktop(
        connections=options.connections,
        applications=options.applications,
        churn=options.churn,
        now=now,
        interval_seconds=options.tick,
        hostile=options.hostile,
    )
    first = desktop.tick(now, monotonic())
    samples = [*past_samples(now, options.applications), a_sample(first)]
    status = replace(
        a_status(instance_id=first.instance_id),
        start_time=now - 4_000,
        uptime_seconds=4_000.0,
        monitoring_since=now - 4_000,
        statistics_epoch=first.statistics_epoch,
        interval_seconds=options.tick,
        caller=Caller(uid=1000, may_control=not options.no_control, reason="started the collector"),
    )
    with FakeCollector(
        snapshots=[first], status=status, bandwidth=Bandwidth(samples=tuple(samples)), socket=options.socket
    ) as fake:
        sys.stdout.write(f"ready {options.socket}\n")
        sys.stdout.flush()
        due = monotonic() + options.tick
        while not stop.wait(max(0.0, due - monotonic())):
            due += options.tick
            snapshot = desktop.tick(wall_time(), monotonic())
            if fake.monitoring_state is MonitoringState.STOPPED:
                continue
            samples = [*samples[-_HISTORY_SECONDS:], a_sample(snapshot)]
            fake.set_bandwidth(Bandwidth(samples=tuple(samples)))
            if options.tell:
                sys.stdout.write(f"tick {wall_time()} {snapshot.headline.received_bytes_per_second}\n")
                sys.stdout.flush()
            fake.publish(snapshot)
    return 0


def past_samples(now: float, applications: int) -> list[BandwidthSample]:
    """Give the seconds of the last 15 minutes but the newest, with the three busiest applications of each."""
    source = random.Random(3)
    programs = catalogue(applications)
    samples: list[BandwidthSample] = []
    level = 1_000_000.0
    for second in range(-_HISTORY_SECONDS + 1, 0):
        level = min(9_000_000.0, max(60_000.0, level * source.uniform(0.82, 1.22)))
        parts = [(programs[(second // 40 + place) % len(programs)], level / (place + 2)) for place in range(3)]
        samples.append(
            BandwidthSample(
                time=now + second,
                interval_seconds=1.0,
                sent_bytes=int(level * source.uniform(0.1, 0.3)),
                received_bytes=int(level * 1.2),
                loopback_bytes=int(level * 0.05),
                applications=tuple(
                    ApplicationBandwidth(
                        application_id=f"exe:{program.executable}",
                        application_name=program.name,
                        sent_bytes=int(part / 12),
                        received_bytes=int(part),
                    )
                    for program, part in parts
                ),
            )
        )
    return samples


def a_sample(snapshot: Snapshot) -> BandwidthSample:
    """Give the sample that fits a snapshot."""
    busiest = sorted(
        snapshot.applications,
        key=lambda each: -each.traffic.interval_sent_bytes - each.traffic.interval_received_bytes,
    )[:3]
    whole, headline = snapshot.totals, snapshot.headline
    return BandwidthSample(
        time=snapshot.time,
        interval_seconds=snapshot.interval_seconds,
        sent_bytes=headline.interval_sent_bytes,
        received_bytes=headline.interval_received_bytes,
        loopback_bytes=(
            whole.interval_sent_bytes
            + whole.interval_received_bytes
            - headline.interval_sent_bytes
            - headline.interval_received_bytes
        ),
        applications=tuple(
            ApplicationBandwidth(
                application_id=each.id,
                application_name=each.name,
                sent_bytes=each.traffic.interval_sent_bytes,
                received_bytes=each.traffic.interval_received_bytes,
            )
            for each in busiest
        ),
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.busy_collector")
    parser.add_argument("--socket", required=True)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--applications", type=int, default=50)
    parser.add_argument("--churn", type=float, default=2.0, help="connections that end a tick, and as many new ones")
    parser.add_argument("--tick", type=float, default=1.0, help="seconds")
    parser.add_argument("--hostile", action="store_true", help="programs with names that try to be markup")
    parser.add_argument("--no-control", action="store_true", help="the caller may not start, stop or clear")
    parser.add_argument("--tell", action="store_true", help="write a line for each snapshot that goes out")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
