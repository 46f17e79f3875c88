from pathlib import Path
from typing import Any

from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from netmon.v1 import control_service_pb2, monitor_service_pb2
from netmon_collector.server import Hub, Limits, build_services
from tests.support.served_collector import served
from tests.support.tick_source import START, Board, TickSource


def test_every_method_of_the_contract_is_there() -> None:
    source = TickSource()
    board = Board(source)
    services = build_services(
        source=source, status=board, control=board, hub=Hub(source, Limits()), wall_time=lambda: START
    )
    for descriptor in (
        monitor_service_pb2.DESCRIPTOR.services_by_name["MonitorService"],
        control_service_pb2.DESCRIPTOR.services_by_name["ControlService"],
    ):
        (service,) = (service for service in services if service.name == descriptor.full_name)
        assert set(service.methods) == {method.name for method in descriptor.methods}


async def test_reflection_lists_the_services(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        channel: Any = both.channel()  # the stubs of grpcio-reflection know the other kind of channel only
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        answer = await call.read()
        assert {service.name for service in answer.list_services_response.service} == {
            "netmon.v1.MonitorService",
            "netmon.v1.ControlService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
        }
