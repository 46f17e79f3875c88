"""Rules: what makes sense, what they measure, when they are quiet. Pure."""

from typing import Final

from netmon.model import AlertFiring, AlertMeasure, AlertRule, UsageSums

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
        raise ValueError("AlertRule.window: not whole minutes, from one to 31 days")
    if not 0 <= rule.quiet_seconds <= LONGEST_WINDOW_SECONDS:
        raise ValueError("AlertRule.quiet: not from 0 to 31 days")


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


def quiet_until(rule: AlertRule, last: AlertFiring | None, now: float) -> float | None:
    """Give when a rule may fire again; None: now. A firing that lies in the future (the clock went back) counts not."""
    if last is None or last.time > now:
        return None
    until = last.time + quiet_seconds(rule)
    return until if until > now else None


def may_fire(rule: AlertRule, last: AlertFiring | None, now: float) -> bool:
    """Whether a rule may fire now."""
    is_muted = rule.muted_until_time is not None and rule.muted_until_time > now
    return not rule.is_paused and not is_muted and quiet_until(rule, last, now) is None
