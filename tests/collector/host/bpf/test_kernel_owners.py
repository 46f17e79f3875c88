"""The programs in this kernel, on real sockets of processes that are gone by the time one looks."""

import ctypes
import errno
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon_collector.host.bpf import kernel_owners as module
from netmon_collector.host.bpf.kernel_owners import How, KernelOwners, Origin, Trace
from netmon_collector.host.bpf.object_file import Program
from netmon_collector.host.bpf.system_call import Map, ProgramRefused, load
from netmon_collector.host.ports import Who
from tests.support.bpf_objects import bpf_links, bpf_objects, left_of
from tests.support.namespaces import namespace
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")
ICMP, TCP, UDP = 1, 6, 17

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


QUIET_SERVER = """
import ctypes, json, os, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
accepted = ctypes.CDLL(None).accept(server.fileno(), None, None)
client.sendall(bytes(100))
os.read(accepted, 100)
ends = client.getsockname()[1], server.getsockname()[1]
print(json.dumps({"pid": os.getpid(), "client": ends[0], "server": ends[1]}), flush=True)
input()
"""


@pytest.fixture(scope="module")
def owners() -> Iterator[KernelOwners]:
    with KernelOwners() as made:
        yield made


def ran(code: str) -> dict[str, Any]:
    """Run a program to its end, and give what it said."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def traced(owners: KernelOwners, protocol: int, local_port: int, remote_port: int) -> Trace:
    trace = owners.trace(protocol, HERE, local_port, HERE, remote_port)
    assert trace is not None
    return trace


def found(owners: KernelOwners, protocol: int, local_port: int, remote_port: int) -> Origin:
    origin = owners.origin(traced(owners, protocol, local_port, remote_port).cookie)
    assert origin is not None
    return origin


def pid_of(who: Who | None) -> int:
    return who.pid if who is not None else 0


def test_who_connected_and_closed_is_known_after_the_end_and_bytes_are_those_of_ip(owners: KernelOwners) -> None:
    said = ran(TALK)
    origin = found(owners, TCP, said["client"], said["server"])
    assert {pid_of(who) for who in (origin.creator, origin.user, origin.releaser)} == {said["pid"]}
    assert origin.user is not None
    assert origin.user.name.startswith(b"python")
    assert (origin.user.uid, origin.how) == (os.getuid(), How.CONNECTED)
    assert origin.released_seconds is not None
    assert origin.created_seconds <= origin.used_seconds <= origin.released_seconds
    assert traced(owners, TCP, said["client"], said["server"]).sent_bytes > 10_000 + 2 * 40


def test_an_accepted_socket_is_its_accepters_and_the_handshake_counts_for_it(owners: KernelOwners) -> None:
    said = ran(TALK)
    origin = found(owners, TCP, said["server"], said["client"])
    assert (origin.creator, pid_of(origin.user), origin.how) == (None, said["child"], How.ACCEPTED)
    here, there = (traced(owners, TCP, *ports) for ports in ((said["server"], said["client"]), reversed_ends(said)))
    assert here.received_bytes == there.sent_bytes
    listener = owners.origin(here.listener)
    assert listener is not None
    assert pid_of(listener.creator) == said["pid"]


def reversed_ends(said: dict[str, Any]) -> tuple[int, int]:
    return said["client"], said["server"]


def test_who_accepts_without_asking_for_the_peers_name_is_known_by_the_listener_then_by_its_end(
    owners: KernelOwners,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", QUIET_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        said = json.loads(program.stdout.readline())
        trace = traced(owners, TCP, said["server"], said["client"])
        assert owners.origin(trace.cookie) is None
        listener = owners.origin(trace.listener)
        assert listener is not None
        assert pid_of(listener.creator) == said["pid"]
        program.communicate("\n")
    assert pid_of(found(owners, TCP, said["server"], said["client"]).releaser) == said["pid"]


def test_a_listener_that_is_called_now_and_then_is_not_forgotten_for_newer_sockets(owners: KernelOwners) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(40):
            for _ in range(2_000):  # 65,536 are known
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
            socket.create_connection(server.getsockname()).close()
            accept_without_asking(server)
        listener = owners.origin(cookie_of(server))
        assert listener is not None
        assert pid_of(listener.creator) == os.getpid()


def accept_without_asking(server: socket.socket) -> None:
    """Accept and close, as those do who do not want to know the peer's name."""
    os.close(ctypes.CDLL(None).accept(server.fileno(), None, None))


