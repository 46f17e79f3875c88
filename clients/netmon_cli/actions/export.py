"""What ``export`` does: takes rows from the recorder as they come, and writes them where they go."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, Final, cast

import click

from netmon.model import Calendar, ExportBatch, ExportEnd, ExportHeader, ExportItem, ExportQuery, Filter
from netmon_cli.actions.history import read_dimensions
from netmon_cli.export_file import STANDARD_OUTPUT, opened_output
from netmon_cli.render.palette import Style
from netmon_cli.session import Session
from netmon_cli.stopping import Stopped, Stopping
from netmon_client.clock import monotonic, wall_time
from netmon_client.errors import StreamLost
from netmon_client.export_forms import ExportForm, FormName, export_form
from netmon_client.history_words import EVERY_BUCKET, own_part_words
from netmon_client.local_zone import local_zone_name
from netmon_client.units import format_bytes
from netmon_client.words import counted, percent

__all__ = ["Request", "export_history", "form_of", "written"]

_DAY_SECONDS: Final = 86_400.0
_TOLD_EACH_SECONDS: Final = 0.5
_SUFFIXES: Final[dict[str, FormName]] = {"csv": "csv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. Times in Unix seconds; None: the 24 hours before the end, until now."""

    path: str
    since_time: float | None = None
    until_time: float | None = None
    what: str = "all"
    by: str = "hour"
    loopback: bool = False
    filter: Filter = field(default_factory=Filter)
    force: bool = False


def export_history(session: Session, request: Request, *, form: str | None, zipped: bool) -> None:
    """Write the rows of the question; say how many there were."""
    query = _query(request)
    name = cast("FormName", form) if form else form_of(request.path)
    zipped = zipped or request.path.endswith(".gz")
    if zipped and request.path == STANDARD_OUTPUT and sys.stdout.isatty():
        raise click.UsageError("a terminal cannot show what gzip makes", click.get_current_context(silent=True))
    report = _Report(session, shows=_may_report(request.path))
    try:
        # The signals are taken before there is a file, so that what is not whole does not outlive the program.
        with (
            Stopping() as stopping,
            session.history() as client,
            opened_output(request.path, zipped=zipped, force=request.force) as stream,
            closing(stopping.items(client.export(query))) as items,
        ):
            others = own_part_words(client.status().recorder.caller)
            first = next(items, None)  # without a recorder nothing was begun, and no empty file stays behind
            rows, size = written(_chained(first, items), export_form(name, query.group_by), stream, report.tell)
    except Stopped as stopped:
        report.clear()
        raise SystemExit(stopped.exit_code) from None
    report.clear()
    gaps = len(first.gaps) if isinstance(first, ExportHeader) else 0
    missing = f"; {counted(gaps, 'gap')} in it, where nothing was recorded" if gaps else ""
    where = "standard output" if request.path == STANDARD_OUTPUT else request.path
    session.say(f"{counted(rows, 'row')}, {format_bytes(size)}, to {where}{missing}", Style.DIM)
    if others:
        session.say(others, Style.YELLOW)


def written(
    items: Iterable[ExportItem], form: ExportForm, stream: IO[bytes], tell: Callable[[float, int, int], None]
) -> tuple[int, int]:
    """Write items as they come; give the number of rows, and of bytes before they are compressed.

    ``tell`` is told the share of the range that is done, the rows and the bytes. Raise `StreamLost` for an export
    without its end: what was written is not all.
    """
    rows = size = 0
    since = until = 0.0
    for item in items:
        share = 0.0
        if isinstance(item, ExportHeader):
            since, until = item.since_time, item.until_time
            lines = form.begin(item)
        elif isinstance(item, ExportBatch):
            rows += len(item.rows)
            share = (item.done_until_time - since) / max(1.0, until - since)
            lines = form.rows(item)
        else:
            lines = form.end(item)
        size += _write(stream, lines)
        tell(min(1.0, share), rows, size)
        if isinstance(item, ExportEnd):
            if item.row_count != rows:
                raise StreamLost("the export is not whole", why=f"{rows:,} of {item.row_count:,} rows came")
            return rows, size
    raise StreamLost("the export ended before its time", remedy="Try again; the file was not written")


def form_of(path: str) -> FormName:
    """Give the form that a name says, CSV where it says none."""
    return _SUFFIXES.get(path.removesuffix(".gz").rpartition(".")[2].lower(), "csv")


def _query(request: Request) -> ExportQuery:
    since, until = request.since_time, request.until_time
    if since is None:  # which the recorder takes for all that it keeps
        since = (wall_time() if until is None else until) - _DAY_SECONDS
    if until is not None and since >= until:
        raise click.UsageError("--from is not before --to", click.get_current_context(silent=True))
    return ExportQuery(
        since_time=since,
        until_time=until,
        bucket=EVERY_BUCKET[request.by],
        group_by=() if request.what == "all" else read_dimensions(request.what),
        filter=request.filter,
        calendar=Calendar(time_zone=local_zone_name(os.environ)),
        include_loopback=request.loopback,
    )


def _write(stream: IO[bytes], lines: Iterator[str]) -> int:
    data = "".join(f"{text}\n" for text in lines).encode("utf-8", "backslashreplace")
    stream.write(data)
    return len(data)


def _chained(first: ExportItem | None, items: Iterator[ExportItem]) -> Iterator[ExportItem]:
    if first is not None:
        yield first
    yield from items


def _may_report(path: str) -> bool:
    return sys.stderr.isatty() and (path != STANDARD_OUTPUT or not sys.stdout.isatty())


class _Report:
    """How far it is, on one line of a terminal that is written over."""

    def __init__(self, session: Session, *, shows: bool) -> None:
        self._session = session
        self._shows = shows
        self._told = 0.0

    def tell(self, share: float, rows: int, size: int) -> None:
        """Show it, twice a second at most."""
        now = monotonic()
        if self._shows and now - self._told >= _TOLD_EACH_SECONDS:
            self._told = now
            self._session.progress(f"{percent(share)}  {counted(rows, 'row')}  {format_bytes(size)}")

    def clear(self) -> None:
        """Leave no trace."""
        if self._shows:
            self._session.progress("")
