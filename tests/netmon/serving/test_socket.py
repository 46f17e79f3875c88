import os
import select
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.serving import AlreadyRunning, SocketAccess, access_for_invoker
from netmon.serving.socket import ServiceSocket
from tests.support.waiting import wait_for

# As nobody, connects again and again to the paths that it is given, until its input comes. Says it when it is refused
# for the first time, and at the end how often it was let in.
STRANGER = """
import os, select, socket, sys
from collections import Counter
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
print("ready", flush=True)
seen = Counter()
while not select.select([sys.stdin], [], [], 0)[0]:
    for path in sys.argv[1:]:
        with socket.socket(socket.AF_UNIX) as attempt:
            try:
                attempt.connect(path)
                seen["connected"] += 1
            except PermissionError:
                if not seen["refused"]:
                    print("refused", flush=True)
                seen["refused"] += 1
            except OSError:
                continue
print(seen["connected"], flush=True)
"""
NOBODY = 65534


class Listener:
    """Binds and listens where it is told to."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []

    def __call__(self, path: str) -> None:
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(path)
        bound.listen()
        self.sockets.append(bound)


@pytest.fixture
def listener() -> Generator[Listener, None, None]:
    made = Listener()
    yield made
    for bound in made.sockets:
        bound.close()


def serve(path: Path, listener: Listener, access: SocketAccess | None = None) -> ServiceSocket:
    made = ServiceSocket(path, access or SocketAccess())
    made.claim()
    made.bind(listener)
    made.publish()
    return made


def test_the_socket_has_its_mode_and_nothing_else_is_left(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "run" / "c.sock"
    umask = os.umask(0)
    try:
        made = serve(path, listener)
        assert os.umask(0) == 0, "the umask is what it was"
    finally:
        os.umask(umask)
    status = path.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o660
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["c.sock", "c.sock.lock"]
    assert made.is_in_place
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


@pytest.mark.root
def test_the_socket_has_its_owner_and_group(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "c.sock"
    serve(path, listener, SocketAccess(uid=12345, gid=54321))
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


def test_a_stale_socket_is_replaced(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "c.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    serve(path, listener)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_what_is_given_up_leaves_a_directory_that_others_may_enter_and_is_free(tmp_path: Path) -> None:
    path = tmp_path / "run" / "c.sock"
    made = ServiceSocket(path, SocketAccess())
    made.claim()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    made.give_up()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    ServiceSocket(path, SocketAccess()).claim()


def test_what_is_no_socket_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    path.write_text("precious")
    with pytest.raises(ValueError, match=r"c\.sock exists and is no socket"):
        ServiceSocket(path, SocketAccess()).claim()
    assert path.read_text() == "precious"


def test_a_second_one_is_refused_before_it_touches_the_first(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "c.sock"
    first = serve(path, listener)
    with pytest.raises(AlreadyRunning):
        ServiceSocket(path, SocketAccess()).claim()
    assert first.is_in_place


def test_a_socket_that_another_took_the_place_of_is_not_removed(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "c.sock"
    first = serve(path, listener)
    path.unlink()
    assert not first.is_in_place
    listener(str(path))
    assert not first.is_in_place
    first.remove()
    assert path.exists()


def test_to_remove_frees_path_and_lock(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "c.sock"
    serve(path, listener).remove()
    assert not path.exists()
    serve(path, listener)


@pytest.mark.root
def test_no_stranger_gets_in_while_the_socket_is_made(listener: Listener) -> None:
    with tempfile.TemporaryDirectory(prefix="netmon-race-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "run" / "c.sock"
        command = [sys.executable, "-I", "-c", STRANGER, str(path), str(path.parent / ".new" / path.name)]
        with subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            said = child.stdout

            def is_refused() -> bool:
                """Make the socket many times; give whether the stranger has come to one: else it proves nothing."""
                for _ in range(300):
                    serve(path, listener).remove()
                    (path.parent / "c.sock.lock").unlink()
                    path.parent.rmdir()
                return bool(select.select([said], [], [], 0)[0])

            wait_for(is_refused, seconds=60, what="the stranger comes to a socket")
            answer, _ = child.communicate(b"end")
        assert answer.split() == [b"refused", b"0"], "it was refused, and never connected"


@pytest.mark.root
def test_root_lets_in_who_called_sudo() -> None:
    assert access_for_invoker({"SUDO_UID": str(NOBODY)}).uid == NOBODY
    assert access_for_invoker({}).uid is None


@pytest.mark.root
@pytest.mark.parametrize("text", ["x", "-1", "99999999999999", "4000000001"])
def test_a_sudo_uid_that_is_nobodys_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SUDO_UID"):
        access_for_invoker({"SUDO_UID": text})
