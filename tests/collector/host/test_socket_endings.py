"""The last counts of closed TCP sockets, as the kernel tells of them."""

import errno
import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing

import pytest

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.flow import Told
from netmon_collector.core.tcp_counts import SocketCounts
from netmon_collector.host.sock_diag import DiagSocket
from netmon_collector.host.socket_endings import SocketEndings, find_once, open_socket_endings, parse_endings
from tests.support.namespaces import has_root, namespace
from tests.support.waiting import wait_for

MANY = 1_000
HERE, PEER = bytes((192, 0, 2, 1)), bytes((198, 51, 100, 2))


@pytest.fixture
def endings() -> Generator[SocketEndings]:
    """In a network namespace of its own, where nobody else closes sockets; others than root have none to enter."""
    with ExitStack() as stack:
        if has_root():
            stack.enter_context(stack.enter_context(namespace("nmends")).entered())
        yield stack.enter_context(closing(SocketEndings(find=find_once)))


class Heard:
    """Collects endings by the local port, until those of all ports are there."""

    def __init__(self, endings: SocketEndings) -> None:
        self.endings = endings
        self.rows: dict[int, SocketCounts] = {}

    def of(self, *ports: int) -> list[Told]:
        wait_for(lambda: self._hear(ports), what="the endings", seconds=30)
        return [self.rows[port].told for port in ports]

    def _hear(self, ports: tuple[int, ...]) -> bool:
        rows, _ = self.endings.take()
        self.rows.update((row.local_port, row) for row in rows)
        return self.rows.keys() >= set(ports)


def connected(address: str = "127.0.0.1", family: socket.AddressFamily = socket.AF_INET) -> list[socket.socket]:
    with socket.create_server((address, 0), family=family) as server:
        client = socket.create_connection(server.getsockname()[:2])
        return [client, server.accept()[0]]


def ports_of(*held: socket.socket) -> list[int]:
    return [one.getsockname()[1] for one in held]


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_closed_connection_is_told_with_exact_counts_at_both_ends(
    endings: SocketEndings, family: socket.AddressFamily, address: str
) -> None:
    client, accepted = connected(address, family)
    client.sendall(bytes(100))
    assert accepted.recv(1000) == bytes(100)
    accepted.sendall(bytes(3000))
    assert client.recv(3000, socket.MSG_WAITALL) == bytes(3000)
    ports = ports_of(client, accepted)
    accepted.close()
    assert client.recv(1) == b""
    client.close()
    told = Heard(endings).of(*ports)
    assert [(one.sent_payload_bytes, one.received_payload_bytes) for one in told] == [(100, 3000), (3000, 100)]
    assert [one.retransmitted_packets for one in told] == [0, 0]


def closes_first_and_waits(first: socket.socket, second: socket.socket) -> None:
    first.close()
    assert second.recv(1) == b""
    second.close()


def closes_without_reading_the_end(first: socket.socket, second: socket.socket) -> None:
    first.close()
    second.close()


def resets(first: socket.socket, second: socket.socket) -> None:
    first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    first.close()
    with pytest.raises(ConnectionResetError):
        second.recv(1)
    second.close()


