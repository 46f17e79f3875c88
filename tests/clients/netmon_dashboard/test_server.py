"""The dashboard as it runs: its own process, real HTTP and WebSockets, and no browser."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from netmon_client.metrics import CONTENT_TYPE
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from netmon_dashboard.server import ASSETS, SCRIPT, new_keys
from tests.clients.netmon_dashboard.door import Door, first_run
from tests.support.dashboard_process import dashboard
from tests.support.prometheus_text import read_metrics
from tests.support.waiting import wait_for

PLACES = [
    "/",
    "/connections",
    "/applications",
    "/history",
    "/config",
    "/netmon/export",
    "/netmon/export/progress",
    "/_stcore/health",
    "/_stcore/host-config",
    "/favicon.png",
    "/netmon/assets/main.js",
    "/netmon/icon/0",
    "/netmon/live",
    "/metrics",
    "/_stcore/stream",
]
LIVE, STREAM = "/netmon/live", "/_stcore/stream"
SECONDS = 30.0
LINK = re.compile(r"http://(127\.0\.0\.1:[0-9]+)")


def end_of(socket: ClientConnection) -> int | None:
    """The code with which the server closes a WebSocket."""
    try:
        while True:
            socket.recv(SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeCollector]:
    rows = [a_connection(process=a_process())]
    with FakeCollector(snapshots=[a_snapshot(rows)], heartbeat_seconds=0.1) as collector:
        yield collector


@pytest.fixture(scope="module")
def door(fake: FakeCollector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with dashboard(fake.socket, tmp_path_factory.mktemp("dashboard") / "log", "--port", "0") as program:
        yield Door(program)


@pytest.mark.parametrize("path", PLACES)
def test_nothing_opens_without_the_token(door: Door, path: str) -> None:
    for answer in (
        door.get(path),
        door.get(path, Cookie=f"netmon-{door.program.port}=x"),
        door.get(f"{path}?token=wrong"),
        door.get(f"{path}?token="),
    ):
        assert answer.status == 403
        assert b"netmon-dashboard printed" in answer.body
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PLACES)
def test_nothing_opens_by_another_name_or_from_another_page(door: Door, path: str) -> None:
    port = door.program.port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", f"0.0.0.0:{port}"):
        assert door.get(path, host=host, Cookie=door.cookie).status == 403
        assert door.get(f"{path}?token={door.program.token}", host=host).status == 403
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"http://localhost:{port}"):
        assert door.get(path, Cookie=door.cookie, Origin=origin).status == 403


@pytest.mark.parametrize("path", [LIVE, STREAM])
def test_no_websocket_opens_without_cookie_and_origin(door: Door, path: str) -> None:
    cookie = {"Cookie": door.cookie}
    port = door.program.port
    refused = [
        door.socket_status(path),
        door.socket_status(path, headers={"Cookie": f"netmon-{port}=x"}),
        door.socket_status(f"{path}?token={door.program.token}"),
        door.socket_status(path, headers=cookie, origin=""),
        door.socket_status(path, headers=cookie, origin="http://evil.example"),
        door.socket_status(path, headers=cookie, origin=f"http://127.0.0.1:{port + 1}"),
        door.socket_status(path, headers=cookie, host=f"evil.example:{port}"),
        door.socket_status(path, headers=cookie, host=f"evil.example:{port}", origin=f"http://evil.example:{port}"),
    ]
    assert [answer.status for answer in refused] == [403] * len(refused)
    assert all(answer.headers["x-content-type-options"] == "nosniff" for answer in refused)
    assert door.socket_status(path, headers=cookie).status == 101


def test_the_token_opens_every_page_and_what_it_needs(door: Door) -> None:
    for path in ("/", "/connections", "/applications"):
        page = door.get(path, Cookie=door.cookie)
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["cache-control"] == "no-store"
    assert door.get("/_stcore/health", Cookie=door.cookie).body == b"ok"
    config = json.loads(door.get("/_stcore/host-config", Cookie=door.cookie).body)
    assert config["allowedOrigins"] == [], "no page of another host may steer this one"
    main = door.get("/netmon/assets/main.js", Cookie=door.cookie, Origin=door.origin)
    assert main.body == (ASSETS / "main.js").read_bytes()
    assert main.headers["cache-control"] == "no-cache"
    assert main.headers["content-type"].partition(";")[0] in {"text/javascript", "application/javascript"}
    assert door.get("/netmon/icon/0", Cookie=door.cookie).status == 404


def test_the_link_leads_to_the_page_that_it_names(door: Door) -> None:
    answer = door.get(f"/connections?token={door.program.token}&q=app%3Afirefox")
    assert (answer.status, answer.headers["location"]) == (303, "/connections?q=app%3Afirefox")
    cookie, *flags = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert cookie == door.cookie
    assert set(flags) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert door.program.token not in cookie


def test_the_page_allows_its_own_inline_script_alone(door: Door) -> None:
    policy = door.get("/", Cookie=door.cookie).headers["content-security-policy"]
    assert policy.count("'sha256-") == 1
    assert "script-src 'self' blob: 'sha256-" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    "path", ["/netmon/assets/../guard.py", "/netmon/assets/%2e%2e/guard.py", "/netmon/assets//etc/passwd"]
)
def test_assets_are_the_files_of_their_folder_alone(door: Door, path: str) -> None:
    answer = door.get(path, Cookie=door.cookie)
    assert (answer.status, b"root:" in answer.body, b"Guard" in answer.body) in {
        (404, False, False),
        (400, False, False),
    }


@pytest.mark.parametrize("path", ["/_stcore/agent/openapi.json", "/_stcore/metrics", "/component/x/y", "/auth/login"])
def test_parts_of_streamlit_that_are_not_used_are_not_there(door: Door, path: str) -> None:
    assert door.get(path, Cookie=door.cookie).status == 404
    assert door.get("/_stcore/upload_file/s/f", method="PUT", Cookie=door.cookie, Origin=door.origin).status == 404


def test_the_live_route_tells_what_the_collector_says(door: Door) -> None:
    with door.socket(LIVE, headers={"Cookie": door.cookie}) as socket:
        socket.send(json.dumps({"type": "watch", "rows": True}))
        told, kinds = {"hello", "state", "full"}, set[str]()
        while not kinds >= told:  # a dashboard that has just begun tells more than one state
            kinds.add(json.loads(socket.recv(SECONDS))["type"])
    assert kinds == told


def test_streamlit_sends_the_page_and_no_data(door: Door) -> None:
    with door.socket(STREAM, protocol="streamlit", headers={"Cookie": door.cookie}) as socket:
        told = first_run(socket, until=b"netmon_live")
    assert b'"route": "/netmon/live"' in told
    assert b"firefox" not in told


@pytest.mark.parametrize("path", [LIVE, STREAM])
def test_a_long_message_closes_the_socket(door: Door, path: str) -> None:
    with door.socket(path, protocol="streamlit", headers={"Cookie": door.cookie}) as socket:
        socket.send("x" * 70_000)
        assert end_of(socket) == 1009  # RFC 6455, section 7.4.1: too big


def test_nothing_is_logged_but_the_link(door: Door) -> None:
    """Runs after the others of this file: what they asked, rightly or wrongly, is in no log."""
    said = door.program.log.read_text().splitlines()
    link = f"dashboard  http://127.0.0.1:{door.program.port}/?token={door.program.token}"
    notes = ["note       netmon-dashboard runs as root here; it needs no root"] if os.geteuid() == 0 else []
    assert sorted(said) == sorted([link, *notes])


def test_it_listens_on_127_0_0_1_alone(door: Door) -> None:
    port = f":{door.program.port:04X}"
    listening = [
        line.split()[1]
        for file in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(file).read_text().splitlines()[1:]
        if line.split()[1].endswith(port) and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F{port}"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second_with_tabs_open(fake: FakeCollector, tmp_path: Path, number: int) -> None:
    with dashboard(fake.socket, tmp_path / "log", "--port", "0") as program:
        door = Door(program)
        with (
            door.socket(LIVE, headers={"Cookie": door.cookie}) as live,
            door.socket(STREAM, protocol="streamlit", headers={"Cookie": door.cookie}),
        ):
            live.recv(SECONDS)
            assert program.terminate(number) <= 1.0
    assert "Traceback" not in program.log.read_text()
    assert "ERROR" not in program.log.read_text()


def test_a_frozen_tab_does_not_keep_it(fake: FakeCollector, tmp_path: Path) -> None:
    """A browser that is stopped, as a laptop's lid does, answers no goodbye."""
    code = """
import sys
from websockets.sync.client import connect
socket = connect(sys.argv[1], origin=sys.argv[2], additional_headers={"Cookie": sys.argv[3]}, proxy=None)
socket.recv()
print("open", flush=True)
socket.recv()
sys.stdin.read()
"""
    with dashboard(fake.socket, tmp_path / "log", "--port", "0") as program:
        door = Door(program)
        words = [sys.executable, "-c", code, f"ws://{door.host}{LIVE}", door.origin, door.cookie]
        tab = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert tab.stdout is not None
            assert tab.stdout.readline() == "open\n"
            tab.send_signal(signal.SIGSTOP)
            assert program.terminate() <= 1.0
        finally:
            tab.kill()
            tab.communicate()
    assert "Traceback" not in program.log.read_text()


