"""Raw, ping and packet sockets as this kernel lists them."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.model import Protocol
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.sockets import PacketSocketRow
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.ports import Listing, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.raw_sockets import RAW_PROTOCOLS, read_raw_tables
from tests.support.namespaces import namespace

LOOPBACK = socket.inet_aton("127.0.0.1")


@pytest.fixture(params=[DiagSocketLister, ProcSocketLister])
def lister(request: pytest.FixtureRequest) -> Iterator[SocketLister]:
    """In a network namespace of its own, where nobody else opens sockets, and groups may ping."""
    with namespace("nmraw") as place:
        place.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 0")
        with place.entered():
            yield request.param(ProcessTable(ProcProcessReader()))


def listed(lister: SocketLister) -> Listing:
    return lister.list_sockets(time.time())  # noqa: TID251 - this process started by the real clock


@pytest.mark.root
def test_raw_and_ping_sockets_are_listed_with_their_holder(lister: SocketLister) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as connected,
        socket.socket(socket.AF_INET6, socket.SOCK_RAW, 253),
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as pinger,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6) as pinger6,
    ):
        connected.connect(("127.0.0.1", 0))
        pinger.bind(("127.0.0.1", 777))
        pinger6.bind(("::1", 778))
        listing = listed(lister)
    (ours,) = listing.processes
    assert ours.pid == os.getpid()
    assert listing.scan.protocols >= RAW_PROTOCOLS
    assert {
        (row.protocol, row.ip_protocol, row.is_raw, row.local_address, row.local_port) for row in listing.scan.rows
    } == {
        (Protocol.ICMP, 1, True, LOOPBACK, NO_PORT),
        (Protocol.OTHER, 253, True, bytes(16), NO_PORT),
        (Protocol.OTHER, 255, True, bytes(4), NO_PORT),
        (Protocol.ICMP, 1, False, LOOPBACK, 777),
        (Protocol.ICMP, 58, False, bytes(15) + b"\1", 778),
    }
    assert {row.process_id for row in listing.scan.rows} == {ours.id}
    assert {row.remote_address for row in listing.scan.rows} == {None}


@pytest.mark.root
def test_packet_sockets_are_listed_with_interface_and_holder(lister: SocketLister) -> None:
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)),
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as bound,
    ):
        bound.bind(("lo", 0x0800))
        listing = listed(lister)
    (ours,) = listing.processes
    assert set(listing.scan.packet_sockets) == {
        PacketSocketRow(interface="", process_id=ours.id),
        PacketSocketRow(interface="lo", process_id=ours.id),
    }
    assert listing.scan.rows == ()


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    tables = read_raw_tables(str(tmp_path))
    assert (tables.raw, tables.pings, tables.packets, tables.inodes) == ((), (), (), frozenset())


def test_lines_that_are_none_are_left_out(tmp_path: Path) -> None:
    for name in ("raw", "icmp6", "packet"):
        (tmp_path / name).write_bytes(b"sk  RefCnt\n\xff\xff: nonsense\n" + b"0" * 5_000)
    assert read_raw_tables(str(tmp_path)).inodes == frozenset()
