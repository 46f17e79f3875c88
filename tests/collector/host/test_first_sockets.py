"""Sockets as they are when a connection's first packet comes in, with this machine's own sock_diag."""

import os
import socket
from collections.abc import Iterator

import pytest

from netmon.model import Protocol
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.flow import FlowKey
from netmon_collector.host.first_sockets import LOOKS_A_SECOND, FirstSockets

HERE = socket.inet_aton("127.0.0.1")


@pytest.fixture
def sockets() -> Iterator[FirstSockets]:
    try:
        made = FirstSockets()
    except OSError as error:
        pytest.skip(f"no sock_diag here: {error.strerror}")
    yield made
    made.close()


def packet(local_port: int, remote_port: int, protocol: Protocol = Protocol.TCP) -> FirstPacket:
    number = {Protocol.TCP: 6, Protocol.UDP: 17}[protocol]
    return FirstPacket(FlowKey(protocol, number, HERE, local_port, HERE, remote_port), 1.0)


def test_what_this_machine_opens_comes_with_its_socket(sockets: FirstSockets) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = packet(client.getsockname()[1], server.getsockname()[1])
        [found] = sockets.add([asked], 1.0)
        assert found.socket is not None
        assert found._replace(socket=None) == asked
        assert found.socket.inode == os.fstat(client.fileno()).st_ino
        assert found.socket.uid == os.getuid()
        assert found.socket.cookie == int.from_bytes(client.getsockopt(socket.SOL_SOCKET, 57, 8), "little")  # SO_COOKIE


def test_what_comes_in_what_is_no_tcp_and_what_is_gone_come_as_they_are(sockets: FirstSockets) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        ends = client.getsockname()[1], server.getsockname()[1]
        listened_for = packet(ends[1], 1)
        others = [packet(*ends)._replace(is_inbound=True), packet(*ends, Protocol.UDP), listened_for]
        assert sockets.add(others, 1.0) == others
    assert sockets.add([packet(1, 2)], 1.0) == [packet(1, 2)]


def test_of_many_at_once_the_latest_are_asked_for(sockets: FirstSockets) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = [packet(client.getsockname()[1], server.getsockname()[1])] * (LOOKS_A_SECOND + 1)
        found = [one.socket is not None for one in sockets.add(asked, 1.0)]
        most = LOOKS_A_SECOND // 4
        assert found == [False] * (len(asked) - most) + [True] * most
        assert not any(one.socket for one in sockets.add(asked, 1.0))
        assert sum(one.socket is not None for one in sockets.add(asked, 1.1)) == LOOKS_A_SECOND // 10
