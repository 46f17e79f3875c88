"""sock_diag on real sockets, and its parser on bytes that no kernel sends."""

import os
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import ConnectionState, Protocol
from netmon_collector.host.kernel_mount import open_root
from netmon_collector.host.sock_diag import SockDiag, decode, parse_keys
from tests.support.descriptors import open_descriptors

HERE = socket.inet_aton("127.0.0.1")
ELSEWHERE = socket.inet_aton("192.0.2.9")


def inode_of(held: socket.socket) -> int:
    return os.fstat(held.fileno()).st_ino


def ends(held: socket.socket) -> tuple[bytes, int, bytes, int]:
    family = held.family
    (local, local_port, *_), (remote, remote_port, *_) = held.getsockname(), held.getpeername()
    return socket.inet_pton(family, local), local_port, socket.inet_pton(family, remote), remote_port


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_the_two_ends_of_a_connection_are_told_apart(family: socket.AddressFamily, address: str) -> None:
    with socket.create_server((address, 0), family=family) as server:
        client = socket.create_connection(server.getsockname()[:2])
        accepted, _ = server.accept()
        with client, accepted, SockDiag() as diag:
            found = [diag.find(Protocol.TCP, *ends(one)) for one in (client, accepted)]
            assert [one.inode for one in found if one] == [inode_of(client), inode_of(accepted)]
            assert [one.state for one in found if one] == [ConnectionState.ESTABLISHED] * 2
            assert found[0] is not None
            assert (found[0].uid, found[0].local_address, found[0].local_port) == (os.getuid(), *ends(client)[:2])


def test_an_accepted_ipv4_connection_of_a_dual_stack_listener_is_found_as_ipv4() -> None:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        with client, accepted, SockDiag() as diag:
            found = diag.find(Protocol.TCP, HERE, port, HERE, client.getsockname()[1])
            assert found is not None
            assert (found.inode, found.local_address) == (inode_of(accepted), HERE)


def test_a_connection_that_nobody_has_yet_is_its_listeners() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, SockDiag() as diag:
        found = diag.find(Protocol.TCP, HERE, server.getsockname()[1], ELSEWHERE, 4711)
        assert found is not None
        assert (found.inode, found.state, found.remote_port) == (inode_of(server), ConnectionState.LISTEN, 0)


def test_udp_is_looked_up_from_the_side_of_this_machine() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connected,
        SockDiag() as diag,
    ):
        bound.bind(("127.0.0.1", 0))
        connected.connect(bound.getsockname())
        port = bound.getsockname()[1]
        for held, question in ((connected, ends(connected)), (bound, (HERE, port, ELSEWHERE, 53))):
            found = diag.find(Protocol.UDP, *question)
            assert found is not None
            assert (found.inode, found.state) == (inode_of(held), ConnectionState.UNSPECIFIED)


@pytest.mark.root
def test_the_control_group_of_its_maker_is_told_of_one_that_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, SockDiag() as diag:
        client = socket.create_connection(server.getsockname())
        with client:
            asked = diag.find(Protocol.TCP, *ends(client))
            dumped = [decode(key, Protocol.TCP) for key in diag.dump(Protocol.TCP, socket.AF_INET)]
    assert asked is not None
    assert asked.control_group == _own_control_group()
    assert asked._replace(control_group=0) in dumped


def _own_control_group() -> int:
    """Give the id of this process's cgroup v2, which is its directory's inode (cgroup_id, linux/cgroup.h)."""
    [path] = [line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
    root = open_root(b"cgroup2")
    try:
        return os.stat(path.lstrip("/") or ".", dir_fd=root).st_ino
    finally:
        os.close(root)


def test_where_no_socket_is_there_is_no_answer() -> None:
    with SockDiag() as diag:
        for protocol in (Protocol.TCP, Protocol.UDP):
            assert diag.find(protocol, ELSEWHERE, 4711, ELSEWHERE, 4712) is None
        assert diag.dump(Protocol.TCP, socket.AF_INET) is not None


def test_a_cookie_stays_with_its_socket_and_differs_from_all_others() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, SockDiag() as diag:
        port = server.getsockname()[1]
        first, again = (diag.find(Protocol.TCP, HERE, port, HERE, 1) for _ in range(2))
        assert first is not None
        assert first == again
        found = [decode(key, Protocol.TCP) for key in diag.dump(Protocol.TCP, socket.AF_INET)]
        # One may be dumped twice where others open and close theirs meanwhile.
        sockets = {(one.cookie, *one[:5]) for one in found}
        cookies = {one.cookie for one in found}
        assert first.cookie in cookies
        assert len(cookies) == len(sockets)


def test_thousands_of_sockets_come_in_one_dump() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as server, SockDiag() as diag:
        clients = [socket.create_connection(server.getsockname()) for _ in range(400)]
        port = server.getsockname()[1]
        found = [decode(key, Protocol.TCP) for key in diag.dump(Protocol.TCP, socket.AF_INET)]
        assert {one.getsockname()[1] for one in clients} <= {one.local_port for one in found}
        assert {inode_of(one) for one in clients} <= {one.inode for one in found if one.remote_port == port}
        for one in clients:
            one.close()


def message(kind: int, body: bytes, *, flags: int = 0, sequence: int = 7) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, 0) + body


def test_the_kernels_refusal_is_an_error_with_its_number() -> None:
    with pytest.raises(PermissionError):
        parse_keys(message(2, struct.pack("=i", -1)), 7)
    assert parse_keys(message(2, struct.pack("=i", 0)), 7) == ([], True)


def test_a_dump_that_was_disturbed_says_so() -> None:
    with pytest.raises(InterruptedError):
        parse_keys(message(20, bytes(72), flags=0x10), 7)


def test_late_answers_to_an_earlier_question_are_left_out() -> None:
    assert parse_keys(message(20, bytes(72), sequence=6) + message(3, b"", sequence=7), 7) == ([], True)


@pytest.mark.parametrize(
    "data", [b"short", struct.pack("=IHHII", 8, 20, 0, 7, 0), message(20, bytes(71)), message(2, b"")]
)
def test_what_is_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- four sentences for four ways to be cut short
        parse_keys(data, 7)


@given(st.binary(max_size=400))
def test_any_bytes_give_keys_or_an_error(data: bytes) -> None:
    try:
        keys, _ = parse_keys(data, int.from_bytes(data[8:12], "little"))
    except (ValueError, OSError):
        return
    assert all(decode(key, Protocol.TCP) for key in keys)


def test_it_holds_one_descriptor_and_gives_it_back() -> None:
    before = open_descriptors()
    with SockDiag() as diag:
        diag.probe()
        assert len(open_descriptors() - before) == 1
    assert open_descriptors() <= before
