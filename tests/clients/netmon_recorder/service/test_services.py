from pathlib import Path
from typing import Any, cast

import grpc.aio
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from netmon.v1 import history_service_pb2
from tests.support.served_history import served_history

NAME = history_service_pb2.DESCRIPTOR.services_by_name["HistoryService"].full_name


async def test_health_and_reflection_tell_of_the_service(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served, grpc.aio.insecure_channel(f"unix:{served.path}") as channel:
        # The generated stubs are typed for both kinds of channel at once.
        checker: Any = HealthStub(cast("Any", channel))
        health = await checker.Check(health_pb2.HealthCheckRequest(service=NAME))
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        mirror: Any = ServerReflectionStub(cast("Any", channel))
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        answer = await anext(aiter(mirror.ServerReflectionInfo(iter([question]))))
        assert NAME in {service.name for service in answer.list_services_response.service}