def test_it_runs_without_a_collector_and_tells_so(tmp_path: Path) -> None:
    with dashboard(str(tmp_path / "none.sock"), tmp_path / "log", "--port", "0") as program:
        door = Door(program)
        with door.socket(LIVE, headers={"Cookie": door.cookie}) as socket:
            while (state := json.loads(socket.recv(SECONDS)))["state"] == "connecting":
                continue
    assert state["state"] == "unavailable"


@pytest.mark.root
@pytest.mark.parametrize("uid", ["65534", "54321"], ids=["nobody", "a user without name and home"])
def test_it_runs_as_any_user(fake: FakeCollector, tmp_path: Path, uid: str) -> None:
    """The capability is for reading this checkout alone, where it lies below somebody's closed home directory."""
    reading = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    prefix = ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", *reading, "env", "--unset=HOME"]
    with dashboard(fake.socket, tmp_path / "log", "--port", "0", prefix=prefix) as program:
        door = Door(program)
        assert door.get("/netmon/assets/main.js", Cookie=door.cookie).status == 200
        with door.socket(STREAM, protocol="streamlit", headers={"Cookie": door.cookie}) as socket:
            first_run(socket, until=b"netmon_live")
        assert program.log.read_text().splitlines() == [f"dashboard  {program.link}"]


