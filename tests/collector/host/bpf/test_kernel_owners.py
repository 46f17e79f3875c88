"""The programs in this kernel, on real sockets of processes that are gone by the time one looks."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon_collector.host.bpf.kernel_owners import How, KernelOwners, Newcomer, Origin
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")
TCP, UDP = 6, 17

TALK = """
import json, os, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
child = os.fork()
if not child:
    accepted, peer = server.accept()
    client.close()
    while accepted.recv(65536): ...
    os._exit(0)
client.sendall(bytes(10_000))
client.shutdown(socket.SHUT_WR)
ends = client.getsockname()[1], server.getsockname()[1]
os.waitpid(child, 0)
print(json.dumps({"pid": os.getpid(), "child": child, "client": ends[0], "server": ends[1]}))
"""

DATAGRAMS = """
import json, os, socket
one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
two.bind(("127.0.0.1", 0))
one.sendto(b"unconnected", two.getsockname())
two.recv(100)
print(json.dumps({"pid": os.getpid(), "from": one.getsockname()[1], "to": two.getsockname()[1]}))
"""


@pytest.fixture(scope="module")
def owners() -> Iterator[KernelOwners]:
    with KernelOwners() as made:
        yield made


def ran(code: str) -> dict[str, Any]:
    """Run a program to its end, and give what it said."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def found(owners: KernelOwners, protocol: int, local_port: int, remote_port: int) -> Origin:
    origin = owners.find(protocol, HERE, local_port, HERE, remote_port)
    assert origin is not None
    return origin


def test_who_connected_is_known_after_the_end_and_bytes_are_those_of_ip(owners: KernelOwners) -> None:
    said = ran(TALK)
    origin = found(owners, TCP, said["client"], said["server"])
    assert origin.pid == said["pid"]
    assert origin.name.startswith(b"python")
    assert origin.uid == os.getuid()
    assert origin.is_released
    assert origin.sent_bytes > 10_000 + 2 * 40
    assert origin.first_seconds <= origin.used_seconds


def test_an_accepted_socket_is_its_accepters(owners: KernelOwners) -> None:
    said = ran(TALK)
    origin = found(owners, TCP, said["server"], said["client"])
    assert origin.pid == said["child"]
    # The handshake came to the listener: the kernel's count of this socket begins behind it.
    sent_bytes = found(owners, TCP, said["client"], said["server"]).sent_bytes
    assert sent_bytes - 200 < origin.received_bytes < sent_bytes


def test_unconnected_datagrams_have_an_owner(owners: KernelOwners) -> None:
    said = ran(DATAGRAMS)
    sender = found(owners, UDP, said["from"], said["to"])
    assert (sender.pid, sender.sent_bytes) == (said["pid"], 28 + len(b"unconnected"))
    # The receiver only made and bound its socket, then closed it.
    assert found(owners, UDP, said["to"], said["from"]).pid == said["pid"]


def test_a_socket_that_is_only_made_and_heard_on_is_its_makers(owners: KernelOwners) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        hearing.bind(("127.0.0.1", 0))
        sending.sendto(b"x", hearing.getsockname())
        hearing.recv(1)
        origin = found(owners, UDP, hearing.getsockname()[1], sending.getsockname()[1])
        assert (origin.pid, origin.how, origin.is_released) == (os.getpid(), How.CREATED, False)


def test_another_socket_on_the_same_ends_never_inherits(owners: KernelOwners) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server_port = server.getsockname()[1]
        code = f"""
import json, os, socket
with socket.socket() as client:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.0.0.1", 23457))
    client.connect(("127.0.0.1", {server_port}))
print(json.dumps(os.getpid()))
"""
        pids = [ran(code) for _ in range(2)]
        assert pids[0] != pids[1]
        assert found(owners, TCP, 23457, server_port).pid == pids[1]


def test_a_flow_that_nobody_saw_has_no_origin(owners: KernelOwners) -> None:
    assert owners.find(TCP, HERE, 1, HERE, 2) is None


def test_a_process_is_announced_once_at_its_first_socket(owners: KernelOwners) -> None:
    owners.newcomers()
    said = ran(DATAGRAMS)
    assert select.select([owners], [], [], 3)[0]
    heard = [one for one in owners.newcomers() if one.pid == said["pid"]]
    assert [one.name[:6] for one in heard] == [b"python"]
    assert select.select([owners], [], [], 0)[0] == []


def test_a_forgotten_process_is_announced_again(owners: KernelOwners) -> None:
    me = Newcomer(pid=os.getpid(), name=Path("/proc/self/comm").read_bytes().rstrip(b"\n"))
    for _ in range(2):
        owners.forget(me)
        owners.newcomers()
        socket.socket().close()
        assert me in owners.newcomers()


HOLD = """
import sys
from netmon_collector.host.bpf.kernel_owners import KernelOwners
owners = KernelOwners()
print(owners._flows.fileno() >= 0, flush=True)
sys.stdin.read()
"""


def links() -> int:
    """How many BPF links this machine has: each has a descriptor in somebody's /proc/PID/fdinfo."""
    count = 0
    for info in Path("/proc").glob("[0-9]*/fdinfo/*"):
        try:
            count += "link_type:\tcgroup" in info.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
    return count


def test_a_kill_leaves_nothing_attached() -> None:
    before = links()
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"True\n"
            assert links() == before + 10
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        wait_for(lambda: links() == before, seconds=3, what="links are gone")


def test_the_shipped_object_is_what_the_source_gives(tmp_path: Path) -> None:
    folder = ROOT / "collector/netmon_collector/host/bpf"
    triplet = subprocess.run(["gcc", "-dumpmachine"], check=True, capture_output=True, text=True).stdout.strip()
    built = tmp_path / "owners.bpf.o"
    flags = ["-target", "bpf", "-O2", "-g0", "-Wall", "-Werror", "-idirafter", f"/usr/include/{triplet}"]
    subprocess.run(["clang", *flags, "-c", "owners.bpf.c", "-o", str(built)], cwd=folder, check=True)
    assert built.read_bytes() == (folder / "owners.bpf.o").read_bytes()
