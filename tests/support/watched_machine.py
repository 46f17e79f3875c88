"""A machine in a namespace that a real collector watches, with a dashboard before it: for tests in the browser."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.collector_process import CollectorProcess, collector
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.stage import Stage, stage
from tests.support.traffic import Programs, Workload, programs


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMachine:
    """``far_server`` answers on the far side; programs started on the near side are what the collector sees."""

    stage: Stage
    collector: CollectorProcess
    programs: Programs
    dashboard: DashboardProcess
    far_server: Workload

    def call(self, *, connections: int = 1, upload: int = 0, download: int = 0, seconds: float = 0) -> Workload:
        """Start a program on the near side that moves these payload bytes on each of its connections."""
        flags = ("--connections", connections, "--upload", upload, "--download", download)
        lasting = ("--seconds", seconds) if seconds else ()
        near = self.stage.near.namespace
        return self.programs.start(near, "tcp-client", self.stage.far.ipv4, self.far_server.port, *flags, *lasting)


@contextmanager
def watched_machine(*collector_flags: str) -> Generator[WatchedMachine]:
    """Build all of it; taken down at the end whatever happened."""
    with stage("nmweb") as built, programs() as running, collector(built, *collector_flags) as watching:
        far_server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        with dashboard(built.socket, built.directory / "dashboard.log") as shown:
            yield WatchedMachine(
                stage=built, collector=watching, programs=running, dashboard=shown, far_server=far_server
            )
