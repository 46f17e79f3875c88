from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from netmon.model import BucketSize, ExportBatch, ExportEnd, ExportHeader, UsageDimension, UsageKey, UsageRow, UsageSums
from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_dashboard.config.export_route import BadExport, export_query, export_routes
from netmon_dashboard.history.recorder_link import RecorderLink
from tests.clients.netmon_dashboard.asked_app import AskedApp

RANGE = {"from": "0", "to": "600", "by": "minute"}


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder() as recorder:
        recorder.answers.export = (
            ExportHeader(since_time=0.0, until_time=600.0, bucket=BucketSize.MINUTE, estimated_row_count=1),
            ExportBatch(rows=(UsageRow(0.0, UsageKey(user="anna"), UsageSums(1, 2, 3, 4)),), done_until_time=300.0),
            ExportEnd(row_count=1),
        )
        yield recorder


@pytest.fixture
def client(fake: FakeRecorder) -> Iterator[AskedApp]:
    link = RecorderLink(fake.socket)
    yield AskedApp(Starlette(routes=export_routes(link.client)))
    link.close()


def test_an_address_becomes_a_question() -> None:
    query = export_query({**RANGE, "group": "app,domain", "q": "app:firefox"})
    assert (query.since_time, query.until_time, query.bucket) == (0.0, 600.0, BucketSize.MINUTE)
    assert query.group_by == (UsageDimension.APPLICATION, UsageDimension.DOMAIN)


@pytest.mark.parametrize(
    "wrong",
    [{"from": "x"}, {"from": "nan"}, {"to": "0"}, {"to": "inf"}, {"by": "week"}, {"group": "colour"}, {"q": "pid:1"}],
)
def test_an_address_that_makes_no_sense_is_refused(wrong: dict[str, str], client: AskedApp) -> None:
    with pytest.raises(BadExport):
        export_query({**RANGE, **wrong})
    assert client.get("/netmon/export", params={**RANGE, **wrong}).status_code == 400


def test_a_download_has_a_name_and_all_rows_and_its_progress_is_told(client: AskedApp) -> None:
    answer = client.get("/netmon/export", params={**RANGE, "format": "csv", "job": "j1"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="netmon-history-by-minute.csv"'
    assert "anna" in answer.text.splitlines()[1]
    told = client.get("/netmon/export/progress", params={"job": "j1"}).json()
    assert told == {"state": "done", "rows": 1, "share": 1.0}


def test_nothing_is_known_of_a_download_that_never_was(client: AskedApp) -> None:
    assert client.get("/netmon/export/progress", params={"job": "other"}).json() == {"state": "unknown"}


def test_a_format_that_is_none_is_refused(client: AskedApp) -> None:
    assert client.get("/netmon/export", params={**RANGE, "format": "xlsx"}).status_code == 400


def test_without_a_recorder_there_is_no_file(fake: FakeRecorder, client: AskedApp) -> None:
    fake.kill()
    answer = client.get("/netmon/export", params={**RANGE, "job": "j2"})
    assert answer.status_code == 503
    assert "content-disposition" not in answer.headers
    assert client.get("/netmon/export/progress", params={"job": "j2"}).json()["state"] == "failed"


def test_only_the_last_downloads_are_remembered(client: AskedApp) -> None:
    for number in range(40):
        client.get("/netmon/export", params={**RANGE, "job": f"n{number}"})
    states = [client.get("/netmon/export/progress", params={"job": f"n{n}"}).json()["state"] for n in (0, 39)]
    assert states == ["unknown", "done"]
