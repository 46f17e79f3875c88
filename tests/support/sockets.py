"""Programs that hold sockets, and looking them up in a listing."""

import socket

from netmon.model import Process, Protocol
from netmon_collector.core.sockets import SocketRow
from netmon_collector.host.ports import Listing

LISTENER = """
import socket, sys
held = socket.socket()
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
held.bind(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
held.listen()
print(held.getsockname()[1], flush=True)
sys.stdin.read()
"""
"""Listens on 127.0.0.1 (on the port that it is given, else any) and writes the port."""

SHARED_LISTENER = """
import os, socket, sys
held = socket.create_server(("127.0.0.1", 0))
leader = os.getpid()
child = os.fork()
if child == 0:
    while sys.stdin.read(1):
        ...
    os._exit(0)
print(held.getsockname()[1], leader, child, flush=True)
sys.stdin.read()
os.waitpid(child, 0)
"""
"""Listens, and shares the socket with a child; writes port, own pid and the child's."""


def rows_on(listing: Listing, port: int, protocol: Protocol = Protocol.TCP) -> list[SocketRow]:
    """Give the rows whose local port is ``port``."""
    return [row for row in listing.scan.rows if row.local_port == port and row.protocol is protocol]


def owner_of(listing: Listing, row: SocketRow) -> Process:
    """Give the process that a row names."""
    return next(process for process in listing.processes if process.id == row.process_id)


def holder_pids(listing: Listing, row: SocketRow) -> list[int]:
    """Give the pids of all that hold a socket, its owner first."""
    pids = {process.id: process.pid for process in listing.processes}
    return [pids[key] for key in (row.process_id, *row.holder_ids) if key]


def port_of(held: socket.socket) -> int:
    """Give the local port of a socket."""
    return int(held.getsockname()[1])
