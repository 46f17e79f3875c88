"""What every way of listing sockets must give, on real sockets: sock_diag, procfs and psutil."""

import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from types import SimpleNamespace

import psutil
import pytest

from netmon.model import ConnectionState, Protocol
from netmon_collector.host.ports import Listing, SocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister
from tests.support.children import running
from tests.support.sockets import LISTENER, SHARED_LISTENER, holder_pids, owner_of, port_of, rows_on


def listed(lister: SocketLister) -> Listing:
    return lister.list_sockets(time.time())  # noqa: TID251 - the processes of this test started by the real clock


@contextmanager
def connected(family: int, address: str) -> Generator[tuple[socket.socket, socket.socket, socket.socket]]:
    """A listener, a client and the accepted socket."""
    with socket.socket(family) as server, socket.socket(family) as client:
        server.bind((address, 0))
        server.listen()
        client.connect(server.getsockname()[:2])
        accepted, _ = server.accept()
        with closing(accepted):
            yield server, client, accepted


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_both_ends_of_a_connection_and_its_listener_are_listed(lister: SocketLister, family: int, address: str) -> None:
    packed = socket.inet_pton(family, address)
    with connected(family, address) as (server, client, accepted):
        listing = listed(lister)
        # Others may have the client's port too, towards other ends.
        (at_client,) = [row for row in rows_on(listing, port_of(client)) if row.remote_port == port_of(server)]
        rows = {row.state: row for row in rows_on(listing, port_of(server))}
        peer_port = port_of(accepted)
    assert at_client.state is ConnectionState.ESTABLISHED
    assert (at_client.local_address, at_client.remote_address) == (packed, packed)
    assert at_client.remote_port == peer_port
    assert set(rows) == {ConnectionState.LISTEN, ConnectionState.ESTABLISHED}
    assert rows[ConnectionState.LISTEN].remote_address is None
    assert rows[ConnectionState.ESTABLISHED].remote_port == at_client.local_port
    for row in (at_client, *rows.values()):
        assert owner_of(listing, row).pid == os.getpid()
        assert row.holder_ids == ()
    assert listing.scan.is_complete


def test_an_ipv4_peer_of_an_ipv6_listener_is_given_as_ipv4(lister: SocketLister) -> None:
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server,
        socket.create_connection(("127.0.0.1", port_of(server))) as client,
        closing(server.accept()[0]),
    ):
        rows = rows_on(listed(lister), port_of(server))
        peer_port = port_of(client)
    (row,) = [row for row in rows if row.state is ConnectionState.ESTABLISHED]
    assert row.local_address == row.remote_address == socket.inet_aton("127.0.0.1")
    assert row.remote_port == peer_port
    (listener,) = [row for row in rows if row.state is ConnectionState.LISTEN]
    assert listener.local_address == bytes(16)


def test_udp_has_a_peer_only_when_it_is_connected(lister: SocketLister) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as fixed,
    ):
        free.bind(("0.0.0.0", 0))  # noqa: S104 - a wildcard socket is what this is about; nothing is sent
        fixed.bind(("::1", 0))
        fixed.connect(("::1", 9))
        listing = listed(lister)
        (free_row,) = rows_on(listing, port_of(free), Protocol.UDP)
        (fixed_row,) = rows_on(listing, port_of(fixed), Protocol.UDP)
    assert (free_row.local_address, free_row.remote_address) == (bytes(4), None)
    assert (fixed_row.remote_address, fixed_row.remote_port) == (socket.inet_pton(socket.AF_INET6, "::1"), 9)
    assert free_row.state is fixed_row.state is ConnectionState.UNSPECIFIED
    assert owner_of(listing, free_row).pid == owner_of(listing, fixed_row).pid == os.getpid()


def test_two_processes_on_one_port_are_two_sockets(lister: SocketLister) -> None:
    with running(LISTENER) as first:
        port = int(first.line())
        with running(LISTENER, str(port)) as second:
            second.line()
            listing = listed(lister)
            rows = rows_on(listing, port)
            assert sorted(owner_of(listing, row).pid for row in rows) == sorted((first.pid, second.pid))
            assert all(row.holder_ids == () for row in rows)


def test_a_socket_that_a_child_shares_is_one_row(lister: SocketLister) -> None:
    with running(SHARED_LISTENER) as program:
        port, leader, child = map(int, program.line().split())
        listing = listed(lister)
        (row,) = rows_on(listing, port)
        pids = holder_pids(listing, row)
        if lister.name != "psutil":
            assert pids == [leader, child]
        else:
            # psutil keeps one holder a socket, the last that it came across.
            assert pids in ([leader], [child])


def test_a_process_that_ended_is_in_the_next_listing_no_more(lister: SocketLister) -> None:
    with running(LISTENER) as program:
        port, pid = int(program.line()), program.pid
        assert rows_on(listed(lister), port)
    listing = listed(lister)
    assert rows_on(listing, port) == []
    assert pid not in {process.pid for process in listing.processes}