@pytest.mark.parametrize("how", [closes_first_and_waits, closes_without_reading_the_end, resets])
@pytest.mark.parametrize("is_swapped", [False, True])
def test_whoever_closes_first_the_other_sides_fin_is_no_payload(
    endings: SocketEndings, how: Callable[[socket.socket, socket.socket], None], *, is_swapped: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        client.sendall(bytes(7))
        assert accepted.recv(100) == bytes(7)
        accepted.sendall(bytes(9))
        assert client.recv(100) == bytes(9)
        counts = {ports_of(client)[0]: (7, 9), ports_of(accepted)[0]: (9, 7)}
        first, second = (accepted, client) if is_swapped else (client, accepted)
        # Who resets loses its ends before the kernel tells of it.
        ports = ports_of(second) if how is resets else ports_of(first, second)
        how(first, second)
        told = Heard(endings).of(*ports)
    assert [(one.sent_payload_bytes, one.received_payload_bytes) for one in told] == [counts[port] for port in ports]


def test_a_thousand_short_connections_are_all_counted_to_the_byte(endings: SocketEndings) -> None:
    """Each with sizes of its own; the server is told how much to send, and closes first."""
    sizes = [(4 + number % 13, 1 + number * 7 % 5000) for number in range(MANY)]
    expected: dict[int, tuple[int, int]] = {}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        answering = threading.Thread(target=_answer, args=(server, MANY))
        answering.start()
        heard = Heard(endings)
        for asked, answered in sizes:
            with socket.create_connection(server.getsockname()) as client:
                expected[ports_of(client)[0]] = (asked, answered)
                client.sendall(struct.pack("!I", answered).ljust(asked, b"."))
                client.shutdown(socket.SHUT_WR)
                while client.recv(65_536):
                    pass
        answering.join()
    heard.of(*expected)
    sent = {port: heard.rows[port].told.sent_payload_bytes for port in expected}
    assert sent == {port: sent for port, (sent, _) in expected.items()}
    # What a half-closed one had received is the sum, and a FIN that packets tell from payload (core).
    raw = {port: heard.rows[port].received_sequence_count for port in expected}
    assert raw == {port: received + 1 for port, (_, received) in expected.items()}
    assert endings.lost_count == 0


def _answer(server: socket.socket, count: int) -> None:
    for _ in range(count):
        held, _ = server.accept()
        with held:
            asked = b""
            while chunk := held.recv(65_536):
                asked += chunk
            held.sendall(bytes(struct.unpack("!I", asked[:4])[0]))


def test_more_endings_than_there_is_room_for_are_counted_as_lost(endings: SocketEndings) -> None:
    endings._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        for _ in range(50):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
    wait_for(lambda: not endings.take()[1], what="the overrun", seconds=30)
    assert endings.lost_count >= 1
    assert endings.take()[1], "what came after it is complete"


def test_listeners_and_sockets_that_never_connected_are_left_out(endings: SocketEndings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        silent = ports_of(server, bound)
    client, accepted = connected()
    ports = ports_of(client, accepted)
    for one in (client, accepted):
        one.close()
    heard = Heard(endings)
    heard.of(*ports)
    assert not heard.rows.keys() & set(silent)


def test_where_the_groups_are_refused_there_is_nobody_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: SocketEndings) -> None:
        raise OSError(errno.EPERM, "refused")

    monkeypatch.setattr(SocketEndings, "_widen", refuse)
    assert open_socket_endings() is None


# On bytes: what tells a FIN from payload.


def message(*, acked: int, unread: int = 0) -> bytes:
    """A closed socket that sent 100 bytes and counts 3,001 received."""
    info = bytearray(280)
    for at, form, value in ((68, "=I", 1), (120, "=Q", acked), (128, "=Q", 3001), (200, "=Q", 100)):
        struct.pack_into(form, info, at, value)
    ends = struct.pack("!HH", 4000, 443) + HERE.ljust(16, b"\0") + PEER.ljust(16, b"\0") + struct.pack("=IQ", 0, 4711)
    body = bytes((socket.AF_INET, 7, 0, 0)) + ends + struct.pack("=IIIII", 0, unread, 0, 0, 0)
    body += struct.pack("=HH", 284, 2) + bytes(info)
    return struct.pack("=IHHII", 16 + len(body), 20, 0, 0, 0) + body


def found(state: ConnectionState, cookie: int = 4711) -> DiagSocket:
    return DiagSocket(Protocol.TCP, HERE, 4000, PEER, 443, state, 0, 0, cookie)


@pytest.mark.parametrize(
    ("acked", "unread", "after", "received"),
    [
        (102, 1, None, 3000),  # closed first, and the FIN came before the socket was gone
        (102, 0, found(ConnectionState.FIN_WAIT_2), 3001),  # closed first, and it came later
        (102, 0, found(ConnectionState.TIME_WAIT), 3001),
        (102, 0, None, 3000),  # closed second
        (101, 0, found(ConnectionState.LISTEN, 1), 3000),  # the same for who was asked
        (101, 0, None, 3001),  # reset
        (100, 0, found(ConnectionState.LISTEN, 1), 3001),  # reset, for who was asked
        (101, 50, None, 3001),  # closed with data that nobody read
    ],
)
def test_a_fin_is_told_from_payload_by_what_is_left(
    acked: int, unread: int, after: DiagSocket | None, received: int
) -> None:
    def find(*_ends: object) -> DiagSocket | None:
        return after

    [row] = parse_endings(message(acked=acked, unread=unread), find)
    assert (row.told.received_payload_bytes, row.received_sequence_count) == (received, 3001)
    assert (row.told.sent_payload_bytes, row.cookie) == (100, 4711)


def test_where_packets_will_tell_a_fin_nothing_is_guessed() -> None:
    [row] = parse_endings(message(acked=102))
    assert row.told.received_payload_bytes == row.received_sequence_count == 3001


def test_what_is_no_netlink_is_refused() -> None:
    with pytest.raises(ValueError, match="cut short"):
        parse_endings(b"short")
