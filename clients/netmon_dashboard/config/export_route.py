"""The route that exports history as a download, and tells how far it is. Guarded as every route of this server."""

import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from netmon.model import BucketSize, ExportBatch, ExportHeader, ExportItem, ExportQuery
from netmon_client.errors import NetmonError
from netmon_client.history_client import HistoryClient
from netmon_client.history_query import parse_history_query
from netmon_client.history_words import BUCKETS, DIMENSIONS
from netmon_client.query import QueryError
from netmon_dashboard.config.export_text import FORMATS, FormName, export_text

__all__ = ["EXPORT_PATH", "BadExport", "export_query", "export_routes"]

EXPORT_PATH: Final = "/netmon/export"
_MOST_JOBS: Final = 32
_LONGEST_JOB: Final = 64
_LARGEST_TIME: Final = 1e11

_log = logging.getLogger(__name__)


class BadExport(ValueError):
    """An address that asks for no export."""


@dataclass(slots=True, kw_only=True)
class _Job:
    """How far one export is: of its range ``share``, 0 to 1. ``state``: running, done or failed."""

    row_count: int = 0
    share: float = 0.0
    state: str = "running"


def export_query(params: Mapping[str, str]) -> ExportQuery:
    """Read the question of an address. Raise `BadExport`."""
    try:
        since, until = float(params["from"]), float(params["to"])
        bucket = BUCKETS[params.get("by", "hour")]
        dimensions = tuple(DIMENSIONS[name] for name in params.get("group", "").split(",") if name)
        wanted = parse_history_query(params.get("q", ""))
    except KeyError as error:
        raise BadExport(f"{error} is missing or unknown") from None
    except QueryError as error:
        raise BadExport(str(error)) from None
    except ValueError:
        raise BadExport("from and to must be Unix seconds") from None
    if not 0 <= since < until <= _LARGEST_TIME:
        raise BadExport("the range must end after it begins")
    return ExportQuery(since_time=since, until_time=until, bucket=bucket, group_by=dimensions, filter=wanted)


def export_routes(client: Callable[[], HistoryClient]) -> list[BaseRoute]:
    """Give the routes; ``client`` gives the way to the recorder."""
    jobs: OrderedDict[str, _Job] = OrderedDict()

    async def export(request: Request) -> Response:
        name = next((each for each in get_args(FormName) if each == request.query_params.get("format", "csv")), None)
        try:
            query = export_query(request.query_params)
        except BadExport as error:
            return PlainTextResponse(f"400: {error}\n", 400)
        if name is None:
            return PlainTextResponse("400: format must be csv, json or jsonl\n", 400)
        headers = {"content-disposition": f'attachment; filename="{_file_name(query)}.{name}"'}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=FORMATS[name])
        job = _started(jobs, request.query_params.get("job", ""))
        items = _counted(client().export(query), job)
        pieces = export_text(items, name, query.group_by)
        try:
            first, _ = await run_in_threadpool(next, pieces)
        except NetmonError as error:
            job.state = "failed"
            return PlainTextResponse(f"503: {error}\n", 503)
        return StreamingResponse(_streamed(first, pieces, job), headers=headers, media_type=FORMATS[name])

    def progress(request: Request) -> Response:
        job = jobs.get(request.query_params.get("job", ""))
        if job is None:
            return JSONResponse({"state": "unknown"})
        return JSONResponse({"state": job.state, "rows": job.row_count, "share": round(job.share, 4)})

    return [Route(EXPORT_PATH, export, methods=["GET"]), Route(f"{EXPORT_PATH}/progress", progress, methods=["GET"])]


async def _streamed(first: str, pieces: Generator[tuple[str, ExportItem]], job: _Job) -> AsyncGenerator[bytes]:
    """Give the text piece by piece, as fast as the browser takes it. One that breaks off is no whole file to it."""
    try:
        yield first.encode()
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            yield piece[0].encode()
        job.state = "done"
    except NetmonError:
        _log.warning("an export broke off after %d rows: the recorder was lost", job.row_count)
        raise
    finally:
        if job.state == "running":
            job.state = "failed"
        await run_in_threadpool(pieces.close)


def _counted(items: Generator[ExportItem], job: _Job) -> Generator[ExportItem]:
    since = until = 0.0
    try:
        for item in items:
            if isinstance(item, ExportHeader):
                since, until = item.since_time, item.until_time
            elif isinstance(item, ExportBatch):
                job.row_count += len(item.rows)
                job.share = min(1.0, max(0.0, (item.done_until_time - since) / max(1.0, until - since)))
            else:
                job.share = 1.0
            yield item
    finally:
        items.close()


def _started(jobs: OrderedDict[str, _Job], name: str) -> _Job:
    job = _Job()
    if 0 < len(name) <= _LONGEST_JOB:
        jobs[name] = job
        while len(jobs) > _MOST_JOBS:
            jobs.popitem(last=False)
    return job


def _file_name(query: ExportQuery) -> str:
    bucket = query.bucket if query.bucket is not BucketSize.UNSPECIFIED else BucketSize.HOUR
    return f"netmon-history-by-{bucket.name.lower()}"