def test_unconnected_datagrams_have_an_owner(owners: KernelOwners) -> None:
    said = ran(DATAGRAMS)
    assert pid_of(found(owners, UDP, said["from"], said["to"]).user) == said["pid"]
    assert traced(owners, UDP, said["from"], said["to"]).sent_bytes == 28 + len(b"unconnected")
    # The receiver only made and bound its socket, then closed it.
    receiver = found(owners, UDP, said["to"], said["from"])
    assert (pid_of(receiver.creator), receiver.user, pid_of(receiver.releaser)) == (said["pid"], None, said["pid"])


def test_a_socket_that_is_only_made_and_heard_on_is_its_makers(owners: KernelOwners) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        hearing.bind(("127.0.0.1", 0))
        sending.sendto(b"x", hearing.getsockname())
        hearing.recv(1)
        origin = found(owners, UDP, hearing.getsockname()[1], sending.getsockname()[1])
        assert (pid_of(origin.creator), origin.user, origin.released_seconds) == (os.getpid(), None, None)


def test_another_socket_on_the_same_ends_never_inherits_and_the_eight_before_are_still_known(
    owners: KernelOwners,
) -> None:
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
        pids = [ran(code) for _ in range(10)]
        assert len(set(pids)) == 10
        trace = traced(owners, TCP, 23457, server_port)
        had = [*reversed(trace.before), (trace.cookie, trace.first_seconds)]
        people = [owners.origin(cookie) for cookie, _ in had]
        assert [pid_of(one.user) for one in people if one is not None] == pids[1:]
        times = [first_seconds for _, first_seconds in had]
        assert times == sorted(set(times))


def test_the_kernels_last_words_take_no_connection_over(owners: KernelOwners) -> None:
    """What TIME_WAIT and resets answer with is a socket of the kernel's own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            ends = client.getsockname()[1], server.getsockname()[1]
            server.accept()[0].close()
            client.sendall(b"to nobody: answered with a reset")
            wait_for(lambda: traced(owners, TCP, *ends).received_bytes > 150, seconds=30, what="the reset")
        origin = found(owners, TCP, *ends)
        assert pid_of(origin.user) == os.getpid()


def test_the_same_ends_in_another_network_namespace_are_somebody_elses(owners: KernelOwners) -> None:
    said = ran(f"""
import os, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
exec({TALK!r})
""")
    assert owners.trace(TCP, HERE, said["client"], HERE, said["server"]) is not None
    with namespace() as other, other.entered(), KernelOwners() as theirs:
        assert theirs._netns not in {0, owners._netns}
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
            ends = client.getsockname()[1], server.getsockname()[1]
            trace = theirs.trace(TCP, HERE, ends[0], HERE, ends[1])
            assert trace is not None
            assert pid_of(getattr(theirs.origin(trace.cookie), "user", None)) == os.getpid()
            assert owners.trace(TCP, HERE, ends[0], HERE, ends[1]) is None
            assert owners.origin(trace.cookie) is None


def test_sockets_of_other_namespaces_are_seen_where_that_is_wanted(owners: KernelOwners) -> None:
    with namespace() as other:
        with other.entered(), KernelOwners() as theirs:
            netns = theirs._netns
        owners.watch_elsewhere(is_wanted=True)
        with other.entered():
            said = ran(TALK)
        owners.watch_elsewhere(is_wanted=False)
        heard = [one for one in owners.newcomers() if one.pid == said["pid"]]
        assert {one.netns for one in heard} == {netns}
        assert netns in owners.elsewhere
        owners.forget_elsewhere(heard[0].seconds)
        assert netns in owners.elsewhere
        owners.forget_elsewhere(heard[-1].seconds + 60)
        assert owners.elsewhere == ()
        owners.note_elsewhere(netns, heard[-1].seconds)
        assert owners.elsewhere == (netns,)
        ends = said["client"], said["server"]
        assert owners.trace(TCP, HERE, ends[0], HERE, ends[1]) is None
        trace = owners.trace(TCP, HERE, ends[0], HERE, ends[1], netns)
        assert trace is not None
        assert pid_of(getattr(owners.origin(trace.cookie, netns), "user", None)) == said["pid"]
        assert owners.origin(trace.cookie) is None
        with other.entered():
            unseen = ran(TALK)
        assert all(one.pid != unseen["pid"] for one in owners.newcomers())


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], KernelOwners]]:
    """Loads the programs as a kernel does that does not tell packets their network namespace (before 6.15)."""
    refused: list[str] = []

    def load_less(program: Program, maps: dict[str, Map], *, kind: int, attach_kind: int, terms: bytes) -> int:
        if program.section in {"ingress", "egress"} and program.section not in refused:
            refused.append(program.section)
            raise ProgramRefused(errno.EINVAL, program.section, "unknown func bpf_get_netns_cookie#122")
        return load(program, maps, kind=kind, attach_kind=attach_kind, terms=terms)

    monkeypatch.setattr(module, "load", load_less)
    yield KernelOwners
    assert sorted(refused) == ["egress", "ingress"]


def test_a_kernel_that_does_not_tell_packets_their_namespace_is_helped_by_the_sockets_origin(
    older: Callable[[], KernelOwners],
) -> None:
    with older() as owners:
        said = ran(TALK)
        assert pid_of(found(owners, TCP, said["client"], said["server"]).user) == said["pid"]
        assert pid_of(found(owners, TCP, said["server"], said["client"]).user) == said["child"]


def test_where_an_origin_comes_late_packets_from_before_it_are_the_connections_too(
    older: Callable[[], KernelOwners],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, older() as owners:  # the programs know nothing of it
        ends = server.getsockname()[1], 23461
        for is_early in (False, True, False):
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("@ii", 1, 0))  # no TIME_WAIT
                client.bind(("127.0.0.1", ends[1]))
                client.connect(server.getsockname())
                if is_early:
                    client.sendall(b"before")
                with server.accept()[0] as accepted:
                    client.sendall(b"after")
                    trace = traced(owners, TCP, *ends)
                    origin = found(owners, TCP, *ends)
                    assert (trace.cookie, trace.listener) == (cookie_of(accepted), cookie_of(server))
                    assert (pid_of(origin.user), origin.how) == (os.getpid(), How.ACCEPTED)
                    assert trace.first_seconds < origin.created_seconds
                    assert trace.received_bytes >= 3 * 40 + len(b"after")


def cookie_of(one: socket.socket) -> int:
    return int.from_bytes(one.getsockopt(socket.SOL_SOCKET, 57, 8), sys.byteorder)


def test_a_flow_that_nobody_saw_has_no_trace(owners: KernelOwners) -> None:
    assert owners.trace(TCP, HERE, 1, HERE, 2) is None
    assert owners.origin(2**63) is None


PINGS = """
import json, os, socket, struct
pinger, other = (socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) for _ in range(2))
for one, identifier in ((pinger, 11), (other, 22)):
    rest = struct.pack("!HHH", 0xF7FF - identifier - 1, identifier, 1)
    one.sendto(b"\\x08\\x00" + rest, ("127.0.0.1", 0))
