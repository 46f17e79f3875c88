"""Alerts: saved questions that the recorder asks each minute. Times are Unix seconds."""

from dataclasses import dataclass, field

from netmon.model.filter import Filter
from netmon.model.history import HistoryGap, UsageSeries
from netmon.model.history_enums import AlertMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Hours of each day in which an alert does not fire, in minutes of the day; past midnight where the end is first.

    ``time_zone`` is a name of the IANA database; empty: the recorder's own.
    """

    begin_minute: int
    end_minute: int
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """Fires where the measure over the window that ends now is greater than ``bound``; then it is quiet for a while.

    ``query`` is the filter as a person typed it, to be shown. ``quiet_seconds`` 0: as long as the window.
    """

    name: str
    filter: Filter = field(default_factory=Filter)
    query: str = ""
    measure: AlertMeasure = AlertMeasure.UNSPECIFIED
    bound: int = 0
    window_seconds: float = 0.0
    quiet_seconds: float = 0.0
    is_paused: bool = False
    muted_until_time: float | None = None
    include_loopback: bool = False
    created_time: float | None = None
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFiring:
    """An alert that fired, and the applications that made up most of it, biggest first."""

    sequence: int
    name: str
    time: float
    window_since_time: float
    measure: AlertMeasure
    value: int
    bound: int
    applications: tuple[UsageSeries, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """A rule and what became of it. ``value`` None: nothing was recorded in the window that ends now."""

    rule: AlertRule
    value: int | None = None
    firing_count: int = 0
    last_firing: AlertFiring | None = None
    quiet_until_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTest:
    """What a rule would have done in a range; ``greatest_time`` is the end of the window of ``greatest_value``."""

    firings: tuple[AlertFiring, ...] = ()
    firing_count: int = 0
    greatest_value: int = 0
    greatest_time: float | None = None
    since_time: float = 0.0
    until_time: float = 0.0
    gaps: tuple[HistoryGap, ...] = ()
