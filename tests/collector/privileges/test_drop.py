"""The drop, made in a child of the test with the very values of the collector, and tried there."""

import errno
import os
import platform
import resource
import socket
import threading
from pathlib import Path

import pytest

from netmon_collector.main_drop import MainDrop, player_drop, watcher_drop
from netmon_collector.privileges.capabilities import Capability
from netmon_collector.privileges.drop import TASK_LIMIT, Drop, drop
from netmon_collector.privileges.landlock import Places
from netmon_collector.privileges.users import User
from netmon_collector.system_call import system_call
from tests.support.dropped_child import results_in_child
from tests.support.namespaces import needs_root
from tests.support.process_status import status_of

pytestmark = [pytest.mark.root, needs_root]

USER = User(61_150, 61_151)
NOT_ALLOWED = os.strerror(errno.EPERM)
HANDLES = {"x86_64": 303, "aarch64": 264}
"""name_to_handle_at(2)."""
NO_ACCESS = os.strerror(errno.EACCES)


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    os.chown(directory, *USER)
    for parent in (directory, *directory.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o011)
    return directory


def make_a_socket(directory: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(directory / "one"))
    (directory / "new").mkdir()
    (directory / "one").rename(directory / "new" / "one")
    (directory / "new" / "one").unlink()


def exec_true() -> None:
    os.execv("/bin/true", ["true"])  # noqa: S606 - refused


def open_packet_socket() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)).close()


def test_the_main_process_may_open_packet_sockets_and_its_own_files_and_nothing_else(run: Path) -> None:
    secret = run.parent / "secret"
    secret.write_text("readable by all, but not for the main process")
    secret.chmod(0o644)
    found = results_in_child(
        lambda: drop(watcher_drop(USER, captures=True).wanted(run)),
        {
            "packet socket": open_packet_socket,
            "its directory": lambda: make_a_socket(run),
            "an interface": lambda: list(Path("/sys/class/net/lo").iterdir()),
            "its own status": lambda: Path("/proc/self/status").read_bytes(),
            "its own descriptors": lambda: list(Path("/dev/fd").iterdir()),
            "hosts": lambda: Path("/etc/hosts").read_bytes(),
            "descriptors of pid 1": lambda: list(Path("/proc/1/fd").iterdir()),
            "status of pid 1": lambda: Path("/proc/1/status").read_bytes(),
            "shadow": lambda: Path("/etc/shadow").read_bytes(),
            "/root": lambda: list(Path("/root").iterdir()),
            "any other file": secret.read_bytes,
            "writing elsewhere": lambda: Path("/dev/shm/netmon-probe").write_bytes(b""),  # noqa: S108 - refused
            "exec": exec_true,
            "fork": os.fork,
            "root again": lambda: os.setresuid(0, 0, 0),
            "IP socket": lambda: socket.socket(socket.AF_INET),
            "a signal": lambda: os.kill(os.getppid(), 0),
            "chroot": lambda: os.chroot("/"),
        },
    )
    allowed = {"packet socket", "its directory", "an interface", "its own status", "its own descriptors", "hosts"}
    assert {name for name, result in found.items() if result == "done"} == allowed
    assert found["exec"] == found["fork"] == found["root again"] == found["chroot"] == NOT_ALLOWED
    assert found["descriptors of pid 1"] == found["shadow"] == found["any other file"] == NO_ACCESS


def test_without_packets_not_even_packet_sockets_are_left(run: Path) -> None:
    wanted = watcher_drop(USER, captures=False).wanted(run)
    found = results_in_child(lambda: drop(wanted), {"packet": open_packet_socket})
    assert found == {"packet": NOT_ALLOWED}


