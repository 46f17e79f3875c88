"""All programs together on one stage: collector, recorder and dashboard, with one tab and one stream that stay."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netmon_client import Client, connect
from tests.bench.live_tabs import tabs
from tests.support.collector_process import CollectorProcess, collector
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.namespaces import Namespace
from tests.support.recorder_process import RecorderProcess, recorder
from tests.support.stage import Stage, stage

ANSWER_SECONDS = 60.0
TRAFFIC = str(Path(__file__).with_name("traffic_program.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The running programs; ``port`` echoes TCP and UDP on the far side."""

    stage: Stage
    collector: CollectorProcess
    recorder: RecorderProcess
    dashboard: DashboardProcess
    port: int

    def pids(self) -> dict[str, tuple[int, ...]]:
        """Give the processes of each program."""
        with self.patient() as client:
            own = client.status().pids
        return {"collector": own, "recorder": (self.recorder.pid,), "dashboard": (self.dashboard.pid,)}

    def patient(self) -> Client:
        """Give a client that waits longer than people would: a busy machine is no fault of the programs."""
        return connect(self.collector.socket, timeout=ANSWER_SECONDS)

    def logs(self) -> dict[str, str]:
        """Give all that each program has logged."""
        programs = {"collector": self.collector, "recorder": self.recorder, "dashboard": self.dashboard}
        return {name: program.log.read_text() for name, program in programs.items()}


@contextmanager
def ground() -> Generator[Ground]:
    """Start everything, ready, and end it."""
    with (
        stage("nmsoak") as built,
        echo_server(built.far.namespace, built.far.ipv4) as port,
        collector(built) as counting,
        recorder(built.directory, built.socket) as keeping,
        dashboard(built.socket, built.directory / "dashboard.log", "--recorder-socket", keeping.socket) as showing,
        tabs(showing, 1, with_rows=True),
    ):
        keeping.wait_until_recording()
        yield Ground(stage=built, collector=counting, recorder=keeping, dashboard=showing, port=port)


@contextmanager
def echo_server(namespace: Namespace, address: str) -> Generator[int]:
    """Echo TCP and UDP on one port, which is given."""
    server = subprocess.Popen(
        namespace.command(sys.executable, TRAFFIC, "serve", address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.communicate()
