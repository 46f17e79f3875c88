"""Rules: what makes sense, what they measure, when they are quiet. Pure."""

from typing import Final

from netmon.model import AlertFiring, AlertMeasure, AlertRule, UsageSums
from netmon_recorder.alerts.quiet_hours import check_quiet_hours, quiet_hours_end

NAME_LIMIT: Final = 64
LONGEST_WINDOW_SECONDS: Final = 31 * 86_400.0
_MINUTE: Final = 60.0


def check_rule(rule: AlertRule) -> None:
    """Raise ValueError, naming the field of the contract, for a rule that makes no sense.

    Its filter is the storage's to check.
    """
    if not rule.name.strip() or not rule.name.isprintable():
        raise ValueError("AlertRule.name: missing, or not one printable line")
    if len(rule.name) > NAME_LIMIT:
        raise ValueError(f"AlertRule.name: more than {NAME_LIMIT} characters")
    if rule.measure is AlertMeasure.UNSPECIFIED:
        raise ValueError("AlertRule.measure: missing")
    if not _MINUTE <= rule.window_seconds <= LONGEST_WINDOW_SECONDS or rule.window_seconds % _MINUTE:
        raise ValueError("AlertRule.window_seconds: not whole minutes, from one to 31 days")
    if not 0 <= rule.quiet_seconds <= LONGEST_WINDOW_SECONDS:
        raise ValueError("AlertRule.quiet_seconds: not from 0 to 31 days")
    if rule.quiet_hours is not None:
        check_quiet_hours(rule.quiet_hours)


def measured(measure: AlertMeasure, sums: UsageSums) -> int:
    """Give what a rule measures of sums."""
    if measure is AlertMeasure.SENT_BYTES:
        return sums.sent_bytes
    if measure is AlertMeasure.RECEIVED_BYTES:
        return sums.received_bytes
    if measure is AlertMeasure.CONNECTIONS:
        return sums.connection_count
    return sums.total_bytes


def quiet_seconds(rule: AlertRule) -> float:
    """Give how long a rule is quiet after it fired."""
    return rule.quiet_seconds or rule.window_seconds


def quiet_until(rule: AlertRule, last: AlertFiring | None, now: float, own_zone: str = "UTC") -> float | None:
    """Give when a rule may fire again; None: now. A firing that lies in the future (the clock went back) counts not."""
    until = now
    if last is not None and last.time <= now:
        until = max(until, last.time + quiet_seconds(rule))
    if rule.quiet_hours is not None:
        until = quiet_hours_end(rule.quiet_hours, until, own_zone) or until
    return until if until > now else None


def may_fire(rule: AlertRule, last: AlertFiring | None, now: float, own_zone: str = "UTC") -> bool:
    """Whether a rule may fire now. ``own_zone``: whose hours are quiet where the rule does not say."""
    is_muted = rule.muted_until_time is not None and rule.muted_until_time > now
    return not rule.is_paused and not is_muted and quiet_until(rule, last, now, own_zone) is None
