"""ControlService: what changes things for everybody on this machine."""

from netmon.codec import monitoring_state_to_wire, time_to_wire
from netmon.serving import Context, PreconditionFailed, caller_of, check_control
from netmon.v1 import control_service_pb2 as pb
from netmon_collector.server.ports import Control


class ControlService:
    """The methods, by their names in the contract."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def StartMonitoring(self, request: pb.StartMonitoringRequest, context: Context) -> pb.StartMonitoringResponse:
        """Count again."""
        check_control(caller_of(context))
        try:
            changed = await self._control.start()
        except PermissionError as error:
            raise PreconditionFailed("CAPTURE_REFUSED", str(error)) from None
        return pb.StartMonitoringResponse(
            state=monitoring_state_to_wire(self._control.monitoring_state), changed=changed
        )

    async def StopMonitoring(self, request: pb.StopMonitoringRequest, context: Context) -> pb.StopMonitoringResponse:
        """Count no more."""
        check_control(caller_of(context))
        changed = await self._control.stop()
        return pb.StopMonitoringResponse(
            state=monitoring_state_to_wire(self._control.monitoring_state), changed=changed
        )

    async def ClearStatistics(self, request: pb.ClearStatisticsRequest, context: Context) -> pb.ClearStatisticsResponse:
        """Move the baseline of all sums to now."""
        check_control(caller_of(context))
        return pb.ClearStatisticsResponse(statistics_epoch=time_to_wire(await self._control.clear()))

    async def RefreshCaches(self, request: pb.RefreshCachesRequest, context: Context) -> pb.RefreshCachesResponse:
        """Look at everything anew."""
        check_control(caller_of(context))
        socket_count, process_count, interface_count = await self._control.refresh()
        return pb.RefreshCachesResponse(
            socket_count=socket_count, process_count=process_count, interface_count=interface_count
        )
