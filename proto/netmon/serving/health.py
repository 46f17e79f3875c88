"""Health of the services (grpc.health.v1): "" stands for the server as a whole."""

from collections.abc import Iterable
from typing import cast

from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2
from grpc_health.v1.health import aio as health_aio

from netmon.serving.service import Service, build_service

HEALTH_SERVICE = health.SERVICE_NAME
"""Full name of the service."""


class Health:
    """Which services answer. All begin as NOT_SERVING."""

    def __init__(self, names: Iterable[str]) -> None:
        self._servicer = health_aio.HealthServicer()
        self._names = ("", *names)

    def service(self) -> Service:
        """Give the service that answers for them."""
        descriptor = cast("ServiceDescriptor", health_pb2.DESCRIPTOR.services_by_name["Health"])
        return build_service(descriptor, self._servicer)

    async def set_all(self, *, is_serving: bool) -> None:
        """Set all services."""
        for name in self._names:
            await self.set(name, is_serving=is_serving)

    async def set(self, name: str, *, is_serving: bool) -> None:
        """Set one service, and tell those who watch it. Names of parts that are no service may be used too."""
        status = health_pb2.HealthCheckResponse.SERVING if is_serving else health_pb2.HealthCheckResponse.NOT_SERVING
        await self._servicer.set(name, status)

    async def close(self) -> None:
        """Set all to NOT_SERVING for good."""
        await self._servicer.enter_graceful_shutdown()
