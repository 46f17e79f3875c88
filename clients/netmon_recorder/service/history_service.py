"""HistoryService over the store: what was talking, then."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Final, TypeVar

from netmon import codec
from netmon.serving import Context, SeatLimits, Seats, caller_of, check_control, told
from netmon.v1 import history_service_pb2 as pb
from netmon_recorder.service.audience import guest_of, onlooker_of, told_storage
from netmon_recorder.service.ports import ServiceParts
from netmon_recorder.service.requests import check, read, read_selection, refusing
from netmon_recorder.service.workers import Workers
from netmon_recorder.store import Onlooker

EXPORT_LIMITS: Final = SeatLimits(subscriber_limit=32, subscribers_a_user=4, kept_for_those_who_see_all=8)
"""Exports that are open: one that nobody reads on, as behind a pager, waits with what it has read of one bucket."""

_T = TypeVar("_T")


class UsageAnswers:
    """The methods that ask, by their names in the contract."""

    def __init__(self, parts: ServiceParts, workers: Workers) -> None:
        self._parts = parts
        self._store = parts.store
        self._workers = workers
        self._exports = Seats(EXPORT_LIMITS, "exports")

    async def QueryUsage(self, request: pb.QueryUsageRequest, context: Context) -> pb.QueryUsageResponse:
        """Usage of a range."""
        query = read("query", codec.usage_query_from_wire, request.query)
        check("query", query.filter)
        await self._parts.state.catch_up(query.until_time)
        now = self._parts.wall_time()
        with refusing("query"):
            answer = await self._ask(
                context, lambda onlooker: codec.usage_answer_to_wire(self._store.usage(query, now, onlooker))
            )
        return pb.QueryUsageResponse(answer=answer)

    async def ListEntities(self, request: pb.ListEntitiesRequest, context: Context) -> pb.ListEntitiesResponse:
        """A page of entities."""
        query = read("query", codec.entity_query_from_wire, request.query)
        check("query", query.filter)
        await self._parts.state.catch_up(query.until_time)
        now = self._parts.wall_time()
        with refusing("query"):
            page = await self._ask(
                context, lambda onlooker: codec.entity_page_to_wire(self._store.entities(query, now, onlooker))
            )
        return pb.ListEntitiesResponse(page=page)

    async def GetTimeline(self, request: pb.GetTimelineRequest, context: Context) -> pb.GetTimelineResponse:
        """When things were active."""
        query = read("query", codec.timeline_query_from_wire, request.query)
        check("query", query.filter)
        await self._parts.state.catch_up(query.until_time)
        now = self._parts.wall_time()
        with refusing("query"):
            timeline = await self._ask(
                context, lambda onlooker: codec.timeline_to_wire(self._store.timeline(query, now, onlooker))
            )
        return pb.GetTimelineResponse(timeline=timeline)

    async def GetBrowserDomains(
        self, request: pb.GetBrowserDomainsRequest, context: Context
    ) -> pb.GetBrowserDomainsResponse:
        """Browsers, each with its domains."""
        query = read("query", codec.browser_query_from_wire, request.query)
        check("query", query.filter)
        await self._parts.state.catch_up(query.until_time)
        now = self._parts.wall_time()
        with refusing("query"):
            domains = await self._ask(
                context,
                lambda onlooker: codec.browser_domains_to_wire(self._store.browser_domains(query, now, onlooker)),
            )
        return pb.GetBrowserDomainsResponse(domains=domains)

    async def ExportUsage(
        self, request: pb.ExportUsageRequest, context: Context
    ) -> AsyncIterator[pb.ExportUsageResponse]:
        """A header, rows, an end. Written as fast as they are read, and no faster."""
        query = read("query", codec.export_query_from_wire, request.query)
        check("query", query.filter)
        caller = caller_of(context)
        with self._exports.take(caller), refusing("query"):
            await self._parts.state.catch_up(query.until_time)
            now = self._parts.wall_time()
            steps = self._workers.step_through(
                lambda: map(codec.export_item_to_wire, self._store.export(query, now, onlooker_of(caller))),
                guest_of(caller),
            )
            async with aclosing(steps) as items:
                async for item in items:
                    yield item

    async def _ask(self, context: Context, question: Callable[[Onlooker | None], _T]) -> _T:
        caller = caller_of(context)
        return await self._workers.run(lambda: question(onlooker_of(caller)), guest_of(caller))


class StorageUpkeep:
    """The methods that look after what is kept."""

    def __init__(self, parts: ServiceParts, workers: Workers) -> None:
        self._parts = parts
        self._store = parts.store
        self._workers = workers

    async def RunAggregation(self, request: pb.RunAggregationRequest, context: Context) -> pb.RunAggregationResponse:
        """Hold the roll-ups against what they were made of."""
        with self._parts.desk.doing("run aggregation", context):
            now = self._parts.wall_time()
            report = await self._workers.run(lambda: self._store.run_aggregation(now))
        return pb.RunAggregationResponse(report=codec.aggregation_report_to_wire(report))

    async def PreviewCleanup(self, request: pb.PreviewCleanupRequest, context: Context) -> pb.PreviewCleanupResponse:
        """What Cleanup would delete."""
        check_control(caller_of(context))
        selection = read_selection(request.selection)
        now = self._parts.wall_time()
        with refusing("selection"):
            plan = await self._workers.run(lambda: self._store.cleanup_plan(selection, now))
        return pb.PreviewCleanupResponse(plan=codec.cleanup_plan_to_wire(plan))

    async def Cleanup(self, request: pb.CleanupRequest, context: Context) -> AsyncIterator[pb.CleanupResponse]:
        """Delete in small steps; a caller who goes away ends it after the running one."""
        selection = read_selection(request.selection)
        now = self._parts.wall_time()
        with self._parts.desk.doing("cleanup", context), refusing("selection"):
            async with aclosing(self._workers.step_through(lambda: self._store.cleanup(selection, now))) as steps:
                async for progress in steps:
                    yield pb.CleanupResponse(progress=codec.cleanup_progress_to_wire(progress))

    async def RefreshHistoryCaches(
        self, request: pb.RefreshHistoryCachesRequest, context: Context
    ) -> pb.RefreshHistoryCachesResponse:
        """Forget keys and names that nothing is of."""
        with self._parts.desk.doing("refresh caches", context):
            report = await self._workers.run(self._store.refresh_caches)
        return pb.RefreshHistoryCachesResponse(report=codec.cache_report_to_wire(report))

    async def GetStorageStatus(
        self, request: pb.GetStorageStatusRequest, context: Context
    ) -> pb.GetStorageStatusResponse:
        """State of the recorder and of its storage."""
        now = self._parts.wall_time()
        caller = caller_of(context)
        storage = await self._workers.run(lambda: self._store.status(now), guest_of(caller))
        recorder = replace(self._parts.state.status(), caller=told(caller))
        return pb.GetStorageStatusResponse(
            recorder=codec.recorder_status_to_wire(recorder),
            storage=codec.storage_status_to_wire(told_storage(storage, caller)),
        )
