"""The columns of history: a bucket, a group, or a group within a bucket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from netmon.model import NO_USAGE, BucketSize, HistoryGapKind, UsageDimension, UsageKey, UsageSums
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.render.bar import bar, hatched
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_client.delimited import Value
from netmon_client.history_words import EVERY_DIMENSION, group_name, group_title
from netmon_client.times import format_time
from netmon_client.words import percent

__all__ = ["HISTORY_ORDERS", "HistoryRow", "HistoryScale", "change_words", "history_columns"]

_NONE = Cell(text="—", style=Style.DIM)
_BAR_CELLS = 10
_SHORT_NAMES = {dimension: name for name, dimension in EVERY_DIMENSION.items()}
_FIELDS = {
    UsageDimension.APPLICATION: "application_name",
    UsageDimension.REMOTE_HOST: "remote_host",
    UsageDimension.PROTOCOL: "protocol",
}
_FORMS = {
    BucketSize.SECOND: ("%Y-%m-%d %H:%M:%S", "%H:%M:%S"),
    BucketSize.DAY: ("%a %Y-%m-%d", "%m-%d"),
    BucketSize.MONTH: ("%Y-%m", "%Y-%m"),
}
_TO_THE_MINUTE = ("%Y-%m-%d %H:%M", "%m-%d %H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One row. Times in Unix seconds; ``sums`` None: nothing is known, which is no zero; so for ``previous``.

    ``rest``: the row stands for so many groups. ``missing``: why nothing is known.
    """

    start_time: float
    end_time: float
    key: UsageKey | None = None
    sums: UsageSums | None = None
    previous: UsageSums | None = None
    recorded_seconds: float | None = None
    is_running: bool = False
    is_lower_bound: bool = False
    rest: int = 0
    missing: HistoryGapKind | None = None
    buckets: int = 1
    note: str = ""
    brief: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryScale:
    """What all rows are held against: bucket size, zone, the greatest row, the sums of all and of the period before.

    ``dimensions`` empty: no groups. ``has_times``: rows are of buckets. ``compares``: the period before was asked for.
    ``ambiguous``: names that several applications have.
    """

    bucket: BucketSize
    zone: tzinfo | None
    greatest: int
    total: UsageSums
    previous: UsageSums | None = None
    dimensions: tuple[UsageDimension, ...] = ()
    has_times: bool = True
    compares: bool = False
    month_first_day: int = 1
    ambiguous: frozenset[str] = frozenset()


def change_words(now: int, before: int | None) -> str:
    """Say how much more or less it is than before."""
    if before is None:
        return "—"
    if before == 0:
        return "new" if now else "="
    change = now / before - 1
    if abs(change) < 0.005:
        return "="
    return f"{now / before:.0f}-fold" if change >= 9 else f"{change * 100:+.0f} %"


def history_columns(scale: HistoryScale) -> list[Column[HistoryRow]]:
    """Give the columns of such rows."""
    return [
        *(_time_columns(scale) if scale.has_times else ()),
        *(_name_column(dimension, place, scale) for place, dimension in enumerate(scale.dimensions)),
        *(_identity_column() for dimension in scale.dimensions if dimension is UsageDimension.APPLICATION),
        _bytes_column("received", "received_bytes", "↓", 2, scale, lambda sums: sums.received_bytes),
        _bytes_column("sent", "sent_bytes", "↑", 2, scale, lambda sums: sums.sent_bytes),
        _bytes_column("total", "total_bytes", "Total", 0, scale, lambda sums: sums.total_bytes),
        *(_compared_columns(scale) if scale.compares else ()),
        *(() if scale.has_times else (_share_column(scale),)),
        _bar_column(scale),
        _count_column("connections", "connection_count", "Conns", 4, scale, lambda sums: sums.connection_count),
        _count_column("packets", "packet_count", "Packets", 9, scale, lambda sums: sums.packet_count),
        *(_recording_columns() if scale.has_times else ()),
    ]


