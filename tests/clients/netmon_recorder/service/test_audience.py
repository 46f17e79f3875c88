"""Who sees what of history, asked by real users on the real socket."""

import pwd
import tempfile
from collections.abc import Generator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from google.protobuf.message import Message

from netmon import codec
from netmon.model import BucketSize, StorageState, StorageStatus, StorageTier, UsageDimension, UsageQuery, Visibility
from netmon.serving import NOBODY, Caller, SocketAccess
from netmon.v1 import history_service_pb2 as pb
from netmon_recorder.service.audience import guest_of, onlooker_of, told_storage
from netmon_recorder.store import AskedName, Onlooker, UsageBatch
from tests.support.as_user import call_as
from tests.support.callers import OneCaller
from tests.support.history_stage import NOON, row
from tests.support.served_history import Served, served_history

HERS, HIS, A_STRANGERS = 61_401, 61_402, 61_403  # numbers without a name: their own digits are their names

REFUSED = {
    "PutAlert": pb.PutAlertRequest(),
    "ListAlerts": pb.ListAlertsRequest(),
    "DeleteAlert": pb.DeleteAlertRequest(name="a"),
    "TestAlert": pb.TestAlertRequest(),
    "StreamAlerts": pb.StreamAlertsRequest(),
    "RunAggregation": pb.RunAggregationRequest(),
    "PreviewCleanup": pb.PreviewCleanupRequest(),
    "Cleanup": pb.CleanupRequest(),
    "RefreshHistoryCaches": pb.RefreshHistoryCachesRequest(),
}


def caller(uid: int, *, sees_all: bool) -> Caller:
    return Caller(uid=uid, pid=1, sees_all=sees_all, may_control=sees_all, why="so")


def test_who_sees_all_is_no_onlooker_and_nobodys_guest() -> None:
    master = caller(1000, sees_all=True)
    assert (onlooker_of(master), guest_of(master)) == (None, None)


def test_an_onlooker_has_the_name_that_the_system_knows_or_the_digits() -> None:
    named = pwd.getpwall()[0]
    assert onlooker_of(caller(named.pw_uid, sees_all=False)) == Onlooker(uid=named.pw_uid, user=named.pw_name)
    assert onlooker_of(caller(HERS, sees_all=False)) == Onlooker(uid=HERS, user=str(HERS))
    assert onlooker_of(NOBODY) == Onlooker(uid=-1, user="-1")
    assert guest_of(caller(HERS, sees_all=False)) == HERS


def test_who_sees_a_part_alone_is_told_no_count_of_all() -> None:
    tier = StorageTier(bucket=BucketSize.DAY, row_count=1, byte_count=2, oldest_time=3.0, newest_time=4.0)
    counts = {each.name: 5 for each in fields(StorageStatus) if each.type == "int" or each.type is int}
    usual = {"engine": "sqlite", "path": "/h", "state": StorageState.WRITING, "tiers": (tier,), "last_write_time": 6.0}
    whole = StorageStatus(**(counts | usual))  # type: ignore[arg-type]
    assert told_storage(whole, caller(1000, sees_all=True)) == whole
    assert told_storage(whole, caller(HERS, sees_all=False)) == replace(
        whole,
        file_bytes=0,
        reusable_bytes=0,
        key_count=0,
        name_count=0,
        tiers=(replace(tier, row_count=0, byte_count=0),),
    )


@pytest.mark.parametrize("before", ["visited.example", "another.example"])
async def test_the_status_says_nothing_of_who_was_at_a_name_before(tmp_path: Path, before: str) -> None:
    stranger = OneCaller(caller(A_STRANGERS, sees_all=False))
    async with served_history(tmp_path, callers=stranger) as served:
        visit(served, HIS, before)
        visit(served, A_STRANGERS, "fresh.example")
        first = await served.client.status()
        visit(served, A_STRANGERS, "visited.example")
        second = await served.client.status()
        assert first.storage.tiers
        assert replace(second.storage, disk_available_bytes=0) == replace(first.storage, disk_available_bytes=0)


def visit(served: Served, uid: int, domain: str) -> None:
    rows = (row(NOON - 60, 100, user=str(uid), domain=domain, remote_host=domain),)
    asked = (AskedName(str(uid), uid), AskedName(str(uid), uid, domain))
    served.store.append(UsageBatch(until_time=NOON, rows=rows, asked=asked))


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder whose socket every user can reach, other than pytest's."""
    with tempfile.TemporaryDirectory(prefix="netmon-audience-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def keep_rows(served: Served) -> None:
    rows = (
        row(NOON - 60, 100, user=str(HERS), domain="hers.example"),
        row(NOON - 60, 20, user=str(HIS), domain="his.example"),
        row(NOON - 60, 3, user="", application_id="", application_name="", domain="nobody.example"),
    )
    asked = (
        AskedName(str(HERS), HERS),
        AskedName(str(HERS), HERS, "hers.example"),
        AskedName(str(HIS), HIS),
        AskedName(str(HIS), HIS, "his.example"),
    )
    served.store.append(UsageBatch(until_time=NOON, rows=rows, asked=asked))


async def told(uid: int, served: Served, *calls: tuple[str, Message]) -> list[bytes | str]:
    named = [(f"/netmon.v1.HistoryService/{method}", request.SerializeToString()) for method, request in calls]
    return await call_as(uid, served.path, named)


@pytest.mark.root
async def test_three_users_see_all_or_their_own_and_the_same_totals(folder: Path) -> None:
    async with served_history(folder, access=SocketAccess(is_open=True)) as served:
        keep_rows(served)
        query = UsageQuery(bucket=BucketSize.RANGE, group_by=(UsageDimension.USER, UsageDimension.DOMAIN))
        usage = ("QueryUsage", pb.QueryUsageRequest(query=codec.usage_query_to_wire(query)))
        seen: dict[int, dict[tuple[str, str], int]] = {}
        for uid in (0, HERS, HIS, A_STRANGERS):
            answers = await told(uid, served, usage, ("GetStorageStatus", pb.GetStorageStatusRequest()))
            of_usage, of_status = (answer for answer in answers if isinstance(answer, bytes))
            answer = pb.QueryUsageResponse.FromString(of_usage).answer
            seen[uid] = {(each.key.user, each.key.domain): each.total.received_bytes for each in answer.series}
            assert answer.total.received_bytes == 123
            status = pb.GetStorageStatusResponse.FromString(of_status)
            who = codec.recorder_status_from_wire(status.recorder).caller
            assert who is not None
            assert (who.uid, who.sees) == (uid, Visibility.OWN if uid else Visibility.ALL)
        others, nobodys = ("(other users)", "(other users)"), ("", "(other users)")
        assert seen == {
            0: {(str(HERS), "hers.example"): 100, (str(HIS), "his.example"): 20, ("", "nobody.example"): 3},
            HERS: {(str(HERS), "hers.example"): 100, others: 20, nobodys: 3},
            HIS: {(str(HIS), "his.example"): 20, others: 100, nobodys: 3},
            A_STRANGERS: {others: 120, nobodys: 3},
        }


@pytest.mark.root
async def test_control_and_alerts_are_for_those_who_see_all(folder: Path) -> None:
    async with served_history(folder, access=SocketAccess(is_open=True)) as served:
        answers = await told(HERS, served, *REFUSED.items())
        for method, answer in zip(REFUSED, answers, strict=True):
            assert isinstance(answer, str), method
            assert answer.startswith(f"PERMISSION_DENIED user {HERS} may not do this"), method