def test_a_busy_port_is_said_and_the_next_one_taken(door: Door, tmp_path: Path) -> None:
    busy = door.program.port
    with dashboard("/nowhere.sock", tmp_path / "log", "--port", str(busy)) as program:
        assert program.port > busy
        assert Door(program).cookie.startswith(f"netmon-{program.port}=")
        said = program.log.read_text()
    assert f"port {busy} is busy, so the dashboard is on {program.port}" in said


def test_the_cookie_of_one_dashboard_opens_no_other(door: Door, tmp_path: Path) -> None:
    with dashboard("/nowhere.sock", tmp_path / "log", "--port", "0") as program:
        other = Door(program)
        secret = door.cookie.partition("=")[2]
        assert other.get("/", Cookie=f"{other.cookie.partition('=')[0]}={secret}").status == 403
        assert other.get(f"/?token={door.program.token}").status == 403


def test_streamlits_own_command_shows_only_where_to_go(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), "--server.address=127.0.0.1", "--server.port=0"]
    quiet = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]
    with log.open("w") as file:
        process = subprocess.Popen([*words, *quiet], stdout=file, stderr=file, cwd=tmp_path)
    try:
        link = wait_for(lambda: LINK.search(log.read_text()), seconds=SECONDS, what="streamlit says where it is")
        with connect(f"ws://{link[1]}{STREAM}", subprotocols=[Subprotocol("streamlit")], proxy=None) as socket:
            told = first_run(socket, until=b"netmon-dashboard")
    finally:
        process.kill()
        process.wait()
    assert b"netmon_live" not in told


def test_keys_are_drawn_anew_and_long_enough() -> None:
    """43 characters of 6 bit hold the 256 bit that were drawn."""
    one, other = new_keys(1), new_keys(1)
    assert len({one.token, one.session, other.token, other.session}) == 4
    assert min(map(len, (one.token, one.session))) == 43


@pytest.mark.parametrize("who", ["token", "open"])
def test_a_scraper_reads_metrics_where_that_was_asked_for(fake: FakeCollector, tmp_path: Path, who: str) -> None:
    with dashboard(fake.socket, tmp_path / "log", "--port", "0", "--metrics", who) as program:
        door = Door(program)
        without, known = door.get("/metrics"), door.get("/metrics", Authorization=f"Bearer {program.token}")
        assert without.status == (200 if who == "open" else 403)
        assert (known.status, known.headers["content-type"]) == (200, CONTENT_TYPE)
        assert "netmon_uptime_seconds" in read_metrics(known.body.decode())
        assert "set-cookie" not in known.headers
    assert "/metrics" in program.log.read_text()
