import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    BrowserQuery,
    BucketSize,
    Calendar,
    CleanupSelection,
    EntityQuery,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    ExportQuery,
    Filter,
    FilterField,
    RecordingState,
    Term,
    TimelineQuery,
    UsageDimension,
    UsageQuery,
    Visibility,
)
from netmon_client import InvalidRequest, RecorderUnreachable
from netmon_recorder.service.history_service import EXPORT_LIMITS
from netmon_recorder.store import AskedName, UsageBatch
from tests.support.callers import MEMBER, STRANGER, OneCaller
from tests.support.eventually import eventually
from tests.support.history_stage import NOON, keep, row
from tests.support.served_history import Served, served_history

APP = UsageDimension.APPLICATION


async def test_usage_comes_as_the_store_gives_it(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, row(NOON - 120), row(NOON - 60, application_id="exe:curl", application_name="curl"))
        query = UsageQuery(bucket=BucketSize.HOUR, group_by=(APP,))
        answer = await served.client.usage(query)
        assert answer == served.store.usage(query, NOON)
        assert {series.key.application_name for series in answer.series} == {"firefox", "curl"}


async def test_entities_timelines_and_browsers_come_as_the_store_gives_them(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, row(NOON - 120), row(NOON - 60, domain="other.example"))
        entities, lanes = (
            EntityQuery(dimension=UsageDimension.DOMAIN),
            TimelineQuery(dimension=APP, values=("exe:firefox",)),
        )
        assert await served.client.entities(entities) == served.store.entities(entities, NOON)
        assert await served.client.timeline(lanes) == served.store.timeline(lanes, NOON)
        assert await served.client.browser_domains(BrowserQuery()) == served.store.browser_domains(BrowserQuery(), NOON)


async def test_what_was_recorded_is_written_before_each_question_for_usage(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        client = served.client
        await client.usage(UsageQuery(until_time=NOON))
        await client.entities(EntityQuery(dimension=UsageDimension.DOMAIN))
        await client.timeline(TimelineQuery(dimension=APP, values=("exe:firefox",)))
        await client.browser_domains(BrowserQuery())
        assert [item async for item in client.export(ExportQuery(since_time=NOON - 60))]
        await client.status()
        assert served.board.caught_up == [NOON, None, None, None, None]


async def test_an_export_is_a_header_rows_and_an_end(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, *(row(NOON - 60 * minute) for minute in range(1, 50)))
        query = ExportQuery(since_time=NOON - 7_200, bucket=BucketSize.MINUTE)
        items = [item async for item in served.client.export(query)]
        assert isinstance(items[0], ExportHeader)
        assert isinstance(items[-1], ExportEnd)
        rows = [each for item in items if isinstance(item, ExportBatch) for each in item.rows]
        assert len(rows) == items[-1].row_count == 49


async def test_who_wanted_only_the_estimate_leaves_and_makes_room(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, row(NOON - 120))
        for _ in range(5):
            async for item in served.client.export(ExportQuery()):
                assert isinstance(item, ExportHeader)
                break


READER = replace(STRANGER, uid=61_404)  # a number without a name: its own digits are its name
LONG = ExportQuery(since_time=NOON - 7_200, bucket=BucketSize.MINUTE)
"""Of what `keep_long` keeps: 1 MB, more than gRPC takes of a stream that nobody reads."""


def keep_long(served: Served) -> int:
    name = str(READER.uid)
    rows = tuple(
        row(NOON - 60 * minute, remote_host=f"192.0.2.{each}", user=name)
        for minute in range(1, 120)
        for each in range(80)
    )
    served.store.append(UsageBatch(until_time=NOON, rows=rows, asked=(AskedName(name, READER.uid),)))
    return len(rows)


async def begun(served: Served) -> AsyncIterator[ExportItem]:
    items = aiter(served.client.export(LONG))
    assert isinstance(await anext(items), ExportHeader)
    return items


async def test_exports_that_nobody_reads_keep_others_from_nothing(tmp_path: Path) -> None:
    callers = OneCaller(READER)
    async with served_history(tmp_path, callers=callers) as served:
        count = keep_long(served)
        paused = [await begun(served) for _ in range(EXPORT_LIMITS.subscribers_a_user)]
        callers.caller = MEMBER
        of_member = [await begun(served) for _ in range(EXPORT_LIMITS.subscribers_a_user - 1)]
        callers.caller = replace(STRANGER, uid=5)
        assert isinstance([item async for item in served.client.export(LONG)][-1], ExportEnd)
        callers.caller = MEMBER
        assert [item async for item in served.client.export(LONG)][-1] == ExportEnd(row_count=count)
        assert [step async for step in served.client.cleanup(CleanupSelection(older_than_time=0.0))][-1].is_done
        keep(served.store, row(NOON))
        await eventually(lambda: has_whole_file(tmp_path), what="a journal that no reader holds")
        assert [item async for item in paused[0]][-1] == ExportEnd(row_count=count)
        assert [item async for item in of_member[0]][-1] == ExportEnd(row_count=count)


def has_whole_file(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "history.db")) as connection:
        is_held, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_held


