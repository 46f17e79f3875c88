import asyncio
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from netmon.serving import ServiceHost
from tests.support.closed_window import closed_window
from tests.support.served_collector import error_of, until

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


async def test_the_server_and_each_service_answer_and_parts_may_be_added(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "h.sock", services=[])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        assert (await stub.Check(health_pb2.HealthCheckRequest())).status == SERVING
        host.health.set("owners", is_serving=False)
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
        host.health.close()
        assert (await watch.read()).status == NOT_SERVING
        await host.stop()
        code, _, text = await error_of(watch)
        assert (code, text) == (grpc.StatusCode.UNAVAILABLE, "shutting down")


async def test_all_parts_are_listed_and_one_that_comes_later_is_heard_of(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "h.sock", services=[])
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="owners"))
        assert (await watch.read()).status == SERVICE_UNKNOWN
        host.health.set("owners", is_serving=True)
        assert (await watch.read()).status == SERVING
        messages: Any = health_pb2  # whose types do not have this one yet
        statuses = (await stub.List(messages.HealthListRequest())).statuses
        assert {name: each.status for name, each in statuses.items()} == {"": SERVING, "owners": SERVING}
    await host.stop()


async def test_who_takes_no_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    host = ServiceHost(path=tmp_path / "h.sock", services=[])
    await host.start()
    async with closed_window(str(host.path)) as deaf, grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        for service in ("", "owners"):
            await deaf.call(
                "/grpc.health.v1.Health/Watch", health_pb2.HealthCheckRequest(service=service).SerializeToString()
            )
        await until(lambda: host.stream_count == 2, "both are watched")
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="owners"))
        assert (await watch.read()).status == SERVICE_UNKNOWN
        for is_serving in (True, False):
            host.health.set("owners", is_serving=is_serving)
            assert (await watch.read()).status == (SERVING if is_serving else NOT_SERVING)
        async with asyncio.timeout(10):  # it takes 0.6 s, and was for ever
            await host.stop()
