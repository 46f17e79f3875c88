from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from netmon.serving import Context, ServiceHost, build_service
from netmon.v1 import control_service_pb2 as pb
from netmon.v1.control_service_pb2_grpc import ControlServiceStub

DESCRIPTOR = pb.DESCRIPTOR.services_by_name["ControlService"]


class Servicer:
    """Answers with messages, and once with what is encoded already."""

    async def StartMonitoring(self, request: pb.StartMonitoringRequest, context: Context) -> pb.StartMonitoringResponse:
        return pb.StartMonitoringResponse(changed=True)

    async def StopMonitoring(self, request: pb.StopMonitoringRequest, context: Context) -> bytes:
        return pb.StopMonitoringResponse(changed=True).SerializeToString()

    async def ClearStatistics(self, request: pb.ClearStatisticsRequest, context: Context) -> bytes:
        return b""

    async def RefreshCaches(self, request: pb.RefreshCachesRequest, context: Context) -> bytes:
        return b""


def test_a_service_has_the_name_and_the_methods_of_its_descriptor() -> None:
    service = build_service(DESCRIPTOR, Servicer())
    assert service.name == "netmon.v1.ControlService"
    assert sorted(service.methods) == ["ClearStatistics", "RefreshCaches", "StartMonitoring", "StopMonitoring"]


def test_an_object_that_lacks_a_method_is_refused_at_once() -> None:
    with pytest.raises(AttributeError, match="StartMonitoring"):
        build_service(DESCRIPTOR, object())


async def test_messages_and_bytes_both_reach_the_caller(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "s.sock", services=[build_service(DESCRIPTOR, Servicer())])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        stub: Any = ControlServiceStub(channel)
        assert (await stub.StartMonitoring(pb.StartMonitoringRequest())).changed
        assert (await stub.StopMonitoring(pb.StopMonitoringRequest())).changed
        health: Any = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(service="netmon.v1.ControlService"))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    await host.stop()