def test_who_plays_files_may_read_those_alone_whoever_they_belong_to(run: Path) -> None:
    played, secret = run.parent / "eth0.pcap", run.parent / "secret"
    for file in (played, secret):
        file.write_text("closed to all but root")
        file.chmod(0o600)
    wanted = player_drop((played,), run)
    assert isinstance(wanted, MainDrop)
    os.chown(run, *wanted.user)
    found = results_in_child(
        lambda: drop(wanted.wanted(run)),
        {
            "what it plays": played.read_bytes,
            "its directory": lambda: make_a_socket(run),
            "who is who": lambda: Path("/etc/group").read_bytes(),
            "its own status": lambda: Path("/proc/self/status").read_bytes(),
            "what lies beside": secret.read_bytes,
            "writing it": lambda: played.write_bytes(b""),
            "shadow": lambda: Path("/etc/shadow").read_bytes(),
            "descriptors of pid 1": lambda: list(Path("/proc/1/fd").iterdir()),
            "packet socket": open_packet_socket,
            "by handle": lambda: system_call(HANDLES[platform.machine()], -100, None, None, None, 0),
            "exec": exec_true,
            "root again": lambda: os.setresuid(0, 0, 0),
        },
    )
    allowed = {"what it plays", "its directory", "who is who", "its own status"}
    assert {name for name, result in found.items() if result == "done"} == allowed
    assert found["what lies beside"] == found["shadow"] == found["descriptors of pid 1"] == NO_ACCESS
    assert found["packet socket"] == found["by handle"] == found["exec"] == found["root again"] == NOT_ALLOWED


def test_who_reads_processes_may_read_their_descriptors_and_neither_packets_nor_programs() -> None:
    kept = (Capability.DAC_READ_SEARCH, Capability.SYS_PTRACE)

    def read_descriptors() -> None:
        directory = f"/proc/{os.getppid()}/fd"
        assert [os.readlink(f"{directory}/{name}") for name in os.listdir(directory)]  # noqa: PTH115, PTH208

    found = results_in_child(
        lambda: drop(Drop(user=USER, capabilities=kept)),
        {
            "descriptors": read_descriptors,
            "packet": open_packet_socket,
            "exec": exec_true,
            "by handle": lambda: system_call(HANDLES[platform.machine()], -100, None, None, None, 0),
        },
    )
    assert found["descriptors"] == "done"
    assert {found["packet"], found["exec"], found["by handle"]} == {NOT_ALLOWED}


def test_the_status_says_what_was_given_up(run: Path) -> None:
    def check() -> None:
        status = status_of("self")
        sets = {status[name] for name in ("CapEff", "CapPrm", "CapBnd")}
        assert (sets, status["NoNewPrivs"], status["Groups"]) == ({f"{1 << 13:016x}"}, "1", "")
        assert status["Uid"].split() == [str(USER.uid)] * 4

    found = results_in_child(lambda: drop(watcher_drop(USER, captures=True).wanted(run)), {"status": check})
    assert found == {"status": "done"}


def test_a_drop_with_a_second_thread_is_refused() -> None:
    stop = threading.Event()

    def with_a_thread() -> None:
        threading.Thread(target=stop.wait, daemon=True).start()
        with pytest.raises(RuntimeError, match="before the first thread"):
            drop(Drop(user=USER, capabilities=(), places=Places()))

    assert results_in_child(with_a_thread, {}) == {}


def start_threads() -> None:
    """Start threads, more than anybody needs; OSError where the system gives no more."""
    ended = threading.Event()
    try:
        for _ in range(2 * TASK_LIMIT):
            threading.Thread(target=ended.wait, daemon=True).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    finally:
        ended.set()


def test_threads_and_processes_of_its_user_are_bounded() -> None:
    def drop_all() -> None:
        drop(Drop(user=User(61_152, 61_153), capabilities=()))
        assert resource.getrlimit(resource.RLIMIT_NPROC) == (TASK_LIMIT, TASK_LIMIT)

    assert results_in_child(drop_all, {"threads": start_threads}) == {"threads": os.strerror(errno.EAGAIN)}