async def test_one_user_has_so_many_exports_and_others_theirs(tmp_path: Path) -> None:
    callers = OneCaller(READER)
    async with served_history(tmp_path, callers=callers) as served:
        keep_long(served)
        paused = [await begun(served) for _ in range(EXPORT_LIMITS.subscribers_a_user)]
        with pytest.raises(RecorderUnreachable, match="user 61404 has 4 exports already"):
            await begun(served)
        callers.caller = replace(STRANGER, uid=5)
        await begun(served)
        callers.caller = READER
        assert isinstance([item async for item in paused[0]][-1], ExportEnd)
        await begun(served)


UNKNOWN = Filter(terms=(Term(field=FilterField.PID, values=("1",)),))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (UsageQuery(group_by=(APP, APP)), "query.group_by"),
        (UsageQuery(top=100_000), "query.top"),
        (UsageQuery(since_time=NOON + 60), "query.since_time"),
        (UsageQuery(bucket=BucketSize.MINUTE, since_time=0.0), "query.bucket"),
        (UsageQuery(filter=UNKNOWN), "query.filter.terms[0].field"),
        (UsageQuery(calendar=Calendar(time_zone="Mars/Olympus")), "query.calendar.time_zone"),
        (UsageQuery(calendar=Calendar(month_first_day=32)), "query.calendar.month_first_day"),
    ],
)
async def test_nonsense_is_refused_by_the_name_of_its_field(tmp_path: Path, query: UsageQuery, field: str) -> None:
    async with served_history(tmp_path) as served:
        with pytest.raises(InvalidRequest) as refused:
            await served.client.usage(query)
        assert f"{field}: " in str(refused.value)


async def test_nonsense_in_the_other_questions_is_refused_too(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        with pytest.raises(InvalidRequest, match=r"query\.page_token"):
            await served.client.entities(EntityQuery(dimension=APP, page_token="nonsense"))  # noqa: S106
        with pytest.raises(InvalidRequest, match=r"query\.values"):
            await served.client.timeline(TimelineQuery(dimension=APP, values=()))
        with pytest.raises(InvalidRequest, match=r"query\.top"):
            await served.client.browser_domains(BrowserQuery(top=10**6))
        with pytest.raises(InvalidRequest, match=r"query\.since_time"):
            await anext(aiter(served.client.export(ExportQuery(since_time=NOON + 60))))


async def test_old_rows_are_cleaned_up_as_was_foreseen(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, *(row(NOON - 86_400 * day) for day in range(1, 30)))
        selection = CleanupSelection(older_than_time=NOON - 86_400 * 10)
        plan = await served.client.cleanup_plan(selection)
        steps = [step async for step in served.client.cleanup(selection)]
        assert plan.row_count > 0
        assert steps[-1].is_done
        assert steps[-1].deleted_row_count == plan.row_count


async def test_upkeep_tells_what_it_did(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, row(NOON - 3 * 86_400))
        report = await served.client.aggregate()
        assert report.read_row_count > 0
        assert (report.mended_day_row_count, report.mended_hour_row_count) == (0, 0)
        assert (await served.client.refresh_caches()).removed_key_count == 0


async def test_the_status_is_the_recorders_and_the_storages(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        status = await served.client.status()
        assert (status.recorder.version, status.recorder.recording_state) == ("1.2.3", RecordingState.RECORDING)
        assert (status.recorder.caller.sees, status.recorder.caller.may_control) == (Visibility.ALL, True)
        assert status.storage.engine == "sqlite"
