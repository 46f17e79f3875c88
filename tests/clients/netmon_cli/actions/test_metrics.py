import http.client
import os
import re
import signal
import socket
import socketserver
import stat
import struct
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from netmon_cli.actions.metrics import QuietServer
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.rows import SNAPSHOT
from tests.support.prometheus_text import read_metrics
from tests.support.stream_reader import CLI
from tests.support.waiting import wait_for


@contextmanager
def served(fake: FakeCollector, place: str) -> Generator[str]:
    """Run the program, and give what it says of where it serves."""
    command = [CLI, "--socket", fake.socket, "metrics", "--listen", place]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def get(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_a_scraper_of_this_machine_is_answered_each_time_and_no_other_page(fake: FakeCollector) -> None:
    fake.publish(SNAPSHOT)
    with served(fake, "127.0.0.1:0") as said:
        port = re.search(r"127\.0\.0\.1:(\d+)/metrics", said)
        assert port is not None, said
        for _ in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=60)
            status, text = get(connection, "/metrics")
            assert status == 200
            assert "netmon_subscribers" in read_metrics(text)
        assert get(http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=60), "/")[0] == 404
        elsewhere = http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=60)
        assert get(elsewhere, "/metrics", Host="evil.example")[0] == 403


def test_a_socket_is_for_its_owner_alone(fake: FakeCollector, tmp_path: Path) -> None:
    fake.publish(SNAPSHOT)
    path = tmp_path / "metrics.sock"
    with served(fake, str(path)):
        wait_for(path.exists, seconds=30, what="the socket is there")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(str(path))
            stream.sendall(b"GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n")
            answer = b"".join(iter(lambda: stream.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.0 200 ")
        assert "netmon_monitoring" in read_metrics(answer.partition(b"\r\n\r\n")[2].decode())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_socket_goes_with_its_program(fake: FakeCollector, tmp_path: Path, number: int, code: int) -> None:
    path = tmp_path / "metrics.sock"
    command = [CLI, "--socket", fake.socket, "metrics", "--listen", str(path)]
    for _ in range(2):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert process.stderr.readline() == f"metrics are served at {path}\n"
            process.send_signal(number)
            assert process.wait(60) == code
        assert not path.exists()


def test_a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not(fake: FakeCollector, tmp_path: Path) -> None:
    path = tmp_path / "metrics.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with served(fake, str(path)) as said:
        assert said == f"metrics are served at {path}\n"
        with served(fake, str(path)) as second:
            assert "cannot listen" in second
        assert path.is_socket()


def test_a_collector_that_is_gone_is_told_and_the_next_one_served(fake: FakeCollector) -> None:
    fake.publish(SNAPSHOT)
    with served(fake, "127.0.0.1:0") as said:
        port = int(re.findall(r":(\d+)/metrics", said)[0])
        assert get(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/metrics")[0] == 200
        fake.kill()
        assert get(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/metrics")[0] == 503


def test_a_place_that_is_taken_is_said(fake: FakeCollector, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    command = [CLI, "--socket", fake.socket, "metrics", "--listen", str(taken)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env={**os.environ})
    assert ran.returncode == 2
    assert "cannot listen" in ran.stderr
    assert taken.read_text() == ""


def test_a_path_that_is_too_long_is_said_to_be(fake: FakeCollector, tmp_path: Path) -> None:
    place = str(tmp_path / ("s" * 120))
    command = [CLI, "--socket", fake.socket, "metrics", "--listen", place]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 2
    assert f"cannot listen at {place}: AF_UNIX path too long" in ran.stderr


def test_a_scraper_that_goes_away_is_not_told_of(fake: FakeCollector) -> None:
    fake.publish(SNAPSHOT)
    command = [CLI, "--socket", fake.socket, "metrics", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        port = int(re.findall(r":(\d+)/metrics", process.stderr.readline())[0])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as gone:
            gone.sendall(b"GET /metr")
            # Closed with SO_LINGER at no seconds it is a reset (socket(7)).
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert get(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/metrics")[0] == 200
        process.terminate()
        assert process.communicate(timeout=60)[1] == ""


class Failing(socketserver.BaseRequestHandler):
    """Answers nobody."""

    def __init__(self, *arguments: object, error: Exception) -> None:
        self._error = error
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenPipeError(32, "Broken pipe"), ""),
        (TimeoutError("timed out"), ""),
        (KeyError("\x1b[2J"), "netmon-cli: unexpected KeyError: '\\x1b[2J'.\n"),
    ],
)
def test_a_fault_is_one_line(capsys: pytest.CaptureFixture[str], error: Exception, said: str) -> None:
    with (
        QuietServer(("127.0.0.1", 0), partial(Failing, error=error)) as server,
        socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=60),
    ):
        server.handle_request()
    assert capsys.readouterr().err == said


def test_without_a_request_it_is_given_time_to_see_a_signal() -> None:
    """One that comes between the interpreter's last look and poll(2) does not wake it."""
    with QuietServer(("127.0.0.1", 0), partial(Failing, error=TimeoutError())) as server:
        server.handle_request()
