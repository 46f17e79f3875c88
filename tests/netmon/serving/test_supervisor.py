"""What a service manager hears, on a datagram socket as systemd's own."""

import asyncio
import os
import socket
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from netmon.serving import Supervisor


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "notify")


@pytest.fixture
def manager(path: str) -> Generator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(path)
        made.settimeout(30)
        yield made


def service(path: str, **more: str) -> Supervisor:
    return Supervisor.from_environment({"NOTIFY_SOCKET": path, **more})


def test_it_hears_that_the_service_is_ready_and_that_it_stops(path: str, manager: socket.socket) -> None:
    with closing(service(path)) as told:
        told.ready("captures 2 interfaces")
        told.stopping()
    assert manager.recv(100) == b"READY=1\nSTATUS=captures 2 interfaces"
    assert manager.recv(100) == b"STOPPING=1"


async def test_a_watchdog_hears_the_loop_twice_a_period(path: str, manager: socket.socket) -> None:
    with closing(service(path, WATCHDOG_USEC="20000")) as told:
        assert told.watchdog_seconds == 0.02
        beats = asyncio.create_task(told.keep_alive())
        heard = [await asyncio.to_thread(manager.recv, 100) for _ in range(3)]
        beats.cancel()
    assert heard == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "more", [{}, {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "0"}]
)
async def test_without_a_watchdog_of_this_process_nothing_is_said(
    path: str, manager: socket.socket, more: dict[str, str]
) -> None:
    with closing(service(path, **more)) as told:
        beats = asyncio.create_task(told.keep_alive())
        await asyncio.sleep(0)
        assert not beats.done()
        beats.cancel()
        told.stopping()
    assert manager.recv(100) == b"STOPPING=1"


async def test_a_watchdog_of_this_very_process_is_heeded(path: str, manager: socket.socket) -> None:
    with closing(service(path, WATCHDOG_USEC="1000000", WATCHDOG_PID=str(os.getpid()))) as told:
        assert told.watchdog_seconds == 1.0


def test_an_abstract_name_is_one_without_a_file() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind("")  # the kernel picks an abstract name (unix(7), "Autobind feature")
        made.settimeout(30)
        name: bytes = made.getsockname()
        with closing(service("@" + name[1:].decode())) as told:
            told.ready("up")
        assert made.recv(100) == b"READY=1\nSTATUS=up"


def test_without_a_manager_every_word_is_lost_without_harm() -> None:
    told = Supervisor.from_environment({})
    told.ready("up")
    told.stopping()
    told.close()


@pytest.mark.parametrize("path", ["/nowhere/notify", "/x\0y", "/" + "long" * 40])
def test_a_manager_that_cannot_be_reached_is_told_of_once(path: str, caplog: pytest.LogCaptureFixture) -> None:
    told = service(path)
    told.ready("up")
    assert caplog.messages == [f"the service manager cannot be told: {caplog.messages[0].rpartition(' ')[2]}"]


def test_a_manager_that_has_gone_ends_nothing(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(path)
        told = service(path)
    with closing(told):
        told.ready("up")
    assert "does not listen: ConnectionRefusedError" in caplog.text
