"""The services of the collector, ready to be hosted."""

from collections.abc import Callable

from netmon.serving import ControlDesk, Service, build_service
from netmon.serving.reflection import reflection_service
from netmon.v1 import control_service_pb2, monitor_service_pb2
from netmon_collector.server.control_service import ControlService
from netmon_collector.server.hub import Hub
from netmon_collector.server.limits import Limits
from netmon_collector.server.monitor_service import MonitorService
from netmon_collector.server.ports import Control, SnapshotSource, StatusSource


def build_services(
    *,
    source: SnapshotSource,
    status: StatusSource,
    control: Control,
    hub: Hub,
    wall_time: Callable[[], float],
    limits: Limits | None = None,
) -> tuple[Service, ...]:
    """Give MonitorService, ControlService and reflection over them, for a ``netmon.serving.ServiceHost``.

    ``wall_time`` gives Unix seconds; ``limits`` are those that the hub has.
    """
    monitor = MonitorService(source=source, status=status, hub=hub, limits=limits or Limits(), wall_time=wall_time)
    changing = ControlService(control, ControlDesk())
    services = (
        build_service(monitor_service_pb2.DESCRIPTOR.services_by_name["MonitorService"], monitor),
        build_service(control_service_pb2.DESCRIPTOR.services_by_name["ControlService"], changing),
    )
    return (*services, reflection_service([service.name for service in services]))
