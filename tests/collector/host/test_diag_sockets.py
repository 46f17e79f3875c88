"""sock_diag as a way of listing sockets; what holds for every way stands in test_psutil_sockets.py."""

import errno
import socket
import time
from collections.abc import Iterator
from functools import partial

import pytest

from netmon.model import Protocol
from netmon_collector.core.sockets import SocketRow
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.sock_diag import DiagKey, SockDiag
from tests.support.namespaces import namespace
from tests.support.sockets import port_of
from tests.support.waiting import wait_for


def now() -> float:
    return time.time()  # noqa: TID251 - the processes of these tests started by the real clock


@pytest.fixture
def alone() -> Iterator[None]:
    """In a network namespace of its own, where nobody else opens sockets meanwhile."""
    with namespace("nmdiag") as place:
        place.ip("link", "set", "lo", "up")
        with place.entered():
            yield


Rows = dict[tuple[object, ...], SocketRow]


def listed(lister: DiagSocketLister | ProcSocketLister) -> Rows:
    return {
        (row.protocol, row.local_address, row.local_port, row.remote_address, row.remote_port): row
        for row in lister.list_sockets(now()).scan.rows
    }


def _same(ours: Rows, theirs: Rows) -> Rows | None:
    return ours if ours == theirs else None


@pytest.mark.root
def test_it_lists_what_procfs_lists_in_every_state(alone: None) -> None:
    by_diag = DiagSocketLister(ProcessTable(ProcProcessReader()))
    by_procfs = ProcSocketLister(ProcessTable(ProcProcessReader()))
    with (
        socket.create_server(("127.0.0.1", 0), backlog=8) as server,
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as dual,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as connected,
    ):
        bound.bind(("0.0.0.0", 0))  # noqa: S104 -- nobody else reaches this namespace
        connected.connect(("::1", 9))
        held = [socket.create_connection(("127.0.0.1", port_of(one))) for one in (server, dual) for _ in range(3)]
        held += [server.accept()[0], dual.accept()[0]]
        held[0].shutdown(socket.SHUT_WR)
        held.pop(1).close()
        # The ends of the half-closed connection take turns until each has heard of the other's FIN.
        same = "both ways list the same"
        ours = wait_for(lambda: _same(listed(by_diag), listed(by_procfs)), seconds=30, what=same)
        assert len(ours) >= 16
        # A second listing takes rows from the first; what changed is read anew.
        held.pop(1).close()
        again = wait_for(lambda: _same(listed(by_diag), listed(by_procfs)), seconds=30, what=same)
        assert any(row is ours.get(key) for key, row in again.items())
        for one in held:
            one.close()


class Shaken(SockDiag):
    """A kernel whose table changed while it was dumped, so many times; made up, since it takes luck to meet one."""

    def __init__(self, times: list[int]) -> None:
        super().__init__()
        self.times = times

    def dump(self, protocol: Protocol, family: socket.AddressFamily) -> list[DiagKey]:
        if self.times[0]:
            self.times[0] -= 1
            raise InterruptedError(errno.EINTR, "changed")
        return super().dump(protocol, family)


def test_a_dump_that_was_disturbed_is_asked_for_again() -> None:
    lister = DiagSocketLister(ProcessTable(ProcProcessReader()), partial(Shaken, [2]))
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert port_of(server) in {key[2] for key in listed(lister)}


def test_a_dump_that_is_always_disturbed_is_an_error() -> None:
    lister = DiagSocketLister(ProcessTable(ProcProcessReader()), partial(Shaken, [3]))
    with pytest.raises(InterruptedError):
        lister.list_sockets(now())


class WithoutIPv6(SockDiag):
    """A kernel without IPv6 knows no such handler."""

    def dump(self, protocol: Protocol, family: socket.AddressFamily) -> list[DiagKey]:
        if family == socket.AF_INET6:
            raise FileNotFoundError(errno.ENOENT, "no handler")
        return super().dump(protocol, family)


def test_a_kernel_without_ipv6_lists_ipv4() -> None:
    lister = DiagSocketLister(ProcessTable(ProcProcessReader()), WithoutIPv6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert port_of(server) in {key[2] for key in listed(lister)}