def _time_columns(scale: HistoryScale) -> list[Column[HistoryRow]]:
    def show(row: HistoryRow, _: Look) -> Cell:
        long, short = _TO_THE_MINUTE
        if scale.bucket in _FORMS and not (scale.bucket is BucketSize.MONTH and scale.month_first_day > 1):
            long, short = _FORMS[scale.bucket]
        elif scale.bucket is BucketSize.MONTH:
            long, short = _FORMS[BucketSize.DAY]
        start = datetime.fromtimestamp(row.start_time, scale.zone)
        return Cell(
            text=f"{start:{long}}", brief=f"{start:{short}}", style=Style.DIM if row.sums is None else Style.PLAIN
        )

    ends = _FORMS[scale.bucket][0] if scale.bucket is BucketSize.SECOND else _TO_THE_MINUTE[0]
    return [
        Column[HistoryRow](
            key="time",
            field="start_time",
            heading=Heading(title="From"),
            show=show,
            value=lambda row, _: format_time(row.start_time),
            order=HISTORY_ORDERS["time"],
        ),
        Column[HistoryRow](
            key="end",
            field="end_time",
            heading=Heading(title="To", rank=10),
            show=lambda row, _: Cell(text=f"{datetime.fromtimestamp(row.end_time, scale.zone):{ends}}"),
            value=lambda row, _: format_time(row.end_time),
            order=lambda row: (row.end_time,),
            extra=True,
        ),
    ]


def _name_column(dimension: UsageDimension, place: int, scale: HistoryScale) -> Column[HistoryRow]:
    def name(row: HistoryRow) -> str:
        if row.rest:
            return f"({row.rest:,} more)" if place == 0 else ""
        return group_name(row.key, dimension) if row.key is not None else ""

    def show(row: HistoryRow, _: Look) -> Cell:
        text = name(row)
        style = Style.DIM if text.startswith("(") else Style.PLAIN
        if dimension is UsageDimension.APPLICATION and row.key is not None and text in scale.ambiguous:
            text = f"{text} ({row.key.application_id})"
        return Cell(text=text, style=style)

    return Column[HistoryRow](
        key=_SHORT_NAMES[dimension],
        field=_FIELDS.get(dimension, dimension.name.lower()),
        heading=Heading(title=group_title(dimension), minimum=12),
        show=show,
        value=lambda row, _: name(row),
        order=lambda row: (name(row).casefold(),),
    )


def _identity_column() -> Column[HistoryRow]:
    def identity(row: HistoryRow) -> str:
        return row.key.application_id if row.key is not None else ""

    return Column[HistoryRow](
        key="id",
        field="application_id",
        heading=Heading(title="Identity", rank=11, minimum=12),
        show=lambda row, _: Cell(text=identity(row)),
        value=lambda row, _: identity(row),
        order=lambda row: (identity(row),),
        extra=True,
    )


def _bytes_column(
    key: str, field: str, title: str, rank: int, scale: HistoryScale, part: Callable[[UsageSums], int]
) -> Column[HistoryRow]:
    def show(sums: UsageSums | None, look: Look) -> Cell:
        if sums is None:
            return _NONE
        return Cell(text=look.size(part(sums)), style=Style.PLAIN if part(sums) else Style.DIM)

    return Column[HistoryRow](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, right=True),
        show=lambda row, look: show(row.sums, look),
        value=lambda row, _: None if row.sums is None else part(row.sums),
        order=lambda row: (part(row.sums or NO_USAGE),),
        total=lambda _, look: show(scale.total, look),
    )


def _count_column(
    key: str, field: str, title: str, rank: int, scale: HistoryScale, part: Callable[[UsageSums], int]
) -> Column[HistoryRow]:
    return Column[HistoryRow](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, right=True),
        show=lambda row, _: _NONE if row.sums is None else Cell(text=f"{part(row.sums):,}"),
        value=lambda row, _: None if row.sums is None else part(row.sums),
        order=lambda row: (part(row.sums or NO_USAGE),),
        total=lambda _, __: Cell(text=f"{part(scale.total):,}"),
        extra=key == "packets",
    )


