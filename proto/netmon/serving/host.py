"""Serves services on one Unix socket, from the lock to the last goodbye."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio

from netmon.serving.callers import UNKNOWN, Caller, Callers
from netmon.serving.calls import CallGuard
from netmon.serving.health import Health
from netmon.serving.options import SERVER_OPTIONS
from netmon.serving.service import Service
from netmon.serving.socket import ServiceSocket, SocketAccess
from netmon.serving.stalled import StalledPeers

_LOGGER = logging.getLogger(__name__)


BY_SOCKET = Caller(
    uid=UNKNOWN,
    pid=UNKNOWN,
    sees_all=True,
    may_control=True,
    why="whoever may open the socket, by its owner and group, sees everything and may control",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTimes:
    """How long things may take, in seconds.

    ``stop_grace_seconds`` is what unary calls get to end, ``goodbye_seconds`` what clients get to read why their
    streams did. A removed socket is noticed in ``watch_seconds``, a peer that stopped reading is cut after
    ``stalled_peer_seconds``.
    """

    stop_grace_seconds: float = 0.5
    goodbye_seconds: float = 0.05
    watch_seconds: float = 1.0
    stalled_peer_seconds: float = 30.0


class ServiceHost:
    """A server of some services and of their health, on a path that it holds the lock of.

    ``claim`` may be called before anything else is built: it tells that another one runs. Then ``start``, ``stop``.
    """

    def __init__(
        self,
        *,
        path: Path,
        services: Sequence[Service],
        access: SocketAccess | None = None,
        callers: Callers | None = None,
        times: HostTimes = HostTimes(),
    ) -> None:
        self.path = path
        self.health = Health([service.name for service in services])
        self._services = (*services, self.health.service())
        self._times = times
        self._socket = ServiceSocket(path, access or SocketAccess())
        self._callers = callers
        self._guard = CallGuard(self._find_caller)
        self._server: grpc.aio.Server | None = None
        self._retired: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    @property
    def stream_count(self) -> int:
        """Streams that are open, of health and reflection too."""
        return self._guard.stream_count

    def claim(self) -> None:
        """Make the run directory and take the lock. Raises what ``ServiceSocket.claim`` raises."""
        self._socket.claim()

    async def start(self) -> None:
        """Serve. Raises what ``claim`` raises, and OSError where the socket cannot be made."""
        self.claim()
        try:
            await self._serve()
        except BaseException:
            self._socket.remove()
            raise
        await self.health.set_all(is_serving=True)
        self._watch = asyncio.create_task(self._keep_reachable(), name=f"watch {self.path.name}")

    async def stop(self) -> None:
        """End all streams as UNAVAILABLE, let unary calls end, remove the socket. Does nothing when not started."""
        if self._watch is None or self._server is None:
            return
        self._watch.cancel()
        await self.health.close()
        self._guard.close_streams()
        # A client that writes to a closed connection before it has read all of it never learns why its stream ended.
        await asyncio.sleep(self._times.goodbye_seconds)
        await self._server.stop(self._times.stop_grace_seconds)
        for task in self._retired:
            task.cancel()
        await asyncio.gather(self._watch, *self._retired, return_exceptions=True)
        self._socket.remove()
        self._watch = self._server = None

    async def _find_caller(self, peer: str) -> Caller:
        del peer  # nothing is in it until the gate stands: the socket's mode decides
        if self._callers is not None:
            return await self._callers.find(UNKNOWN, UNKNOWN, asyncio.get_running_loop().time())
        return BY_SOCKET

    async def _serve(self) -> None:
        """Start a server on a socket in private and move that to its place."""
        server = grpc.aio.server(interceptors=(self._guard,), options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(service.name, dict(service.methods)) for service in self._services]
        )

        def bind(path: str) -> None:
            try:
                server.add_insecure_port(f"unix:{path}")
            except RuntimeError as error:
                raise OSError(f"cannot bind {self.path}: {error}") from error

        self._socket.bind(bind)
        await server.start()
        self._socket.publish()
        self._server = server

    async def _keep_reachable(self) -> None:
        """Bind again when the socket file is gone, and cut peers that have stopped reading."""
        loop = asyncio.get_running_loop()
        stalled = StalledPeers(str(self._socket.bound_path), self._times.stalled_peer_seconds)
        was_reachable = True
        while True:
            await asyncio.sleep(self._times.watch_seconds)
            try:
                stalled.cut(loop.time())
                if not self._socket.is_in_place:
                    await self._bind_again()
                was_reachable = True
            except Exception:
                # The outermost loop of this task: whatever is wrong with the path may be mended by the next look.
                if was_reachable:
                    _LOGGER.exception("the socket cannot be looked after; trying on")
                was_reachable = False

    async def _bind_again(self) -> None:
        old = self._server
        self._socket.claim()
        await self._serve()
        _LOGGER.warning("the socket was removed: bound again")
        if old is not None:
            task = asyncio.create_task(_retire(old))
            self._retired.add(task)
            task.add_done_callback(self._retired.discard)


async def _retire(server: grpc.aio.Server) -> None:
    """Take no new calls on a server that cannot be reached any more, and keep it until its last stream has ended."""
    try:
        await server.stop(float(10**9))
    except asyncio.CancelledError:
        with contextlib.suppress(asyncio.CancelledError):
            await server.stop(None)
        raise
