"""Hours of the day in which an alert does not fire, through changes of the clocks. Times are Unix seconds."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from netmon.model import QuietHours

_DAY_MINUTES: Final = 1_440


def check_quiet_hours(hours: QuietHours) -> None:
    """Raise ValueError, naming the field of the contract, for hours that are none, or of a zone that is not known."""
    for name, minute in (("begin_minute", hours.begin_minute), ("end_minute", hours.end_minute)):
        if not 0 <= minute < _DAY_MINUTES:
            raise ValueError(f"AlertRule.quiet_hours.{name}: not a minute of a day")
    if hours.begin_minute == hours.end_minute:
        raise ValueError("AlertRule.quiet_hours.end_minute: the begin; pause the alert instead")
    if hours.time_zone:
        _zone(hours.time_zone)


def quiet_hours_end(hours: QuietHours, time: float, own_zone: str) -> float | None:
    """Give when the quiet hours end that a time lies in; None: it lies in none."""
    local = datetime.fromtimestamp(time, UTC).astimezone(_zone(hours.time_zone or own_zone))
    minute = local.hour * 60 + local.minute
    begin, end = hours.begin_minute, hours.end_minute
    is_past_midnight = begin > end
    is_quiet = (minute >= begin or minute < end) if is_past_midnight else begin <= minute < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if is_past_midnight and minute >= begin else 0)
    ends = datetime(day.year, day.month, day.day, end // 60, end % 60, tzinfo=local.tzinfo)
    # An hour that comes twice: its second pass is after the first one's end, and still quiet until the clock says so.
    return max(ends.timestamp(), ends.replace(fold=local.fold).timestamp())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a name that is a folder of the database
        raise ValueError("AlertRule.quiet_hours.time_zone: not a zone of the IANA database known here") from None
