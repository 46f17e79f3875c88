"""Health (grpc.health.v1) as a client asks for it."""

from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def health_of(socket: str, part: str) -> str:
    """Give the state of a part of the service on a Unix socket, by its name in the contract."""
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(service=part), timeout=30)
    name: str = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    return name
