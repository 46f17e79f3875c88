import pytest
from starlette.applications import Starlette

from netmon.model import Snapshot, Status
from netmon_client.errors import CollectorUnreachable
from netmon_client.metrics import CONTENT_TYPE, METRICS_PATH
from netmon_dashboard.metrics_route import Scrapers, metrics_routes
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS
from tests.clients.netmon_dashboard.asked_app import AskedApp
from tests.support.prometheus_text import read_metrics


def test_a_scraper_gets_the_text_that_it_reads_with_its_type() -> None:
    async def figures() -> tuple[Status, Snapshot]:
        return STATUS, SNAPSHOT

    answer = AskedApp(Starlette(routes=metrics_routes(figures))).get(METRICS_PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
    assert "netmon_uptime_seconds" in read_metrics(answer.text)


def test_a_collector_that_does_not_answer_is_told() -> None:
    async def figures() -> tuple[Status, Snapshot]:
        raise CollectorUnreachable("it is not there")

    answer = AskedApp(Starlette(routes=metrics_routes(figures))).get(METRICS_PATH)
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("values", "may_read"),
    [
        (["Bearer the-token"], True),
        (["bearer  the-token "], True),
        ([], False),
        (["the-token"], False),
        (["Basic the-token"], False),
        (["Bearer the-toke"], False),
        (["Bearer thé-token"], False),
        (["Bearer the-token", "Bearer the-token"], False),
    ],
)
def test_who_bears_the_token_may_read(values: list[str], *, may_read: bool) -> None:
    assert Scrapers(token="the-token").may_read(values) is may_read  # noqa: S106 -- no secret: made up here


def test_where_it_is_open_everybody_may_read() -> None:
    assert Scrapers(token=None).may_read([])


def test_the_token_is_in_no_text() -> None:
    assert "the-token" not in repr(Scrapers(token="the-token"))  # noqa: S106 -- no secret: made up here
