"""A collector without packets: a real gRPC server on a temporary socket, which does what a test tells it."""

from collections.abc import Iterable
from typing import Final

import grpc

from netmon.model import Event, Explanation, Gap, MonitoringState, Snapshot, Status
from netmon.v1 import control_service_pb2_grpc, monitor_service_pb2_grpc
from netmon_client.answers import Bandwidth
from netmon_client.testing.fake_server import FakeServer
from netmon_client.testing.samples import a_snapshot, a_status
from netmon_client.testing.services import FakeControlService, FakeMonitorService
from netmon_client.testing.stage import Mode, Stage

_NO_BANDWIDTH: Final = Bandwidth()


class FakeCollector(FakeServer[Stage]):
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
        shown = tuple(snapshots) or (a_snapshot(),)
        stage = Stage(shown, tuple(events), status or a_status(), bandwidth, heartbeat_seconds)
        super().__init__(stage, "collector", socket)
        self._restarts = 0

    @property
    def instance_id(self) -> str:
        """Identity of the run that is served."""
        return self._stage.instance_id

    @property
    def monitoring_state(self) -> MonitoringState:
        """Whether it counts, as clients have set it."""
        return self._stage.status.monitoring_state

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

    def _add_services(self, server: grpc.Server) -> None:
        monitor_service_pb2_grpc.add_MonitorServiceServicer_to_server(FakeMonitorService(self._stage), server)
        control_service_pb2_grpc.add_ControlServiceServicer_to_server(FakeControlService(self._stage), server)
