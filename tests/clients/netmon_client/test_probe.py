"""Each way in which a socket cannot be reached is told apart."""

import os
import socket
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from netmon.sudo import sudo_command
from netmon_client.errors import CollectorUnreachable, NetmonError, NotPermitted
from netmon_client.probe import check_socket

NOBODY = 65534


def failure(path: Path) -> NetmonError:
    with pytest.raises(NetmonError) as caught:
        check_socket(str(path))
    return caught.value


@pytest.fixture
def listening(tmp_path: Path) -> Path:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    return path


def test_no_file(tmp_path: Path) -> None:
    error = failure(tmp_path / "s")
    assert isinstance(error, CollectorUnreachable)
    assert str(error) == f"no collector at {tmp_path / 's'} (file not found)"
    path = tmp_path / "s"
    start = f"{sudo_command('netmon-collector')} --socket {path}"
    assert error.remedy == f"Start it:  {start}   (check: netmon-cli --socket {path} doctor)"


def test_no_socket(tmp_path: Path) -> None:
    (tmp_path / "s").touch()
    assert failure(tmp_path / "s").why == "it is no socket"


def test_nobody_listens(listening: Path) -> None:
    error = failure(listening)
    assert isinstance(error, CollectorUnreachable)
    assert error.why == "nothing listens on the socket"


def test_somebody_listens_also_with_a_full_queue(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(0)
        check_socket(path)
        check_socket(path)  # the first one, which nobody accepted, fills the queue


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{descriptor}/s")
    os.close(descriptor)
    assert failure(folder / "s").why == "the path is too long for a socket"


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert failure(tmp_path / "file" / "s").why == "Not a directory"


def as_nobody(path: str, answers: Callable[[tuple[str, str, str]], None]) -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    try:
        check_socket(path)
    except NetmonError as error:
        answers((type(error).__name__, error.why, error.remedy))


def told_to_nobody(path: Path) -> tuple[str, str, str]:
    context = get_context("fork")
    answers = context.SimpleQueue()
    process = context.Process(target=as_nobody, args=(str(path), answers.put))
    process.start()
    process.join()
    assert process.exitcode == 0
    return answers.get()


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that others may enter, from the root down."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


@pytest.mark.root
def test_a_socket_that_is_not_for_this_user(open_folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(open_folder / "s"))
        (open_folder / "s").chmod(0o660)
        server.listen()
        name, why, remedy = told_to_nobody(open_folder / "s")
    assert (name, why) == (NotPermitted.__name__, "it is for uid 0 and group root")
    assert "sudo" in remedy


@pytest.mark.root
def test_a_folder_that_is_not_for_this_user(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    name, why, _ = told_to_nobody(closed / "s")
    assert (name, why) == (NotPermitted.__name__, f"this user may not enter {closed}")
