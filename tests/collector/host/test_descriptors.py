import os
import socket
from pathlib import Path

from netmon_collector.host.descriptors import find_holders, list_pids, network_namespace_of
from tests.support.children import running
from tests.support.sockets import SHARED_LISTENER
from tests.support.without_first_thread import without_first_thread

MISSING_PID = 2**22 + 1
"""Above the highest pid that Linux gives (PID_MAX_LIMIT)."""


def inode_of(held: socket.socket) -> bytes:
    return str(os.fstat(held.fileno()).st_ino).encode()


def test_this_process_is_among_the_pids() -> None:
    assert os.getpid() in list_pids()


def test_a_process_is_in_our_network_namespace_or_in_none_that_is_known() -> None:
    assert network_namespace_of(str(os.getpid())) == network_namespace_of("self") != 0
    assert network_namespace_of(str(MISSING_PID)) == 0


def test_a_socket_is_found_with_its_holder() -> None:
    with socket.socket() as held:
        wanted = frozenset({inode_of(held)})
        assert find_holders([os.getpid()], wanted) == {inode_of(held): [os.getpid()]}


def test_sockets_that_nobody_asked_for_are_left_out() -> None:
    with socket.socket():
        assert find_holders([os.getpid()], frozenset({b"1"})) == {}


def test_all_holders_of_a_shared_socket_are_found() -> None:
    with running(SHARED_LISTENER) as program:
        _, leader, child = map(int, program.line().split())
        links = [str(link.readlink()) for link in Path(f"/proc/{leader}/fd").iterdir()]
        inodes = frozenset(link[len("socket:[") : -1].encode() for link in links if link.startswith("socket:["))
        found = find_holders([leader, child], inodes)
    assert [leader, child] in found.values()


def test_sockets_of_a_process_whose_first_thread_has_ended_are_found() -> None:
    with without_first_thread() as (child, inode):
        assert find_holders([child.pid], frozenset({inode})) == {inode: [child.pid]}


def test_a_pid_that_nobody_has_holds_nothing() -> None:
    assert find_holders([MISSING_PID], frozenset({b"1"})) == {}
