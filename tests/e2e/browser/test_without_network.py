"""The dashboard on a machine whose only interface is the loopback: a browser that starts inside misses nothing."""

from collections.abc import Generator
from pathlib import Path

import pytest

from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.support.browser import Tab, chromium, open_tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.namespaces import namespace
from tests.support.shown_page import shows_data
from tests.support.tour import use_everything

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def fake() -> Generator[FakeCollector]:
    rows = [a_connection(process=a_process(), domain="example.com"), a_connection(id="c2", local_port=50_001)]
    with FakeCollector(snapshots=[a_snapshot(rows)], heartbeat_seconds=0.3) as serving:
        yield serving


def test_on_a_machine_without_network_nothing_is_missing(fake: FakeCollector, tmp_path: Path) -> None:
    # Dashboard and browser are children of this thread, and so inside; the collector's socket is a file, which has no
    # namespace.
    with (
        namespace("nmalone") as alone,
        alone.entered(),
        dashboard(fake.socket, tmp_path / "log", "--port", "0") as program,
        chromium() as inside,
        open_tab(inside) as tab,
    ):
        visit_without_network(tab, program)


def visit_without_network(tab: Tab, program: DashboardProcess) -> None:
    failed: list[str] = []
    tab.page.on("requestfailed", lambda request: failed.append(f"{request.url} {request.failure}"))
    tab.page.goto(program.link)
    shows_data(tab)
    use_everything(tab)
    assert tab.strays(program.origin) == []
    assert failed == []
    assert tab.errors == []
