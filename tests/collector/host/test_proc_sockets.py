"""The tables in ``/proc/net``; what holds for every way of listing stands in test_psutil_sockets.py."""

import os
import socket
import time
from contextlib import ExitStack

import psutil

from netmon_collector.host.ports import Listing
from netmon_collector.host.proc_net import plain_address
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from tests.support.sockets import port_of


def now() -> float:
    return time.time()  # noqa: TID251 - the processes of these tests started by the real clock


def make_lister() -> ProcSocketLister:
    return ProcSocketLister(ProcessTable(ProcProcessReader()))


def key(pair: tuple[object, ...]) -> tuple[bytes, int]:
    address, port = str(pair[0]), int(str(pair[1]))
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return plain_address(packed), port


def rows_by_psutil() -> set[tuple[object, ...]]:
    return {
        (key(found.laddr), key(found.raddr) if found.raddr else None, found.pid)
        for found in psutil.net_connections("inet")
    }


def rows_by_us(listing: Listing) -> set[tuple[object, ...]]:
    pids: dict[str, int | None] = {process.id: process.pid for process in listing.processes}
    return {
        (
            (row.local_address, row.local_port),
            (row.remote_address, row.remote_port) if row.remote_address is not None else None,
            pids.get(row.process_id),
        )
        for row in listing.scan.rows
    }


def test_the_listing_agrees_with_psutil_on_the_sockets_of_this_process() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        held = [server, stack.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6))]
        address = ("127.0.0.1", port_of(server))
        held += [stack.enter_context(socket.create_connection(address)) for _ in range(20)]
        ours = rows_by_us(make_lister().list_sockets(now()))
        theirs = rows_by_psutil()
        ends = {key(one.getsockname()) for one in held}
    # What other tests left open in this process may be closed between the two listings.
    ours, theirs = ({row for row in rows if row[2] == os.getpid() and row[0] in ends} for rows in (ours, theirs))
    assert len(ours) == 22
    assert ours == theirs
