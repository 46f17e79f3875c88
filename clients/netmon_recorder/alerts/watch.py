"""Asks the rules of what is recorded, and keeps what fires. Its methods block on the storage."""

import logging
from typing import Final, Protocol

from netmon.model import (
    AlertFiring,
    AlertRule,
    AlertState,
    BucketSize,
    UsageAnswer,
    UsageDimension,
    UsageQuery,
    UsageSeries,
)
from netmon_recorder.alerts.rules import may_fire, measured, quiet_until
from netmon_recorder.store import AlertBook, StorageError, UsageReader

_APPLICATIONS: Final = 5
_MINUTE: Final = 60.0

log = logging.getLogger(__name__)


class AlertStore(AlertBook, UsageReader, Protocol):
    """What alerts ask of the storage."""


class AlertWatch:
    """The rules and their firings."""

    def __init__(self, store: AlertStore, own_zone: str) -> None:
        self._store = store
        self._own_zone = own_zone

    def ask_all(self, now: float) -> int:
        """Ask each rule whether it fires; give how many did.

        A storage that fails raises only where none fired before: whoever waits for these must still be told.
        """
        fired = 0
        for rule in self._store.rules():
            try:
                fired += self._ask(rule, now)
            except StorageError as error:
                if not fired:
                    raise
                log.warning("the other alerts could not be asked: %s", type(error).__name__)
                break
        return fired

    def states(self, now: float) -> tuple[AlertState, ...]:
        """Give all rules, by name, with what became of them."""
        counts = self._store.firing_counts()
        return tuple(self._state(rule, counts.get(rule.name, 0), now) for rule in self._store.rules())

    def check_filter(self, rule: AlertRule, now: float) -> None:
        """Raise ValueError, naming the field, for a filter that history cannot answer."""
        self._answer(rule, now)

    def _state(self, rule: AlertRule, firing_count: int, now: float) -> AlertState:
        last = self._last(rule)
        value, quiet = None, None
        try:
            quiet = quiet_until(rule, last, now, self._own_zone)
            answer = self._answer(rule, now)
            if any(bucket.total is not None for bucket in answer.buckets):
                value = measured(rule.measure, answer.total)
        except ValueError as error:  # refused today: it must still be seen, and the others with it
            log.debug("a rule has no value: %s", error)
        return AlertState(rule=rule, value=value, firing_count=firing_count, last_firing=last, quiet_until_time=quiet)

    def _ask(self, rule: AlertRule, now: float) -> bool:
        try:
            if not may_fire(rule, self._last(rule), now, self._own_zone):
                return False
            answer = self._answer(rule, now)
            value = measured(rule.measure, answer.total)
            if value <= rule.bound:
                return False
            applications = self._applications(rule, now)
        except ValueError:
            # A rule of before, whose filter or zone is refused today. It must not keep the others from theirs.
            log.exception("a rule cannot be asked")
            return False
        self._store.add_firing(
            AlertFiring(
                sequence=0,
                name=rule.name,
                time=now,
                window_since_time=now - rule.window_seconds,
                measure=rule.measure,
                value=value,
                bound=rule.bound,
                applications=applications,
            )
        )
        return True

    def _last(self, rule: AlertRule) -> AlertFiring | None:
        return next(iter(self._store.firings(name=rule.name, limit=1)), None)

    def _answer(self, rule: AlertRule, now: float) -> UsageAnswer:
        return self._store.usage(_question(rule, now), now)

    def _applications(self, rule: AlertRule, now: float) -> tuple[UsageSeries, ...]:
        question = _question(rule, now, by=(UsageDimension.APPLICATION,), top=_APPLICATIONS)
        series = self._store.usage(question, now).series
        return tuple(UsageSeries(key=each.key, total=each.total) for each in series[:_APPLICATIONS])


def _question(rule: AlertRule, now: float, by: tuple[UsageDimension, ...] = (), top: int = 0) -> UsageQuery:
    # Whole minutes: a range is widened to them, and the window would be one longer.
    until = max(now // _MINUTE * _MINUTE, rule.window_seconds)
    return UsageQuery(
        since_time=until - rule.window_seconds,
        until_time=until,
        bucket=BucketSize.RANGE,
        group_by=by,
        top=top,
        filter=rule.filter,
        include_loopback=rule.include_loopback,
    )
