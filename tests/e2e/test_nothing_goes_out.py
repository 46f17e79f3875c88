"""No program of ours sends anything off the machine: its own system calls say so, and a wire that counts."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from netmon.model import CaptureState
from netmon_client import CollectorUnreachable, connect
from tests.support.collector_process import COLLECTOR
from tests.support.dashboard_process import DASHBOARD
from tests.support.observation import read_counters
from tests.support.process_status import children_of
from tests.support.recorder_process import RECORDER
from tests.support.stage import Stage, stage
from tests.support.stream_reader import CLI
from tests.support.traced_calls import call_count, families, outside_peers, traced
from tests.support.traffic import programs
from tests.support.waiting import wait_for, wait_until_steady

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")
PAGES = ("", "connections", "applications", "domains", "history")

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("status", "--paths"),
    ("connections",),
    ("apps",),
    ("domains",),
    ("interfaces",),
    ("audit",),
    ("doctor",),
    ("stream", "connections", "-n", "2"),
    ("history", "--by", "minute", "--since", "1h"),
    ("version",),
)


class Traced:
    """Programs of ours in the near namespace, each under strace."""

    def __init__(self, built: Stage) -> None:
        self.built = built
        self.logs: dict[str, Path] = {}

    def command(self, name: str, *words: str) -> list[str]:
        """Give the command line that runs a program of the near namespace and keeps its calls under ``name``."""
        self.logs[name] = self.built.directory / f"{name}.strace"
        return traced(self.built.near.namespace.command(*words), self.logs[name])

    @contextmanager
    def running(self, name: str, *words: str) -> Generator[Path]:
        """Run a program until the end of this, and give its log."""
        log = self.built.directory / f"{name}.log"
        with log.open("w") as file:
            process = subprocess.Popen(self.command(name, *words), stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        try:
            yield log
        finally:
            # strace with -o holds back signals: its child is told, and it ends with it.
            for child in children_of(process.pid):
                os.kill(child, signal.SIGTERM)
            process.wait(30)


def answers(socket: str) -> bool:
    try:
        with connect(socket) as client:
            return {"near0", "lo"} <= {
                one.name for one in client.status().interfaces if one.state is CaptureState.CAPTURING
            }
    except CollectorUnreachable:
        return False


def run_cli(tracing: Traced, recorder: str, words: Sequence[str]) -> None:
    command = tracing.command("-".join(words), CLI, "--socket", tracing.built.socket, *words)
    environment = {"NETMON_RECORDER_SOCKET": recorder, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode in {0, 1}, (words, ran.stderr)


def visit_all(tracing: Traced, log: Path) -> None:
    """Ask for each page from within the namespace, whose 127.0.0.1 is not ours."""
    link = wait_for(lambda: LINK.search(log.read_text()), seconds=60, what="the dashboard says its link")
    port, token = int(link[1]), link[2]
    with tracing.built.near.namespace.entered():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/?token={token}")
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        for page in PAGES:
            connection.request("GET", f"/{page}", headers={"Cookie": cookie})
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()
        connection.close()


def make_traffic(built: Stage) -> None:
    """Leave addresses to be tempted by: what was seen must not be asked for anywhere."""
    with programs() as moving:
        server = moving.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", 3, "--upload", 2_000)
        moving.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts).wait().finish()


def introduce(built: Stage) -> None:
    """Let each end know the other's hardware address for good, so that no kernel asks or tells with ARP meanwhile."""
    for own, other in ((built.near, built.far), (built.far, built.near)):
        [link] = json.loads(other.namespace.ip("-j", "link", "show", "dev", other.interface))
        neighbour = (other.ipv4, "lladdr", link["address"], "dev", own.interface, "nud", "permanent")
        own.namespace.ip("neighbour", "replace", *neighbour)


def frames_out(built: Stage) -> int:
    return read_counters(built.near.namespace, "near0").sent_frames


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: .ci/test-tools installs it")
def test_no_program_of_ours_names_a_peer_off_the_machine_nor_puts_a_frame_on_the_wire(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with stage() as built, ExitStack() as stack:
        # Whatever is sent anywhere would leave by the wire, and be counted there.
        built.near.namespace.ip("route", "add", "default", "via", built.far.ipv4)
        introduce(built)
        tracing, recorder = Traced(built), str(built.directory / "recorder.sock")
        stack.enter_context(tracing.running("collector", COLLECTOR, "--socket", built.socket))
        wait_for(lambda: answers(built.socket), seconds=30, what="the collector captures")
        make_traffic(built)
        before = wait_until_steady(lambda: frames_out(built), for_seconds=1, seconds=30, what="the wire is quiet")
        kept = ("--database", str(built.directory / "history.db"), "--socket", recorder, "--collector", built.socket)
        stack.enter_context(tracing.running("recorder", *RECORDER, *kept))
        shown = ("--port", "0", "--socket", built.socket, "--recorder-socket", recorder)
        page_log = stack.enter_context(tracing.running("dashboard", DASHBOARD, *shown))
        visit_all(tracing, page_log)
        for words in COMMANDS:
            run_cli(tracing, recorder, words)
        after = frames_out(built)
        stack.close()
        with capsys.disabled():
            counts = ", ".join(f"{call_count(log)} by {name}" for name, log in tracing.logs.items())
            print(f"\nconnect and send calls, none of them off the machine: {counts}")  # noqa: T201 -- the figure
        assert {name: outside_peers(log) for name, log in tracing.logs.items() if outside_peers(log)} == {}
        assert after == before
        assert all(call_count(tracing.logs[name]) for name in ("collector", "recorder", "dashboard", "status"))
        assert families(tracing.logs["collector"]) <= {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}
        assert families(tracing.logs["recorder"]) <= {"AF_UNIX", "AF_UNSPEC"}


def test_a_program_that_does_send_is_noticed() -> None:
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('198.18.0.2', 9))"
    with stage() as built:
        tracing = Traced(built)
        before = frames_out(built)
        subprocess.run(tracing.command("leak", sys.executable, "-c", code), check=True, timeout=30)
        assert outside_peers(tracing.logs["leak"]) == {"198.18.0.2:9"}
        wait_for(lambda: frames_out(built) > before, seconds=30, what="a frame on the wire")
