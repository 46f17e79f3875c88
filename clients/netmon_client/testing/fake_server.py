"""A real gRPC server on a temporary socket that a test starts, kills, starts again, and makes refuse, hang or fail."""

import shutil
import socket as sockets
import tempfile
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from netmon.serving.options import SERVER_OPTIONS
from netmon_client.rpc import target
from netmon_client.testing.stage import Mode

__all__ = ["FakeServer"]

_WORKERS: Final = 64  # each open stream holds one; a thread begins when it is needed


class _Stage(Protocol):
    """What the services of a server answer from."""

    @property
    def calls(self) -> list[str]: ...

    def set_mode(self, mode: Mode) -> None: ...


_AnyStage = TypeVar("_AnyStage", bound=_Stage)


class FakeServer(ABC, Generic[_AnyStage]):
    """Serves at ``socket``, below a folder of its own unless told where; a context manager that starts and ends it."""

    def __init__(self, stage: _AnyStage, name: str, socket: str | None) -> None:
        """Serve from ``stage``, on a socket of the file name ``name``.sock."""
        self._folder = tempfile.mkdtemp(prefix="netmon-fake-") if socket is None else None
        self.socket = socket if socket is not None else f"{self._folder}/{name}.sock"
        self._server: grpc.Server | None = None
        self._stage = stage

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def calls(self) -> tuple[str, ...]:
        """Names of the calls that came in, in their order."""
        return tuple(self._stage.calls)

    def start(self, *, other_version: bool = False) -> None:
        """Serve. ``other_version``: know none of the calls of netmon.v1."""
        if self._server is not None:
            raise RuntimeError(f"the server at {self.socket} runs already")
        Path(self.socket).unlink(missing_ok=True)
        # Threads that hang are let go by `kill`, so the pool ends.
        server = grpc.server(
            ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="netmon-fake"), options=SERVER_OPTIONS
        )
        if not other_version:
            self._add_services(server)
        servicer = health.HealthServicer()
        servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        server.add_insecure_port(target(self.socket))
        server.start()
        self._server = server

    def kill(self, *, keep_file: bool = True) -> None:
        """End at once: streams break. The socket's file stays behind, as after kill -9, unless told otherwise."""
        server, self._server = self._server, None
        if server is None:
            return
        server.stop(None).wait()
        Path(self.socket).unlink(missing_ok=True)
        if keep_file:
            with sockets.socket(sockets.AF_UNIX) as stale:
                stale.bind(self.socket)

    def refuse(self, *, control_only: bool = False) -> None:
        """Answer calls from now on with PERMISSION_DENIED (``control_only``: those that change anything).

        Open streams go on.
        """
        self._stage.set_mode(Mode.REFUSING_CONTROL if control_only else Mode.REFUSING)

    def hang(self) -> None:
        """Say nothing from now on, on open streams neither."""
        self._stage.set_mode(Mode.HANGING)

    def fail(self) -> None:
        """Answer calls from now on with INTERNAL and a fault's id; open streams go on."""
        self._stage.set_mode(Mode.FAILING)

    def resume(self) -> None:
        """Serve as before `refuse`, `hang` or `fail`."""
        self._stage.set_mode(Mode.SERVING)

    def close(self) -> None:
        """End, and remove what it left. May be called twice."""
        self.kill(keep_file=False)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @abstractmethod
    def _add_services(self, server: grpc.Server) -> None:
        """Add what is served beside the health service."""
