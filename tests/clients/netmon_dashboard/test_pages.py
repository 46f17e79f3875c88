from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from netmon.model import Degradation, NamesStatus, PacketSource, Snapshot
from netmon.sudo import sudo_command
from netmon_client import connect
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status
from netmon_dashboard.live_route import LIVE_PATH
from netmon_dashboard.pages import PAGES
from netmon_dashboard.server import SCRIPT
from netmon_dashboard.serving import Serving, serve
from tests.clients.netmon_dashboard.served_pages import Page, run_page, run_page_until, served_pages

HOSTILE = "<img src=x onerror=alert(1)>![x](http://198.51.100.1/)"
ROWS = (
    a_connection("c1", process=a_process(), domain="example.org", sent=1_000, received=20_000),
    a_connection("c2", process=a_process(4712, HOSTILE), domain=HOSTILE, local_port=50_001),
    a_connection("c3", local_port=50_002),
)

each_page = pytest.mark.parametrize("name", list(PAGES))


def snapshot() -> Snapshot:
    return a_snapshot(ROWS)


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(snapshots=[snapshot()], heartbeat_seconds=0.1) as collector:
        yield collector


def is_in_state(state: str) -> Callable[[Page], bool]:
    """Whether a page says this state; that it says one is sure."""

    def look(page: Page) -> bool:
        message = page.message("state")
        assert message is not None
        return message["state"] == state

    return look


def has_data(page: Page) -> bool:
    return page.message("full") is not None and is_in_state("live")(page)


@each_page
def test_a_page_is_one_component_that_loads_our_module(name: str) -> None:
    serve(Serving(route=LIVE_PATH))
    try:
        page = run_page(name)
    finally:
        serve(None)
    assert page.data == {"page": name, "route": "/netmon/live"}, "what is live comes over the route alone"
    assert page.element.component_name == "netmon_live"
    assert page.element.isolate_styles
    assert '"/netmon/assets/main.js"' in page.element.js_content
    assert page.element.html_content == '<div id="netmon"></div>'
    assert len(page.element.SerializeToString()) < 1_000


@each_page
def test_live_data_are_those_of_the_collector(name: str, fake: FakeCollector) -> None:
    with served_pages(fake.socket):
        page = run_page_until(name, has_data)
    hello, full = page.message("hello"), page.message("full")
    assert hello is not None
    assert full is not None
    assert (hello["schema"], hello["packet_source"], hello["degraded"]) == ("netmon.dashboard.v1", "live", [])
    apps = [dict(zip(hello["app_columns"], entry, strict=True)) for entry in full["apps"]]
    assert {app["name"]: (app["sent"], app["received"]) for app in apps} == {
        "firefox": (1_000, 20_000),
        HOSTILE: (1_000, 2_000),
    }
    assert full["totals"] == [3_000, 24_000]
    assert ("domains" in full) == (name == "domains")
    if name == "domains":
        domains = [dict(zip(hello["domain_columns"], entry, strict=True)) for entry in full["domains"]["list"]]
        assert [(each["name"], each["registrable"], each["sent"], each["received"]) for each in domains] == [
            ("example.org", "example.org", 1_000, 20_000),
            (HOSTILE, ".".join(HOSTILE.split(".")[-2:]), 1_000, 2_000),
        ]
        assert [part[1:] for each in domains for part in each["apps"]] == [
            ["firefox", 1_000, 20_000],
            [HOSTILE, 1_000, 2_000],
        ]
    if name in ("overview", "domains"):
        assert "r" not in full
    else:
        rows = [dict(zip(hello["row_columns"], entry, strict=True)) for entry in full["r"]["rows"]]
        assert [row["domain"] for row in rows] == ["example.org", HOSTILE, ""]
        assert [row["received"] for row in rows] == [20_000, 2_000, 2_000]


@each_page
def test_a_page_comes_up_before_the_collector(name: str, tmp_path: Path) -> None:
    with served_pages(f"{tmp_path}/none.sock"):
        page = run_page_until(name, is_in_state("unavailable"))
    state = page.message("state")
    assert state is not None
    assert state["command"].startswith(sudo_command("netmon-collector"))
    assert page.message("hello") is None
    assert page.message("full") is None


@each_page
def test_before_the_first_answer_a_page_says_that_it_connects(name: str, fake: FakeCollector) -> None:
    fake.hang()
    with served_pages(fake.socket):
        assert is_in_state("connecting")(run_page(name))


