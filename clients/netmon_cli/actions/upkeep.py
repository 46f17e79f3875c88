"""What ``aggregate`` and ``cleanup`` do: have the recorder do it, and tell what came of it."""

import os
import sys
from contextlib import closing
from datetime import datetime
from typing import Final

import click

from netmon.model import AggregationReport, CleanupPlan, CleanupProgress, CleanupSelection, RetentionPolicy
from netmon_cli.documents import document, line, pretty
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stopping import Stopped, Stopping
from netmon_client.clock import wall_time
from netmon_client.history_lines import HistoryValue, as_history_object
from netmon_client.local_zone import local_zone_name, zone_of
from netmon_client.units import ByteUnits, format_bytes
from netmon_client.words import counted, percent

__all__ = ["plan_words", "run_aggregation", "run_cleanup", "selection_of"]

_FOR_EVER_SECONDS: Final = 36_500 * 86_400
_WHAT: Final = {
    "minutes": "minutes",
    "minute": "minutes",
    "hours": "hours",
    "hour": "hours",
    "days": "days",
    "day": "days",
}


def run_aggregation(session: Session, shape: Shape) -> None:
    """Have the roll-ups checked and mended."""
    with session.history() as client:
        report = client.aggregate()
    if not shape.is_table:
        _write(session, shape, "aggregation", report)
        return
    session.tell(_report_words(report))


def selection_of(older_than_time: float | None, what: str) -> CleanupSelection:
    """Make the selection: all that is older, or only some grains of it. Raise a usage error."""
    context = click.get_current_context(silent=True)
    names = [name.strip().lower() for name in what.split(",") if name.strip()]
    unknown = [name for name in names if name not in _WHAT]
    if unknown:
        raise click.UsageError(f'"{unknown[0]}" is nothing to delete. It takes: minutes, hours, days', context)
    if not names:
        return CleanupSelection(older_than_time=older_than_time)
    if older_than_time is None:
        raise click.UsageError("--what needs --older-than", context)
    chosen = {_WHAT[name] for name in names}
    age = max(1, round(wall_time() - older_than_time))
    return CleanupSelection(
        policy=RetentionPolicy(
            second_seconds=age if "minutes" in chosen else _FOR_EVER_SECONDS,
            minute_seconds=age if "minutes" in chosen else _FOR_EVER_SECONDS,
            hour_seconds=age if "hours" in chosen else _FOR_EVER_SECONDS,
            day_seconds=age if "days" in chosen else 0,
        )
    )


def run_cleanup(session: Session, shape: Shape, selection: CleanupSelection, *, dry_run: bool, is_sure: bool) -> None:
    """Say what would go; where that is wanted, ask and delete."""
    context = click.get_current_context(silent=True)
    if not dry_run and not is_sure and not sys.stdin.isatty():
        raise click.UsageError("nobody is there to ask: --yes deletes, --dry-run only tells", context)
    with session.history() as client:
        plan = client.cleanup_plan(selection)
        if dry_run or not plan.row_count:
            if not shape.is_table:
                _write(session, shape, "cleanup_plan", plan)
            else:
                session.tell(plan_words(plan, shape.byte_units))
            return
        if not is_sure:
            session.say(plan_words(plan, shape.byte_units))
            click.confirm(f"Delete {counted(plan.row_count, 'row')}?", abort=True, err=True)
        with Stopping() as stopping, closing(stopping.items(client.cleanup(selection))) as steps:
            last = CleanupProgress()
            try:
                for last in steps:
                    _tell(session, last)
            except Stopped as stopped:
                session.say(
                    f"netmon-cli: {stopped.reason} after {counted(last.deleted_row_count, 'row')}; the rest stays"
                )
                raise SystemExit(stopped.exit_code) from None
    if shape.is_table:
        freed = format_bytes(last.freed_bytes, shape.byte_units)
        session.tell(f"Deleted {counted(last.deleted_row_count, 'row')}, freed {freed}.")
    else:
        _write(session, shape, "cleanup", last)


def plan_words(plan: CleanupPlan, units: ByteUnits = "si") -> str:
    """Say what would be deleted."""
    if not plan.row_count:
        return "Nothing is that old: nothing to delete."
    oldest = ""
    if plan.oldest_time is not None:
        zone = zone_of(local_zone_name(os.environ))
        oldest = f", oldest {datetime.fromtimestamp(plan.oldest_time, zone):%Y-%m-%d}"
    return f"Would delete {counted(plan.row_count, 'row')}{oldest}, frees {format_bytes(plan.freed_bytes, units)}."


def _tell(session: Session, progress: CleanupProgress) -> None:
    if not sys.stderr.isatty():
        return
    share = progress.deleted_row_count / max(1, progress.row_count)
    told = f"{percent(min(1.0, share))}  {counted(progress.deleted_row_count, 'row')} deleted"
    session.progress("" if progress.is_done else told)


def _report_words(report: AggregationReport) -> str:
    read = f"{counted(report.read_row_count, 'row')} read in {report.seconds:.1f} s"
    mended = report.mended_hour_row_count + report.mended_day_row_count
    if not mended:
        return f"All sums of hours and days are right ({read})."
    parts = f"{report.mended_hour_row_count:,} of hours, {report.mended_day_row_count:,} of days"
    return f"Mended {counted(mended, 'row')}: {parts} ({read})."


def _write(session: Session, shape: Shape, kind: str, value: HistoryValue) -> None:
    fields = document(kind, as_history_object(value))
    session.write(pretty(fields) if shape.format == "json" else line(fields))
