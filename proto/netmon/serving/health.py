"""Health of the services (grpc.health.v1): "" stands for the server as a whole.

Not grpcio-health-checking's own servicer: that one writes to who watches a service while it holds the lock that every
change of the service needs. A caller that asks to watch and opens no window in HTTP/2 (RFC 9113, 6.9) so kept the ticks
waiting, and the end. Here nothing that a caller does is waited for but by its own call.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final, cast

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from netmon.serving.errors import Context, NotFound
from netmon.serving.service import Service, build_service

_DESCRIPTOR: Final = cast("ServiceDescriptor", health_pb2.DESCRIPTOR.services_by_name["Health"])

HEALTH_SERVICE: Final = _DESCRIPTOR.full_name
"""Full name of the service."""

_Answer = health_pb2.HealthCheckResponse
_ListAnswer: Final[Any] = GetMessageClass(_DESCRIPTOR.methods_by_name["List"].output_type)  # not in its types yet


class Health:
    """Which services answer. All begin as NOT_SERVING."""

    def __init__(self, names: Iterable[str]) -> None:
        self._states = dict.fromkeys(("", *names), _Answer.NOT_SERVING)
        self._watchers: set[asyncio.Event] = set()
        self._is_closed = False

    def service(self) -> Service:
        """Give the service that answers for them."""
        return build_service(_DESCRIPTOR, self)

    def set_all(self, *, is_serving: bool) -> None:
        """Set all services."""
        for name in tuple(self._states):
            self.set(name, is_serving=is_serving)

    def set(self, name: str, *, is_serving: bool) -> None:
        """Set one service, and tell those who watch it. Names of parts that are no service may be used too."""
        if not self._is_closed:
            self._states[name] = _Answer.SERVING if is_serving else _Answer.NOT_SERVING
            for changed in self._watchers:
                changed.set()

    def close(self) -> None:
        """Set all to NOT_SERVING for good."""
        self.set_all(is_serving=False)
        self._is_closed = True

    # The methods of the service, by the names that grpc.health.v1 gives them.

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Context) -> _Answer:  # noqa: N802
        """Say whether a service answers. Raises NotFound."""
        del context
        status = self._states.get(request.service)
        if status is None:
            raise NotFound("UNKNOWN_SERVICE", "there is no service of this name")
        return _Answer(status=status)

    async def List(self, request: Message, context: Context) -> Message:  # noqa: N802
        """Say it of all services."""
        del request, context
        answer = _ListAnswer()
        for name, status in self._states.items():
            answer.statuses[name].status = status
        return answer

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: Context) -> None:  # noqa: N802
        """Say it of a service at once and whenever it changes; who reads slowly hears of the last change alone."""
        changed = asyncio.Event()
        self._watchers.add(changed)
        told = None
        try:
            while True:
                changed.clear()
                status = self._states.get(request.service, _Answer.SERVICE_UNKNOWN)
                if status != told:
                    await context.write(_Answer(status=status))
                    told = status
                await changed.wait()
        finally:
            self._watchers.discard(changed)
