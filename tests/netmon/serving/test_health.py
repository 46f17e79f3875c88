from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from netmon.serving import ServiceHost
from tests.support.served_collector import error_of

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def test_the_server_and_each_service_answer_and_parts_may_be_added(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "h.sock", services=[])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        assert (await stub.Check(health_pb2.HealthCheckRequest())).status == SERVING
        await host.health.set("owners", is_serving=False)
        assert (await stub.Check(health_pb2.HealthCheckRequest(service="owners"))).status == NOT_SERVING
        code, _, _ = await error_of(stub.Check(health_pb2.HealthCheckRequest(service="unknown")))
        assert code is grpc.StatusCode.NOT_FOUND
    await host.stop()


async def test_who_watches_hears_of_the_end_before_it_comes(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "h.sock", services=[])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        await host.health.close()
        assert (await watch.read()).status == NOT_SERVING
        await host.stop()
        code, _, text = await error_of(watch)
        assert (code, text) == (grpc.StatusCode.UNAVAILABLE, "shutting down")
