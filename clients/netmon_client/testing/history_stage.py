"""What a fake recorder serves, shared between the test that sets it and the threads that serve it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import grpc

from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    AlertState,
    AlertTest,
    BrowserDomains,
    CacheReport,
    CleanupPlan,
    EntityPage,
    EntityQuery,
    ExportItem,
    Timeline,
    UsageAnswer,
    UsageQuery,
)
from netmon_client.history_answers import HistoryStatus
from netmon_client.testing.stage import Mode

_NOTHING_TO_DELETE = CleanupPlan()


@dataclass(slots=True, kw_only=True)
class HistoryAnswers:
    """What is answered; a test may set any of it at any time. Functions are handed the question."""

    usage: UsageAnswer | Callable[[UsageQuery], UsageAnswer]
    status: HistoryStatus
    entities: EntityPage | Callable[[EntityQuery], EntityPage] = field(default_factory=EntityPage)
    timeline: Timeline
    browser_domains: BrowserDomains
    export: Sequence[ExportItem] | Callable[[], Iterator[ExportItem]] = ()
    aggregation: AggregationReport = field(default_factory=AggregationReport)
    plan: CleanupPlan = _NOTHING_TO_DELETE
    caches: CacheReport = field(default_factory=CacheReport)
    alert_test: AlertTest = field(default_factory=AlertTest)


class HistoryStage:
    """The state of the fake recorder; every change wakes the streams."""

    def __init__(self, answers: HistoryAnswers, firings: Sequence[AlertFiring], heartbeat_seconds: float) -> None:
        self._changed = threading.Condition()
        self._firings = list(firings)
        self.answers = answers
        self.heartbeat_seconds = heartbeat_seconds
        self.mode = Mode.SERVING
        self.rules: dict[str, AlertRule] = {}
        self.calls: list[str] = []
        self.asked: list[object] = []

    @property
    def firings(self) -> tuple[AlertFiring, ...]:
        """All firings, oldest first."""
        with self._changed:
            return tuple(self._firings)

    def fire(self, firing: AlertFiring) -> None:
        """Send a firing to all who follow."""
        with self._changed:
            self._firings.append(firing)
            self._changed.notify_all()

    def state_of(self, rule: AlertRule) -> AlertState:
        """Give a rule with its firings."""
        own = [firing for firing in self.firings if firing.name == rule.name]
        return AlertState(rule=rule, firing_count=len(own), last_firing=own[-1] if own else None)

    def set_mode(self, mode: Mode) -> None:
        """Answer so from now on, streams that are open included."""
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def wait_while_hanging(self, context: grpc.ServicerContext) -> None:
        """Return when the fake does not hang (any more), or the caller has gone."""
        context.add_callback(self._wake)
        with self._changed:
            self._changed.wait_for(lambda: self.mode is not Mode.HANGING or not context.is_active())

    def follow(self, after_sequence: int | None, context: grpc.ServicerContext) -> Iterator[AlertFiring | None]:
        """Give firings after a sequence (None: those to come) as they come; None when a sign of life is due."""
        with self._changed:
            told = self._firings[-1].sequence if self._firings else 0
        told = told if after_sequence is None else after_sequence
        yield None  # tells the caller that it is heard: what fires from here on is not missed
        while context.is_active():
            with self._changed:
                fresh = [firing for firing in self._firings if firing.sequence > told]
                if not fresh:
                    self._changed.wait(self.heartbeat_seconds)
                    fresh = [firing for firing in self._firings if firing.sequence > told]
            for firing in fresh:
                told = firing.sequence
                yield firing
            if not fresh:
                yield None

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
