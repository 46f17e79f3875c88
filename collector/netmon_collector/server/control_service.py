"""ControlService: what changes things for everybody on this machine."""

from netmon.codec import monitoring_state_to_wire, time_to_wire
from netmon.serving import Context, ControlDesk, PreconditionFailed
from netmon.v1 import control_service_pb2 as pb
from netmon_collector.server.ports import Control


class ControlService:
    """The methods, by their names in the contract."""

    def __init__(self, control: Control, desk: ControlDesk) -> None:
        self._control = control
        self._desk = desk

    async def StartMonitoring(self, request: pb.StartMonitoringRequest, context: Context) -> pb.StartMonitoringResponse:
        """Count again."""
        with self._desk.doing("start monitoring", context) as deed:
            try:
                changed = await self._control.start()
            except PermissionError as error:
                raise PreconditionFailed("CAPTURE_REFUSED", str(error)) from None
            if not changed:
                deed.result = "it ran already"
        return pb.StartMonitoringResponse(
            state=monitoring_state_to_wire(self._control.monitoring_state), changed=changed
        )

    async def StopMonitoring(self, request: pb.StopMonitoringRequest, context: Context) -> pb.StopMonitoringResponse:
        """Count no more."""
        with self._desk.doing("stop monitoring", context) as deed:
            changed = await self._control.stop()
            if not changed:
                deed.result = "it was stopped already"
        return pb.StopMonitoringResponse(
            state=monitoring_state_to_wire(self._control.monitoring_state), changed=changed
        )

    async def ClearStatistics(self, request: pb.ClearStatisticsRequest, context: Context) -> pb.ClearStatisticsResponse:
        """Move the baseline of all sums to now."""
        with self._desk.doing("clear statistics", context):
            epoch = await self._control.clear()
        return pb.ClearStatisticsResponse(statistics_epoch=time_to_wire(epoch))

    async def RefreshCaches(self, request: pb.RefreshCachesRequest, context: Context) -> pb.RefreshCachesResponse:
        """Look at everything anew."""
        with self._desk.doing("refresh caches", context):
            socket_count, process_count, interface_count = await self._control.refresh()
        return pb.RefreshCachesResponse(
            socket_count=socket_count, process_count=process_count, interface_count=interface_count
        )
