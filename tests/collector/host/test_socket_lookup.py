"""Which socket a connection has, with real ones of this process."""

import os
import socket
from collections.abc import Iterator

import pytest

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.host.seen_sockets import Seen
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.socket_lookup import SocketLookup

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")


@pytest.fixture
def lookup() -> Iterator[SocketLookup]:
    made = SocketLookup(SockDiag())
    yield made
    made.close()


def seen(held: socket.socket, remote_port: int, protocol: Protocol = Protocol.TCP, *, is_inbound: bool = False) -> Seen:
    number = 6 if protocol is Protocol.TCP else 17
    return Seen(FlowKey(protocol, number, HERE, held.getsockname()[1], HERE, remote_port), 1.0, 1.0, is_inbound)


def inode_of(held: socket.socket) -> int:
    return os.fstat(held.fileno()).st_ino


def test_a_connection_is_found_with_who_made_it(lookup: SocketLookup, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        one = seen(client, server.getsockname()[1])
        assert lookup.look_up(one)
        assert (one.inode, one.uid, one.is_listener, one.is_unconnected) == (
            inode_of(client),
            os.getuid(),
            False,
            False,
        )
        assert one.cookie != 0


def test_whoever_has_the_same_ends_later_is_another_one(lookup: SocketLookup, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        one = seen(client, server.getsockname()[1])
        one.cookie = 1
        assert not lookup.look_up(one)
        assert one.inode == 0


def test_of_one_that_is_at_its_end_nothing_but_the_cookie_is_told(lookup: SocketLookup, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        before = seen(client, server.getsockname()[1])
        assert lookup.look_up(before)
        client.shutdown(socket.SHUT_WR)
        server.accept()[0].close()
        assert client.recv(1) == b""
        after = seen(client, server.getsockname()[1])
        assert not lookup.look_up(after)
    assert (after.inode, after.cookie) == (0, before.cookie)


def test_what_nobody_has_accepted_yet_is_the_listeners(lookup: SocketLookup, server: socket.socket) -> None:
    waiting = seen(server, 1, is_inbound=True)
    assert lookup.look_up(waiting)
    assert (waiting.is_listener, waiting.inode) == (True, inode_of(server))
    over = seen(server, 2)
    over.cookie = 5
    assert not lookup.look_up(over)
    lookup.look_for_listener(over)
    assert (over.is_listener, over.inode) == (True, inode_of(server))


def test_a_datagram_socket_without_a_peer_is_known_by_its_port(lookup: SocketLookup) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        one = seen(held, 9, Protocol.UDP)
        assert lookup.look_up(one)
        assert (one.is_unconnected, one.is_listener, one.inode) == (True, False, inode_of(held))
        lookup.look_for_listener(one)
        assert not one.is_listener


def test_where_there_is_no_socket_nothing_is_found(lookup: SocketLookup) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        one = seen(held, 1)
    assert not lookup.look_up(one)
    assert lookup.ask(one.key) is None
