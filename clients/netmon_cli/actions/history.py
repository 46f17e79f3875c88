"""What ``history`` does: asks the recorder, and shows the answer with what is missing in it."""

import os
from dataclasses import dataclass, field
from typing import Any

import click

from netmon.model import BucketSize, Calendar, Caller, Filter, UsageAnswer, UsageDimension, UsageQuery
from netmon_cli.columns.column import Look
from netmon_cli.documents import document, line, pretty
from netmon_cli.listing import delimited_lines, table_lines
from netmon_cli.listings.history import history_listing
from netmon_cli.past import moment_text, parse_moment
from netmon_cli.render.palette import Style
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client.clock import wall_time
from netmon_client.history_words import EVERY_BUCKET, EVERY_DIMENSION, gap_kind_words, missing_seconds, own_part_words
from netmon_client.local_zone import local_zone_name, zone_of
from netmon_client.units import format_age

__all__ = ["Request", "answer_notes", "read_dimensions", "show_history", "usage_query"]

_USUAL_SINCE = {"second": "5m", "process": "1h", "minute": "1h", "hour": "24h", "day": "30d", "month": "12mo"}
_MINUTES_UP_TO = 3_600.0  # hours would tell of more than was asked for
_HOURS_UP_TO = 3 * 86_400.0
_DAYS_UP_TO = 92 * 86_400.0
_SYNONYMS = {
    "application": "app",
    "remote": "host",
    "rip": "host",
    "protocol": "proto",
    "interface": "iface",
    "pid": "process",
}
_MOST_GROUPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. Times in Unix seconds; None: as usual for ``by``. ``month_day`` 0: the first."""

    by: str | None = None
    group: str = ""
    since_time: float | None = None
    until_time: float | None = None
    top: int = 10
    compares: bool = False
    month_day: int = 0
    loopback: bool = False
    filter: Filter = field(default_factory=Filter)


def show_history(session: Session, shape: Shape, request: Request) -> None:
    """Ask once, and print it."""
    now = wall_time()
    query = usage_query(request, now)
    with session.history() as client:
        answer = client.usage(query)
        caller = client.status().recorder.caller if shape.is_table else Caller()
    by_time = request.by is not None or not query.group_by
    if shape.format in ("json", "jsonl"):
        _write_objects(session, answer, shape, by_time=by_time)
        return
    listing = history_listing(answer, query.group_by, shape, by_time=by_time, compares=request.compares)
    look = Look(now=now, units=shape.units)
    if not shape.is_table:
        session.write(*delimited_lines(listing, shape, look, headers=True))
        return
    session.write(*table_lines(listing, shape, session.terminal(), look))
    if others := own_part_words(caller):
        session.say(others, Style.YELLOW)
    for note in answer_notes(answer, now):
        session.say(note, Style.DIM)


def usage_query(request: Request, now: float) -> UsageQuery:
    """Make the question: days and months are those of the user's time zone. Raise a usage error."""
    zone_name = local_zone_name(os.environ)
    group_by = read_dimensions(request.group)
    until = now if request.until_time is None else min(request.until_time, now)
    since = request.since_time
    if since is None:
        by = request.by or ("process" if UsageDimension.PROCESS in group_by else "hour")
        usual = parse_moment(_USUAL_SINCE[by], now, zone_of(zone_name))
        since = usual - now + until
    if since >= until:
        raise click.UsageError(
            f"--since ({moment_text(since, zone_of(zone_name))}) is not before "
            f"--until ({moment_text(until, zone_of(zone_name))})",
            click.get_current_context(silent=True),
        )
    return UsageQuery(
        since_time=since,
        until_time=until,
        bucket=_bucket(request, until - since, grouped=bool(group_by)),
        group_by=group_by,
        filter=request.filter,
        top=request.top,
        compare=request.compares,
        calendar=Calendar(time_zone=zone_name, month_first_day=request.month_day),
        include_loopback=request.loopback,
    )


def read_dimensions(text: str) -> tuple[UsageDimension, ...]:
    """Read what to group by: none to two names with a comma between. Raise a usage error."""
    names = [_SYNONYMS.get(name.strip(), name.strip()) for name in text.lower().split(",") if name.strip()]
    context = click.get_current_context(silent=True)
    for name in names:
        if name not in EVERY_DIMENSION:
            raise click.UsageError(f'history is not kept by "{name}". It takes: {", ".join(EVERY_DIMENSION)}', context)
    dimensions = tuple(EVERY_DIMENSION[name] for name in dict.fromkeys(names))
    if len(dimensions) > _MOST_GROUPS:
        raise click.UsageError("one or two things to group by, not more", context)
    return dimensions


def answer_notes(answer: UsageAnswer, now: float) -> list[str]:
    """Say what the rows do not: how much is missing and why, and what it was compared with."""
    end = min(answer.until_time, now)
    notes: list[str] = []
    missing = missing_seconds(answer.gaps, answer.since_time, end)
    if missing:
        parts = ", ".join(f"{gap_kind_words(kind)} for {format_age(seconds)}" for kind, seconds in missing)
        notes.append(f"Not all of it was recorded: {parts}")
    if any(bucket.is_lower_bound for bucket in answer.buckets):
        notes.append("Packets were lost, or a part of the stream: some sums are lower bounds")
    if answer.previous_since_time is not None and answer.previous_until_time is not None:
        zone = zone_of(answer.calendar.time_zone)
        before = f"{moment_text(answer.previous_since_time, zone)} to {moment_text(answer.previous_until_time, zone)}"
        unknown = answer.previous_total is None
        notes.append(f"Nothing is known of {before}" if unknown else f"Compared with {before}")
    return notes


def _bucket(request: Request, seconds: float, *, grouped: bool) -> BucketSize:
    if request.by is not None:
        return EVERY_BUCKET[request.by]
    if grouped:
        return BucketSize.RANGE
    if seconds <= _MINUTES_UP_TO:
        return BucketSize.MINUTE
    if seconds <= _HOURS_UP_TO:
        return BucketSize.HOUR
    return BucketSize.DAY if seconds <= _DAYS_UP_TO else BucketSize.MONTH


def _write_objects(session: Session, answer: UsageAnswer, shape: Shape, *, by_time: bool) -> None:
    """Write the answer of the contract: whole, or a line for each of its parts."""
    from netmon_client.history_lines import as_history_object  # noqa: PLC0415 -- 10 ms that no table need pay

    fields = as_history_object(answer)
    if shape.format == "json":
        session.write(pretty(document("usage", fields)))
        return
    parts: dict[str, list[dict[str, Any]]] = {name: fields.pop(name) for name in ("buckets", "series", "gaps")}
    rest: dict[str, Any] | None = fields.pop("rest", None)
    written = [document("usage", fields)]
    if by_time:
        written += [document("bucket", {"index": index, **each}) for index, each in enumerate(parts["buckets"])]
    written += [document("series", each) for each in parts["series"]]
    written += [document("rest", rest)] if rest else []
    written += [document("gap", each) for each in parts["gaps"]]
    session.write(*(line(each) for each in written))
