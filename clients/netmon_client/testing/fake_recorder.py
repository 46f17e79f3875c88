"""A recorder without history: a real gRPC server on a temporary socket, which answers as a test tells it."""

from collections.abc import Iterable

import grpc

from netmon.model import AlertFiring, AlertRule, AlertTest, BrowserDomains, Timeline
from netmon.v1 import history_service_pb2_grpc
from netmon_client.testing.fake_server import FakeServer
from netmon_client.testing.history_samples import HISTORY_TIME, a_history_status, a_usage_answer, an_export
from netmon_client.testing.history_services import FakeHistoryService
from netmon_client.testing.history_stage import HistoryAnswers, HistoryStage
from netmon_client.testing.stage import Mode


class FakeRecorder(FakeServer[HistoryStage]):
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
        super().__init__(
            HistoryStage(answers or usual_answers(), tuple(firings), heartbeat_seconds), "recorder", socket
        )
        self._stage.rules.update({rule.name: rule for rule in rules})

    @property
    def answers(self) -> HistoryAnswers:
        """What it answers, to be changed at will."""
        return self._stage.answers

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        """The alerts that it holds, by name."""
        return tuple(rule for _, rule in sorted(self._stage.rules.items()))

    @property
    def asked(self) -> tuple[object, ...]:
        """Questions, selections and rules that came in, in their order."""
        return tuple(self._stage.asked)

    def restart(self) -> None:
        """Serve again with the same answers, alerts and firings: history outlives a recorder."""
        self.kill()
        self._stage.set_mode(Mode.SERVING)
        self.start()

    def fire(self, firing: AlertFiring) -> None:
        """Send a firing to all who follow; it is listed from then on."""
        self._stage.fire(firing)

    def _add_services(self, server: grpc.Server) -> None:
        history_service_pb2_grpc.add_HistoryServiceServicer_to_server(FakeHistoryService(self._stage), server)


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