for _ in range(4):
    pinger.recv(1000)
cookies = [struct.unpack("Q", one.getsockopt(socket.SOL_SOCKET, 57, 8))[0] for one in (pinger, other)]
print(json.dumps({"pid": os.getpid(), "cookies": cookies}))
"""


def test_pingers_of_one_target_are_told_apart_and_the_answers_are_no_process(owners: KernelOwners) -> None:
    said = ran(PINGS)
    identifiers = (11, 22)
    assert [traced(owners, ICMP, identifier, 0).cookie for identifier in identifiers] == said["cookies"]
    for identifier in identifiers:
        answering = owners.origin(traced(owners, ICMP, 0, identifier).cookie)
        assert answering is None


HOLD = """
import sys
from netmon_collector.host.bpf.kernel_owners import KernelOwners
owners = KernelOwners()
print(owners._flows.fileno() >= 0, flush=True)
sys.stdin.read()
"""


def test_a_kill_leaves_nothing_attached() -> None:
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"True\n"
            assert len(bpf_links(holder.pid)) == 10
            its = bpf_objects(holder.pid)
            assert {kind for kind, _ in its} == {"link_id", "prog_id", "map_id"}
            assert left_of(its) == its
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        what = "links, programs and maps are gone from the kernel"
        wait_for(lambda: not left_of(its), seconds=30, what=what)  # noqa: B023 -- looked at at once


def test_in_a_pid_namespace_of_its_own_it_says_so_and_leaves_nothing_open() -> None:
    code = """
import os
from netmon_collector.host.bpf.kernel_owners import KernelOwners
before = os.listdir("/proc/self/fd")
try:
    KernelOwners()
except ValueError as error:
    print(error)
assert os.listdir("/proc/self/fd") == before
"""
    command = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "processes have other numbers here: this is a container\n"


@pytest.mark.parametrize("name", ["owners", "holders"])
def test_the_shipped_object_is_what_the_source_gives(name: str, tmp_path: Path) -> None:
    folder = ROOT / "collector/netmon_collector/host/bpf"
    triplet = subprocess.run(["gcc", "-dumpmachine"], check=True, capture_output=True, text=True).stdout.strip()
    built = tmp_path / f"{name}.bpf.o"
    flags = ["-target", "bpf", "-O2", "-g0", "-Wall", "-Werror", "-idirafter", f"/usr/include/{triplet}"]
    subprocess.run(["clang", *flags, "-c", f"{name}.bpf.c", "-o", str(built)], cwd=folder, check=True)
    assert built.read_bytes() == (folder / f"{name}.bpf.o").read_bytes()
