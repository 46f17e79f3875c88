"""What never stands still in a soak: clients, tabs, interfaces, and processes in namespaces that come and go.

Each kind is a thread of its own that goes on until its end; a turn that fails is kept with its traceback.
"""

import http.client
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from netmon.model import BucketSize, UsageDimension, UsageQuery
from netmon_client import InvalidRequest
from tests.bench.live_tabs import cookie_of, tabs
from tests.soak.ground import Ground
from tests.support.behind import behind
from tests.support.stage import Stage

TRAFFIC = str(Path(__file__).with_name("traffic_program.py"))
CLIENT = str(Path(__file__).with_name("client_program.py"))
DIMENSIONS = [each for each in UsageDimension if each]
PAGES = ("", "connections", "applications", "domains", "history")


class Turns:
    """One kind of churn, repeated in a thread until told to stop; ``count`` turns so far."""

    def __init__(self, name: str, turn: Callable[[int], None], every_seconds: float) -> None:
        self.name = name
        self.count = 0
        self.failures: list[str] = []
        self._turn = turn
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()

    def end(self) -> None:
        """Stop after the turn that is under way."""
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            try:
                self._turn(self.count)
            except Exception:  # noqa: BLE001 -- the outermost loop of a thread: what failed is told at the end
                self.failures.append(f"{self.name} {self.count}: {traceback.format_exc()}")
            self.count += 1


class ClientCrowd:
    """Client processes: each turn brings one; they end by being told, stalled and killed, or killed, in turn."""

    MOST = 3

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._running: list[subprocess.Popen[str]] = []

    def turn(self, number: int) -> None:
        """Bring one client, and take the oldest away where there are enough; every third stops reading meanwhile."""
        command = [sys.executable, CLIENT, self._socket]
        made = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._running.append(made)
        assert made.stdout is not None
        made.stdout.readline()
        if number % 3 == 0:
            made.send_signal(signal.SIGSTOP)
        if len(self._running) > self.MOST:
            _end(self._running.pop(0), signal.SIGTERM if number % 2 else signal.SIGKILL)

    def close(self) -> None:
        """Kill those that are left."""
        while self._running:
            _end(self._running.pop(), signal.SIGKILL)


def _end(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


def ask_all(ground: Ground, number: int) -> None:
    """Ask collector and recorder over new connections, each kind of question in turn."""
    with ground.collector.client() as client:
        client.status()
        client.ledger()
        rows = client.snapshot().connections
        # One that ended a minute ago is forgotten while we ask.
        with suppress(InvalidRequest):
            if rows:
                client.explain(rows[number % len(rows)].id)
    now = time.time()
    with ground.recorder.client() as history:
        history.status()
        dimension = DIMENSIONS[number % len(DIMENSIONS)]
        history.usage(UsageQuery(bucket=BucketSize.MINUTE, since_time=now - 3_600, group_by=(dimension,), top=20))


def visit(ground: Ground, number: int) -> None:
    """Open a page and a tab that watches, and go away; every other visit knows no token."""
    page = PAGES[number % len(PAGES)]
    connection = http.client.HTTPConnection("127.0.0.1", ground.dashboard.port, timeout=20)
    cookie = cookie_of(ground.dashboard) if number % 2 else ""
    connection.request("GET", f"/{page}", headers={"Cookie": cookie})
    assert connection.getresponse().status == (200 if number % 2 else 403)
    connection.close()
    with tabs(ground.dashboard, 1 + number % 2, with_rows=True):
        """The tabs had their full state when this begins: enough."""


def warm_up(ground: Ground) -> None:
    """Ask and visit a little, so that what is made once, at the first need, is there."""
    for number in range(6):
        ask_all(ground, number)
        visit(ground, number)


def change_interfaces(stage: Stage, number: int) -> None:
    """Add an interface, give it an address, take it down, rename it, bring it up, delete it."""
    link, name, renamed = stage.near.namespace.ip, f"soak{number % 7}", f"other{number % 5}"
    link("link", "add", name, "type", "veth", "peer", "name", "soakfar", "netns", stage.far.namespace.name)
    link("address", "add", f"198.19.{number % 200}.1/24", "dev", name)
    link("link", "set", name, "up")
    stage.far.namespace.ip("link", "set", "soakfar", "up")
    time.sleep(1.0)
    link("link", "set", name, "down")
    link("link", "set", name, "name", renamed)
    link("link", "set", renamed, "up")
    time.sleep(1.0)
    link("link", "delete", renamed)


def play_behind(ground: Ground, number: int) -> None:
    """Build a namespace behind the machine, let a process of its own talk through it, and take it down."""
    stage = ground.stage
    with behind(stage, f"box{number % 4}") as box:
        command = [sys.executable, TRAFFIC, "call", stage.far.ipv4, str(ground.port), "20", "2"]
        subprocess.run(box.namespace.command(*command), check=True, timeout=30, stderr=subprocess.DEVNULL)
    stage.far.namespace.ip("route", "delete", "198.18.5.0/24")


@contextmanager
def churn(ground: Ground, *, connections_per_second: float) -> Generator[list[Turns]]:
    """Let everything come and go until the end."""
    stage, crowd = ground.stage, ClientCrowd(ground.stage.socket)
    endless = str(10**9)
    command = [sys.executable, TRAFFIC, "call", stage.far.ipv4, str(ground.port), str(connections_per_second), endless]
    traffic = subprocess.Popen(stage.near.namespace.command(*command), stderr=subprocess.DEVNULL)
    turns = [
        Turns("clients", crowd.turn, 5.0),
        Turns("questions", lambda number: ask_all(ground, number), 2.0),
        Turns("visits", lambda number: visit(ground, number), 4.0),
        Turns("interfaces", lambda number: change_interfaces(stage, number), 2.0),
        Turns("namespaces", lambda number: play_behind(ground, number), 6.0),
    ]
    try:
        yield turns
        assert traffic.poll() is None, "the traffic ended by itself"
    finally:
        for each in turns:
            each.end()
        crowd.close()
        traffic.kill()
        traffic.wait()
