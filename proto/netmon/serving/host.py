"""Serves services on one Unix socket, from the lock to the last goodbye."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio

from netmon.serving.callers import NOBODY, Caller, CallerPolicy, Callers
from netmon.serving.calls import CallGuard
from netmon.serving.gate import GateTimes, PeerGate
from netmon.serving.health import Health
from netmon.serving.options import SERVER_OPTIONS
from netmon.serving.quotas import ConnectionQuotas, GateLimits, within_descriptors
from netmon.serving.service import Service
from netmon.serving.socket import ServiceSocket, SocketAccess
from netmon.serving.under_way import CallLimits, CallsUnderWay

_BACKLOG = 1024

_LOGGER = logging.getLogger(__name__)


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
        claimed: ServiceSocket | None = None,
        callers: Callers | None = None,
        limits: GateLimits | None = None,
        calls: CallLimits | None = None,
        times: HostTimes | None = None,
    ) -> None:
        """``claimed``: the socket of ``path``, where it was claimed before, with its access.

        ``callers`` in place of `CallerPolicy` says what users may; who owns the service is known all the same.
        """
        self.path = path
        self._socket = claimed or ServiceSocket(path, access or SocketAccess())
        self.health = Health([service.name for service in services])
        self._services = (*services, self.health.service())
        self._times = times = times or HostTimes()
        self._limits = limits or GateLimits()
        access = self._socket.access
        self._policy = CallerPolicy(starter_uid=access.uid, admits_strangers=access.is_open)
        self._callers = self._policy if callers is None else callers
        self._under_way = CallsUnderWay(calls or CallLimits())
        self._guard = CallGuard(
            self._find_caller, self._under_way, cut=self._cut, unread_seconds=times.stalled_peer_seconds
        )
        self._gate: PeerGate | None = None
        self._private: Path | None = None
        self._server: grpc.aio.Server | None = None
        self._server_number = 0
        self._retired: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    @property
    def stream_count(self) -> int:
        """Streams that are open, of health and reflection too."""
        return self._guard.stream_count

    @property
    def connection_count(self) -> int:
        """Connections that are open."""
        return 0 if self._gate is None else self._gate.connection_count

    @property
    def held_bytes(self) -> int:
        """Answers that wait for callers to read them, of those who do not see everything."""
        return self._under_way.held_bytes

    @property
    def limits(self) -> GateLimits:
        """How many connections there may be: once it is started, as many as there are descriptors for."""
        return self._limits

    def claim(self) -> None:
        """Make the run directory and take the lock. Raises what ``ServiceSocket.claim`` raises."""
        self._socket.claim()

    async def start(self) -> None:
        """Serve. Raises what ``claim`` raises, and OSError where the socket cannot be made."""
        self.claim()
        loop = asyncio.get_running_loop()
        self._limits = within_descriptors(self._limits)
        times = GateTimes(unread_seconds=self._times.stalled_peer_seconds)
        try:
            self._gate = PeerGate(ConnectionQuotas(self._limits, self._policy.is_master), times, loop)
            await self._serve(self._gate)
            self._publish(self._gate)
        except BaseException:
            if self._gate is not None:
                await self._gate.close(0.0)
            self._socket.remove()
            raise
        self.health.set_all(is_serving=True)
        self._watch = asyncio.create_task(self._keep_reachable(), name=f"watch {self.path.name}")

    async def stop(self) -> None:
        """End all streams as UNAVAILABLE, let unary calls end, remove the socket. Does nothing when not started."""
        if self._watch is None or self._server is None or self._gate is None:
            return
        self._watch.cancel()
        self.health.close()
        await asyncio.sleep(0)  # who watches hears of it before the stream ends
        self._guard.close_streams()
        # A client that writes to a closed connection before it has read all of it never learns why its stream ended.
        await asyncio.sleep(self._times.goodbye_seconds)
        await self._server.stop(self._times.stop_grace_seconds)
        for task in self._retired:
            task.cancel()
        await asyncio.gather(self._watch, *self._retired, return_exceptions=True)
        await self._gate.close(self._times.goodbye_seconds)
        self._socket.remove()
        self._watch = self._server = self._gate = None

    def _cut(self, peer: str) -> None:
        if self._gate is not None:
            self._gate.cut(peer)

    async def _find_caller(self, peer: str) -> Caller:
        who = None if self._gate is None else self._gate.credentials_of(peer)
        if who is None:
            return NOBODY
        return await self._callers.find(who, asyncio.get_running_loop().time())

    async def _serve(self, gate: PeerGate) -> None:
        """Start a server on a socket in private, and lead the gate to it."""
        server = grpc.aio.server(interceptors=(self._guard,), options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(service.name, dict(service.methods)) for service in self._services]
        )
        # A name of its own: gRPC removes the file when it stops listening, whoever's it is by then.
        self._server_number += 1
        self._private = private = self._socket.open_private() / f"grpc{self._server_number}"
        try:
            server.add_insecure_port(f"unix:{private}")
        except RuntimeError as error:
            raise OSError(f"cannot bind beside {self.path}: {error}") from error
        await server.start()
        self._server = server
        gate.lead_to(private)

    def _publish(self, gate: PeerGate) -> None:
        """Make the public socket and move it to its place."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

        def bind(path: str) -> None:
            listener.bind(path)
            listener.listen(_BACKLOG)

        try:
            self._socket.bind(bind)
            self._socket.publish()
        except BaseException:
            listener.close()
            raise
        gate.listen(listener)

    async def _keep_reachable(self) -> None:
        """Bind again when a socket file is gone, and cut peers that have stopped reading."""
        loop = asyncio.get_running_loop()
        was_reachable = True
        while True:
            await asyncio.sleep(self._times.watch_seconds)
            try:
                if self._gate is not None:
                    self._gate.look(loop.time())
                    await self._bind_again(self._gate)
                was_reachable = True
            except Exception:
                # The outermost loop of this task: whatever is wrong with the path may be mended by the next look.
                if was_reachable:
                    _LOGGER.exception("the socket cannot be looked after; trying on")
                was_reachable = False

    async def _bind_again(self, gate: PeerGate) -> None:
        has_private = self._private is not None and self._private.is_socket()
        if has_private and self._socket.is_in_place:
            return
        self._socket.claim()
        if not has_private:
            old = self._server
            await self._serve(gate)
            if old is not None:
                task = asyncio.create_task(_retire(old))
                self._retired.add(task)
                task.add_done_callback(self._retired.discard)
        if not self._socket.is_in_place:
            self._publish(gate)
        _LOGGER.warning("the socket was removed: bound again")


async def _retire(server: grpc.aio.Server) -> None:
    """Take no new calls on a server that cannot be reached any more, and keep it until its last stream has ended."""
    try:
        await server.stop(float(10**9))
    except asyncio.CancelledError:
        with contextlib.suppress(asyncio.CancelledError):
            await server.stop(None)
        raise