def _compared_columns(scale: HistoryScale) -> list[Column[HistoryRow]]:
    def before(sums: UsageSums | None, look: Look) -> Cell:
        return _NONE if sums is None else Cell(text=look.size(sums.total_bytes), style=Style.DIM)

    def change(sums: UsageSums | None, previous: UsageSums | None) -> Cell:
        if sums is None or previous is None:
            return _NONE
        return Cell(text=change_words(sums.total_bytes, previous.total_bytes))

    return [
        Column[HistoryRow](
            key="previous",
            field="previous_total_bytes",
            heading=Heading(title="Before", rank=3, right=True),
            show=lambda row, look: before(row.previous, look),
            value=lambda row, _: None if row.previous is None else row.previous.total_bytes,
            order=lambda row: ((row.previous or NO_USAGE).total_bytes,),
            total=lambda _, look: before(scale.previous, look),
        ),
        Column[HistoryRow](
            key="change",
            field="change_bytes",
            heading=Heading(title="Change", rank=1, right=True),
            show=lambda row, _: change(row.sums, row.previous),
            value=lambda row, _: _change_value(row),
            order=lambda row: (_change_value(row) or 0,),
            total=lambda _, __: change(scale.total, scale.previous),
        ),
    ]


def _change_value(row: HistoryRow) -> int | None:
    if row.sums is None or row.previous is None:
        return None
    return row.sums.total_bytes - row.previous.total_bytes


def _share_column(scale: HistoryScale) -> Column[HistoryRow]:
    def share(row: HistoryRow) -> float:
        return (row.sums or NO_USAGE).total_bytes / max(1, scale.total.total_bytes)

    return Column[HistoryRow](
        key="share",
        field="share",
        heading=Heading(title="Share", rank=1, right=True),
        show=lambda row, _: Cell(text=percent(share(row))),
        value=lambda row, _: round(share(row), 6),
        order=lambda row: (share(row),),
    )


def _bar_column(scale: HistoryScale) -> Column[HistoryRow]:
    def show(row: HistoryRow, _: Look) -> Cell:
        if row.sums is None:
            return Cell(text=hatched(_BAR_CELLS), style=Style.DIM)
        text = bar(row.sums.total_bytes / max(1, scale.greatest), _BAR_CELLS)
        return Cell(text=text, style=Style.DIM if row.is_running or row.rest else Style.BLUE)

    nothing: Callable[[HistoryRow, Look], Value] = lambda _, __: None  # noqa: E731 -- a bar has no raw value
    return Column[HistoryRow](
        key="bar",
        field="bar",
        heading=Heading(title="", rank=5, middle=False),
        show=show,
        value=nothing,
        order=lambda row: ((row.sums or NO_USAGE).total_bytes,),
    )


def _recording_columns() -> list[Column[HistoryRow]]:
    return [
        Column[HistoryRow](
            key="recorded",
            field="recorded_seconds",
            heading=Heading(title="Recorded", rank=10, right=True),
            show=lambda row, _: _NONE if row.recorded_seconds is None else Cell(text=f"{row.recorded_seconds:.0f} s"),
            value=lambda row, _: row.recorded_seconds,
            order=lambda row: (row.recorded_seconds or 0.0,),
            extra=True,
        ),
        Column[HistoryRow](
            key="note",
            field="note",
            heading=Heading(title="Note", rank=3, minimum=10, middle=False),
            show=lambda row, _: Cell(text=row.note, brief=row.brief, style=Style.DIM),
            value=lambda row, _: row.note,
            order=lambda row: (row.note,),
            optional=True,
        ),
    ]


def _bytes(row: HistoryRow) -> int:
    return (row.sums or NO_USAGE).total_bytes


HISTORY_ORDERS: dict[str, Callable[[HistoryRow], SortKey]] = {
    "time": lambda row: (row.start_time,),
    "total": lambda row: (_bytes(row),),
    "received": lambda row: ((row.sums or NO_USAGE).received_bytes,),
    "sent": lambda row: ((row.sums or NO_USAGE).sent_bytes,),
    "connections": lambda row: ((row.sums or NO_USAGE).connection_count,),
    "change": lambda row: (_change_value(row) or 0,),
}
"""What ``--sort`` takes, beside the names of groups."""
