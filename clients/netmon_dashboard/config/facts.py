"""What the recorder says of itself, as facts; and what upkeep would do or did, in sentences. No elements here."""

from datetime import datetime
from typing import Final

from netmon.model import (
    AggregationReport,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    RetentionPolicy,
    StorageStatus,
    StorageTier,
    Visibility,
)
from netmon_client.history_answers import HistoryStatus
from netmon_client.history_words import bucket_name, storage_words
from netmon_client.units import ByteUnits, format_age, format_bytes, format_count

__all__ = [
    "aggregation_text",
    "cache_text",
    "day_text",
    "deleted_text",
    "plan_text",
    "policy_text",
    "recorder_facts",
    "rows_text",
]

_DAY_SECONDS: Final = 86_400


def recorder_facts(status: HistoryStatus, now: float, units: ByteUnits = "si") -> list[tuple[str, str]]:
    """Give the facts of a recorder and its storage, each with its name; ``now`` in Unix seconds.

    Who sees their own part alone is told no sizes and counts, and so shown none.
    """
    recorder, storage = status.recorder, status.storage
    kept = (_spans if recorder.caller.sees is Visibility.OWN else _sizes)(storage, units)
    state = recorder.recording_state.name.lower()
    facts = [
        (
            "Recorder",
            f"{recorder.version}, pid {recorder.pid}, {state} since {format_age(now - recorder.recording_since)}",
        ),
        ("Storage", f"{storage_words(storage.state)}; {storage.engine}, {storage.path}"),
        *kept,
        ("Kept", policy_text(storage.policy, units)),
    ]
    if storage.calendar.time_zone:
        facts.append(
            ("Days of", f"{storage.calendar.time_zone}; months begin on day {storage.calendar.month_first_day or 1}")
        )
    return facts


def policy_text(policy: RetentionPolicy, units: ByteUnits = "si") -> str:
    """Say how long history is kept."""
    quota = f"; at most {format_bytes(policy.quota_bytes, units)}" if policy.quota_bytes else ""
    parts = (("minutes", policy.minute_seconds), ("hours", policy.hour_seconds))
    kept = [f"{name} {_days(seconds)}" if seconds else f"no {name}" for name, seconds in parts]
    if policy.second_seconds:
        kept.insert(0, f"seconds {policy.second_seconds / 3600:g} hours")
    days = f"days {_days(policy.day_seconds)}" if policy.day_seconds else "days for ever"
    return ", ".join([*kept, days]) + quota


def plan_text(plan: CleanupPlan, units: ByteUnits = "si") -> str:
    """Say what a cleanup would do."""
    if plan.row_count == 0:
        return "Nothing is that old: nothing would be deleted."
    oldest = "" if plan.oldest_time is None else f", oldest {day_text(plan.oldest_time)}"
    return f"Would delete {rows_text(plan.row_count)}{oldest}, frees {format_bytes(plan.freed_bytes, units)}"


def deleted_text(done: CleanupProgress, units: ByteUnits = "si") -> str:
    """Say what a cleanup did."""
    return (
        f"Deleted {rows_text(done.deleted_row_count)}; {format_bytes(done.freed_bytes, units)} given back to the disk."
    )


def aggregation_text(report: AggregationReport) -> str:
    """Say what holding the roll-ups against their rows found."""
    mended = report.mended_hour_row_count + report.mended_day_row_count
    found = "all sums were right" if mended == 0 else f"{rows_text(mended)} of hours and days mended"
    return f"Read {rows_text(report.read_row_count)} in {report.seconds:.1f} s: {found}."


def cache_text(report: CacheReport) -> str:
    """Say what was forgotten."""
    keys, names = format_count(report.removed_key_count), format_count(report.removed_name_count)
    return f"Removed {keys} keys and {names} names that nothing is of any more."


def rows_text(count: int) -> str:
    """Give a number of rows: ``12,340 rows``."""
    return f"{format_count(count)} {'row' if count == 1 else 'rows'}"


def day_text(time: float) -> str:
    """Give the day of Unix seconds, in this machine's zone: ``2026-08-01``."""
    return f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d}"


def _sizes(storage: StorageStatus, units: ByteUnits) -> list[tuple[str, str]]:
    free = format_bytes(storage.disk_available_bytes, units)
    return [
        ("Size", f"{format_bytes(storage.file_bytes, units)}; {free} free on its disk"),
        *((f"By {bucket_name(tier.bucket)}", _tier_text(tier, units)) for tier in storage.tiers),
    ]


def _spans(storage: StorageStatus, units: ByteUnits) -> list[tuple[str, str]]:
    return [
        ("Free", f"{format_bytes(storage.disk_available_bytes, units)} on its disk"),
        *((f"By {bucket_name(tier.bucket)}", _span_text(tier)) for tier in storage.tiers if _span_text(tier)),
    ]


def _tier_text(tier: StorageTier, units: ByteUnits) -> str:
    size = f"{rows_text(tier.row_count)}, about {format_bytes(tier.byte_count, units)}"
    return ", ".join(filter(None, (size, _span_text(tier))))


def _span_text(tier: StorageTier) -> str:
    if tier.oldest_time is None or tier.newest_time is None:
        return ""
    return f"{day_text(tier.oldest_time)} to {day_text(tier.newest_time)}"


def _days(seconds: int) -> str:
    count = seconds / _DAY_SECONDS
    return f"{count:g} {'day' if count == 1 else 'days'}"