@each_page
def test_without_traffic_a_page_is_live_and_empty(name: str) -> None:
    with FakeCollector(snapshots=[a_snapshot()], heartbeat_seconds=0.1) as fake, served_pages(fake.socket):
        full = run_page_until(name, has_data).message("full")
    assert full is not None
    assert (full["apps"], full["totals"], full["active"]) == ([], [0, 0], 0)
    assert full.get("r", {"rows": []})["rows"] == []


@each_page
def test_a_silent_collector_is_stale_and_its_last_data_stay(name: str, fake: FakeCollector) -> None:
    with served_pages(fake.socket):
        run_page_until(name, has_data)
        fake.hang()
        page = run_page_until(name, is_in_state("stale"))
        fake.resume()
    assert page.message("full") is not None


@each_page
def test_a_stopped_collector_says_since_when(name: str, fake: FakeCollector) -> None:
    with served_pages(fake.socket):
        run_page_until(name, has_data)
        with connect(fake.socket) as client:
            client.stop()
        state = run_page_until(name, is_in_state("stopped")).message("state")
    assert state is not None
    assert state["since"] > 0


@each_page
def test_a_collector_that_is_gone_is_said_and_its_last_data_stay(name: str, fake: FakeCollector) -> None:
    with served_pages(fake.socket):
        run_page_until(name, has_data)
        fake.kill()
        page = run_page_until(name, is_in_state("unavailable"))
    assert page.message("full") is not None


@each_page
def test_who_may_not_look_is_told_so(name: str, fake: FakeCollector) -> None:
    fake.refuse()
    with served_pages(fake.socket):
        page = run_page_until(name, is_in_state("refused"))
    assert page.message("full") is None


@each_page
def test_another_version_of_the_collector_is_told(name: str, fake: FakeCollector) -> None:
    fake.kill(keep_file=False)
    fake.start(other_version=True)
    with served_pages(fake.socket):
        assert run_page_until(name, is_in_state("version")).message("full") is None


@each_page
def test_a_recording_is_told_from_live_traffic(name: str) -> None:
    status = replace(a_status(), packet_source=PacketSource.RECORDING)
    with FakeCollector(snapshots=[snapshot()], status=status, heartbeat_seconds=0.1) as fake, served_pages(fake.socket):
        hello = run_page_until(name, has_data).message("hello")
    assert hello is not None
    assert hello["packet_source"] == "recording"


@each_page
def test_what_works_less_well_is_told_with_its_remedy(name: str) -> None:
    degraded = (Degradation(code="no_ebpf", text="Owners are polled.", remedy="Run it as root."),)
    status = replace(a_status(), degraded=degraded)
    with (
        FakeCollector(snapshots=[snapshot()], status=status, heartbeat_seconds=0.1) as fake,
        served_pages(fake.socket),
    ):
        hello = run_page_until(name, has_data).message("hello")
    assert hello is not None
    assert hello["degraded"] == [{"code": "no_ebpf", "text": "Owners are polled.", "remedy": "Run it as root."}]


@each_page
def test_who_may_not_control_is_told_so(name: str) -> None:
    status = a_status(may_control=False)
    with FakeCollector(snapshots=[snapshot()], status=status, heartbeat_seconds=0.1) as fake, served_pages(fake.socket):
        hello = run_page_until(name, has_data).message("hello")
    assert hello is not None
    assert hello["viewer"]["may_control"] is False


def test_names_that_are_switched_off_are_told_with_the_reason() -> None:
    status = replace(a_status(), names=NamesStatus(is_on=False, reason="left out by --no-names"))
    with (
        FakeCollector(snapshots=[a_snapshot()], status=status, heartbeat_seconds=0.1) as fake,
        served_pages(fake.socket),
    ):
        page = run_page_until("domains", has_data)
    hello, full = page.message("hello"), page.message("full")
    assert hello is not None
    assert full is not None
    assert hello["names"] == {"is_on": False, "text": "switched off: left out by --no-names"}
    assert full["domains"] == {"list": [], "lanes": full["domains"]["lanes"], "unnamed": [], "browsers": []}


def test_without_its_server_the_script_only_names_the_program() -> None:
    app = AppTest.from_file(str(SCRIPT), default_timeout=30).run()
    assert not app.exception
    assert [element.value for element in app.code] == ["netmon-dashboard"]
    assert len(app.get("bidi_component")) == 0
