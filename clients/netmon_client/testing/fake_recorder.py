"""A recorder without history: a real gRPC server on a temporary socket, which answers as a test tells it."""

import shutil
import socket as sockets
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from netmon.model import AlertFiring, AlertRule, AlertTest, BrowserDomains, Timeline
from netmon.serving.options import SERVER_OPTIONS
from netmon.v1 import history_service_pb2_grpc
from netmon_client.rpc import target
from netmon_client.testing.history_samples import HISTORY_TIME, a_history_status, a_usage_answer, an_export
from netmon_client.testing.history_services import FakeHistoryService
from netmon_client.testing.history_stage import HistoryAnswers, HistoryStage
from netmon_client.testing.stage import Mode

_WORKERS: Final = 16  # each open stream holds one


class FakeRecorder:
    """Serves given answers; a context manager that starts and ends it.

    ``socket`` is its path, for `netmon_client.connect_history` or ``NETMON_RECORDER_SOCKET``. ``answers`` may be
    changed while it serves; without them usage is that of `a_usage_answer`. Alerts are really put, listed and deleted;
    none fires but by `fire`. A cleanup deletes what ``answers.plan`` says.
    """

    def __init__(
        self,
        *,
        answers: HistoryAnswers | None = None,
        rules: Iterable[AlertRule] = (),
        firings: Iterable[AlertFiring] = (),
        heartbeat_seconds: float = 1.0,
        socket: str | None = None,
    ) -> None:
        self._folder = tempfile.mkdtemp(prefix="netmon-fake-") if socket is None else None
        self.socket = socket if socket is not None else f"{self._folder}/recorder.sock"
        self._stage = HistoryStage(answers or usual_answers(), tuple(firings), heartbeat_seconds)
        self._stage.rules.update({rule.name: rule for rule in rules})
        self._server: grpc.Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def answers(self) -> HistoryAnswers:
        """What it answers, to be changed at will."""
        return self._stage.answers

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        """The alerts that it holds, by name."""
        return tuple(rule for _, rule in sorted(self._stage.rules.items()))

    @property
    def calls(self) -> tuple[str, ...]:
        """Names of the calls that came in, in their order."""
        return tuple(self._stage.calls)

    @property
    def asked(self) -> tuple[object, ...]:
        """Questions, selections and rules that came in, in their order."""
        return tuple(self._stage.asked)

    def start(self, *, other_version: bool = False) -> None:
        """Serve. ``other_version``: know none of the calls."""
        if self._server is not None:
            raise RuntimeError("the fake recorder runs already")
        Path(self.socket).unlink(missing_ok=True)
        server = grpc.server(
            ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="netmon-fake"), options=SERVER_OPTIONS
        )
        if not other_version:
            history_service_pb2_grpc.add_HistoryServiceServicer_to_server(FakeHistoryService(self._stage), server)
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

    def restart(self) -> None:
        """Serve again with the same answers, alerts and firings: history outlives a recorder."""
        self.kill()
        self._stage.set_mode(Mode.SERVING)
        self.start()

    def fire(self, firing: AlertFiring) -> None:
        """Send a firing to all who follow; it is listed from then on."""
        self._stage.fire(firing)

    def refuse(self, *, control_only: bool = False) -> None:
        """Answer calls from now on with PERMISSION_DENIED (``control_only``: those that change anything)."""
        self._stage.set_mode(Mode.REFUSING_CONTROL if control_only else Mode.REFUSING)

    def hang(self) -> None:
        """Say nothing to calls from now on."""
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


def usual_answers() -> HistoryAnswers:
    """Give the answers of a recorder that runs well: usage and export as samples have them, the rest empty."""
    since = HISTORY_TIME - 5 * 3600
    return HistoryAnswers(
        usage=a_usage_answer,
        status=a_history_status(),
        export=an_export(),
        alert_test=AlertTest(since_time=HISTORY_TIME - 7 * 86_400, until_time=HISTORY_TIME),
        timeline=Timeline(since_time=since, until_time=HISTORY_TIME, grain_seconds=60),
        browser_domains=BrowserDomains(since_time=since, until_time=HISTORY_TIME),
    )
