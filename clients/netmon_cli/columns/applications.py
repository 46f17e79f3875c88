"""The columns of an application, and of the other things that connections are grouped by."""

from collections.abc import Callable
from dataclasses import dataclass

from netmon.model import OTHER_USERS_ID, Application, Traffic, UnattributedTraffic
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS, TRAFFIC_ORDERS
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_client.aggregate import Group
from netmon_client.delimited import Value
from netmon_client.times import format_time
from netmon_client.units import format_age
from netmon_client.words import brief_application, brief_reason, group_words, reason_words

__all__ = ["APPLICATION_ORDERS", "GroupRow", "application_columns", "application_row", "group_row", "unattributed_row"]

_NONE = Cell(text="—", style=Style.DIM)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One row: an application, a process of it, a user, …, or what has no owner.

    Counts are None where the snapshot does not say them. ``depth`` indents; ``brief``: for tables that are too wide;
    ``is_rest``: a row in brackets that stands for what belongs to nobody. ``last_time`` in Unix seconds.
    """

    label: str
    key: str = ""
    traffic: Traffic
    connection_count: int
    pid: int | None = None
    process_count: int | None = None
    remote_count: int | None = None
    listening_count: int | None = None
    users: tuple[str, ...] = ()
    path: str = ""
    last_time: float | None = None
    depth: int = 0
    brief: str = ""
    is_rest: bool = False
    reason: str = ""


def application_row(application: Application) -> GroupRow:
    """Make the row of an application."""
    return GroupRow(
        label=application.name,
        key=application.id,
        traffic=application.traffic,
        connection_count=application.connection_count,
        process_count=application.process_count,
        remote_count=application.remote_count,
        listening_count=application.listening_count,
        users=application.users,
        path=application.path,
        last_time=application.last_time,
        is_rest=application.id == OTHER_USERS_ID,
    )


def group_row(group: Group) -> GroupRow:
    """Make the row of connections that were grouped by something."""
    label = group.label if group.key else f"({group_words(group.label)})"
    return GroupRow(
        label=label,
        key=group.key or label,
        traffic=group.traffic,
        connection_count=group.connection_count,
        is_rest=not group.key,
    )


def unattributed_row(part: UnattributedTraffic) -> GroupRow:
    """Make the row of what has no owner for one reason."""
    return GroupRow(
        label=f"({reason_words(part.reason)})",
        brief=f"({brief_reason(part.reason)})",
        traffic=part.traffic,
        connection_count=part.connection_count,
        is_rest=True,
        reason=part.reason.name.lower(),
    )


def _label_cell(row: GroupRow, _: Look) -> Cell:
    brief = row.brief or brief_application(row.label)
    return Cell(text="  " * row.depth + row.label, style=Style.DIM if row.is_rest else Style.PLAIN, brief=brief)


def _count_column(
    key: str, field: str, title: str, rank: int, count: Callable[[GroupRow], int | None], *, extra: bool = False
) -> Column[GroupRow]:
    def show(row: GroupRow, _: Look) -> Cell:
        number = count(row)
        return _NONE if number is None else Cell(text=f"{number:,}")

    return Column[GroupRow](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, right=True),
        show=show,
        value=lambda row, _: count(row),
        order=lambda row: (count(row) or 0,),
        extra=extra,
        optional=key != "connections",
    )


def _text_column(key: str, field: str, title: str, rank: int, text: Callable[[GroupRow], str]) -> Column[GroupRow]:
    return Column[GroupRow](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, minimum=8),
        show=lambda row, _: Cell(text=text(row)) if text(row) else _NONE,
        value=lambda row, _: text(row),
        order=lambda row: (text(row).casefold(),),
        extra=True,
        optional=True,
    )


def _last_time(row: GroupRow, _: Look) -> Value:
    return None if row.last_time is None else format_time(row.last_time)


_LAST = Column[GroupRow](
    key="last",
    field="last_time",
    heading=Heading(title="Last", rank=10, right=True),
    show=lambda row, look: _NONE if row.last_time is None else Cell(text=format_age(look.now - row.last_time)),
    value=_last_time,
    order=lambda row: (row.last_time or 0.0,),
    extra=True,
)


def application_columns(title: str) -> tuple[Column[GroupRow], ...]:
    """Give the columns for groups that are called ``title``."""
    name = Column[GroupRow](
        key="app",
        field="name",
        heading=Heading(title=title, minimum=12),
        show=_label_cell,
        value=lambda row, _: row.label,
        order=lambda row: (row.is_rest, row.label.casefold()),
    )
    return (
        name,
        *TRAFFIC_COLUMNS,
        _count_column("connections", "connection_count", "Conns", 4, lambda row: row.connection_count),
        _count_column("remotes", "remote_count", "Remotes", 6, lambda row: row.remote_count),
        _count_column("processes", "process_count", "Procs", 7, lambda row: row.process_count),
        _count_column("listening", "listening_count", "Listens", 8, lambda row: row.listening_count, extra=True),
        _text_column("user", "users", "Users", 9, lambda row: ",".join(row.users)),
        _LAST,
        _text_column("path", "path", "Path", 11, lambda row: row.path),
        _text_column("reason", "unattributed_reason", "Reason", 12, lambda row: row.reason),
    )


APPLICATION_ORDERS: dict[str, Callable[[GroupRow], SortKey]] = {
    **{column.key: column.order for column in application_columns("")},
    **TRAFFIC_ORDERS,
}
"""What ``--sort`` takes."""
