"""A collector without packets: a real gRPC server on a temporary socket, which does what a test tells it."""

import shutil
import socket as sockets
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from netmon.model import Event, Explanation, Gap, MonitoringState, Snapshot, Status
from netmon.serving.options import SERVER_OPTIONS
from netmon.v1 import control_service_pb2_grpc, monitor_service_pb2_grpc
from netmon_client.answers import Bandwidth
from netmon_client.rpc import target
from netmon_client.testing.samples import a_snapshot, a_status
from netmon_client.testing.services import FakeControlService, FakeMonitorService
from netmon_client.testing.stage import Mode, Stage

_WORKERS: Final = 64  # each open stream holds one
_NO_BANDWIDTH: Final = Bandwidth()


class FakeCollector:
    """Serves given snapshots, events and status; a context manager that starts and ends it.

    ``socket`` is its path, for `netmon_client.connect` or ``NETMON_SOCKET``. A subscriber is sent all ``snapshots`` at
    once, or only the newest once another one was published. Without ``snapshots`` there is one without rows. Filters,
    row limits, sections and pages are honoured; intervals only in the hello. Snapshots go out under the
    instance that runs.
    """

    def __init__(
        self,
        *,
        snapshots: Iterable[Snapshot] = (),
        events: Iterable[Event] = (),
        status: Status | None = None,
        bandwidth: Bandwidth = _NO_BANDWIDTH,
        heartbeat_seconds: float = 1.0,
        socket: str | None = None,
    ) -> None:
        self._folder = tempfile.mkdtemp(prefix="netmon-fake-") if socket is None else None
        self.socket = socket if socket is not None else f"{self._folder}/collector.sock"
        self._stage = Stage(
            tuple(snapshots) or (a_snapshot(),),
            tuple(events),
            status or a_status(),
            bandwidth,
            heartbeat_seconds,
        )
        self._restarts = 0
        self._server: grpc.Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def instance_id(self) -> str:
        """Identity of the run that is served."""
        return self._stage.instance_id

    @property
    def calls(self) -> tuple[str, ...]:
        """Names of the calls that came in, in their order."""
        return tuple(self._stage.calls)

    @property
    def monitoring_state(self) -> MonitoringState:
        """Whether it counts, as clients have set it."""
        return self._stage.status.monitoring_state

    def start(self, *, other_version: bool = False) -> None:
        """Serve. ``other_version``: know none of the calls of netmon.v1."""
        if self._server is not None:
            raise RuntimeError("the fake collector runs already")
        Path(self.socket).unlink(missing_ok=True)
        # Threads that hang are let go by `kill`, so the pool ends.
        server = grpc.server(
            ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="netmon-fake"), options=SERVER_OPTIONS
        )
        if not other_version:
            monitor_service_pb2_grpc.add_MonitorServiceServicer_to_server(FakeMonitorService(self._stage), server)
            control_service_pb2_grpc.add_ControlServiceServicer_to_server(FakeControlService(self._stage), server)
        servicer = health.HealthServicer()
        servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        server.add_insecure_port(target(self.socket))
        server.start()
        self._server = server

    def kill(self, *, keep_file: bool = True) -> None:
        """End at once: streams break. The socket's file stays behind, as after kill -9, unless told otherwise."""
        server, self._server = self._server, None
        if server is None:
            return
        server.stop(None).wait()
        Path(self.socket).unlink(missing_ok=True)
        if keep_file:
            with sockets.socket(sockets.AF_UNIX) as stale:
                stale.bind(self.socket)

    def restart(self, instance_id: str | None = None) -> None:
        """Serve again, as a new instance; end the running one first. Its events are gone, as a collector's are."""
        self.kill()
        self._restarts += 1
        self._stage.begin_instance(instance_id or f"instance-{self._restarts + 1}")
        self._stage.set_mode(Mode.SERVING)
        self.start()

    def publish(self, item: Snapshot | Gap) -> None:
        """Send a snapshot or a gap to all subscribers of snapshots."""
        self._stage.publish(item)

    def set_bandwidth(self, bandwidth: Bandwidth) -> None:
        """Answer with these last minutes from now on."""
        self._stage.bandwidth = bandwidth

    def set_explanation(self, explanation: Explanation) -> None:
        """Explain this connection so from now on; the others are those of the newest snapshot, with nothing tried."""
        self._stage.explanations[explanation.connection.id] = explanation

    def publish_event(self, event: Event) -> None:
        """Send an event to all subscribers of events."""
        self._stage.publish_event(event)

    def refuse(self, *, control_only: bool = False) -> None:
        """Answer calls from now on with PERMISSION_DENIED; open streams go on."""
        self._stage.set_mode(Mode.REFUSING_CONTROL if control_only else Mode.REFUSING)

    def hang(self) -> None:
        """Say nothing from now on, on open streams neither."""
        self._stage.set_mode(Mode.HANGING)

    def fail(self) -> None:
        """Answer calls from now on with INTERNAL and a fault's id; open streams go on."""
        self._stage.set_mode(Mode.FAILING)

    def resume(self) -> None:
        """Serve as before `refuse`, `hang` or `fail`."""
        self._stage.set_mode(Mode.SERVING)

    def close(self) -> None:
        """End, and remove what it left. May be called twice."""
        self.kill(keep_file=False)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