def test_what_has_not_changed_is_the_same_row_in_the_next_listing(lister: SocketLister) -> None:
    """So it is not handed to another process again: a minute's connections may be 12,000 rows in TIME_WAIT."""
    with connected(socket.AF_INET, "127.0.0.1") as (server, client, _):
        first, second = (rows_on(listed(lister), port_of(client)) for _ in range(2))
        ours = [row for row in second if row.remote_port == port_of(server)]
        assert ours
        assert all(any(row is before for before in first) for row in ours)


def test_a_process_younger_than_the_listing_is_not_credited() -> None:
    lister = PsutilSocketLister(ProcessTable(PsutilProcessReader()))
    with running(LISTENER) as program:
        port = int(program.line())
        (row,) = rows_on(lister.list_sockets(psutil.Process(program.pid).create_time() - 5), port)
        assert row.process_id == ""
        listing = listed(lister)
        (row,) = rows_on(listing, port)
        assert owner_of(listing, row).pid == program.pid


def test_processes_are_named_once_and_only_those_of_the_rows(lister: SocketLister) -> None:
    with socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0)):
        listing = listed(lister)
    # Packet sockets are those of others on this machine: a collector that runs holds some.
    rows = (*listing.scan.rows, *listing.scan.packet_sockets)
    named = {key for row in rows for key in (row.process_id, *row.holder_ids) if key}
    assert sorted(process.id for process in listing.processes) == sorted(named)


# The interpreter may lie below a folder that only root enters: everything is imported before the drop.
LIST_AS_NOBODY = """
import os, sys, time
from netmon_collector.host.listers import open_socket_lister
import encodings.idna, psutil
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
lister = open_socket_lister(sys.argv[2])
listing = lister.list_sockets(time.time())
(row,) = [row for row in listing.scan.rows if row.local_port == int(sys.argv[1])]
print(lister.name, listing.scan.is_complete, listing.scan.sees_all_users, repr(row.process_id), flush=True)
"""


HIDDEN_PIDS = ("unshare", "-m", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', "sh")


@pytest.mark.root
@pytest.mark.parametrize("command", [(), HIDDEN_PIDS], ids=["", "hidepid"])
@pytest.mark.parametrize("way", ["sockdiag", "procfs", "psutil"])
def test_without_rights_others_sockets_are_listed_without_owner(way: str, command: tuple[str, ...]) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as held,
        running(LIST_AS_NOBODY, str(port_of(held)), way, command=command) as program,
    ):
        assert program.line() == f"{way} True False ''".replace("sockdiag", "sock_diag")


def connection(pid: int, port: int, remote: tuple[object, ...] = ()) -> SimpleNamespace:
    """A row as psutil gives it on macOS: an address may be "*" or carry a zone."""
    local = ("fe80::1%lo0", port) if remote else ("*", port)
    status = psutil.CONN_ESTABLISHED if remote else psutil.CONN_LISTEN
    return SimpleNamespace(type=socket.SOCK_STREAM, laddr=local, raddr=remote, status=status, pid=pid)


Answer = Callable[[str], list[SimpleNamespace]]


@pytest.fixture
def macos_psutil(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], PsutilSocketLister]:
    """Psutil as it answers on a Mac, which nothing here can run for real."""

    def make(answer: Answer) -> PsutilSocketLister:
        monkeypatch.setattr(psutil, "net_connections", answer)
        return PsutilSocketLister(ProcessTable(PsutilProcessReader()), is_one_row_a_socket=False)

    return make


def test_on_macos_equal_rows_of_several_processes_are_one_shared_socket(
    macos_psutil: Callable[[Answer], PsutilSocketLister],
) -> None:
    with running(LISTENER) as program:
        program.line()
        pids = [program.pid, os.getpid()]
        lister = macos_psutil(
            lambda _: [connection(pid, 80) for pid in pids] + [connection(pids[0], 80, ("fe80::2%lo0", 5))]
        )
        listing = listed(lister)
    listener, peer = listing.scan.rows
    assert holder_pids(listing, listener) == [os.getpid(), program.pid]
    assert listener.local_address == bytes(4)
    assert peer.local_address == socket.inet_pton(socket.AF_INET6, "fe80::1")
    assert holder_pids(listing, peer) == [program.pid]


def test_where_psutil_refuses_the_whole_list_each_process_is_asked(
    macos_psutil: Callable[[Answer], PsutilSocketLister],
) -> None:
    def refuse(_: str) -> list[SimpleNamespace]:
        raise psutil.AccessDenied

    lister = macos_psutil(refuse)
    with socket.create_server(("127.0.0.1", 0)) as held:
        listing = listed(lister)
        (row,) = rows_on(listing, port_of(held))
    assert owner_of(listing, row).pid == os.getpid()
    assert listing.scan.is_complete is (os.geteuid() == 0)
