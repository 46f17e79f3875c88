"""Raw, ping and packet sockets from Linux's ``/proc/net/{raw,raw6,icmp,icmp6,packet}``.

These tables are short and on every kernel; sock_diag has raw and packet sockets only where its modules for them are
built (neither on the kernel this was made on), ping sockets never. Reading the five takes 0.1 ms.
"""

import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon.model import Protocol
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.sockets import PacketSocketRow, SocketRow
from netmon_collector.host.holders import SocketHolders
from netmon_collector.host.proc_net import SocketLine, decode_endpoint, parse_table

__all__ = ["RAW_PROTOCOLS", "PacketLine", "RawTables", "is_forwarding", "read_raw_tables"]

RAW_PROTOCOLS: Final = frozenset({Protocol.ICMP, Protocol.OTHER})
"""What these tables list in full."""

_RAW_TABLES: Final = ("raw", "raw6")
_PING_TABLES: Final = (("icmp", 1), ("icmp6", 58))
_ICMP: Final = frozenset({1, 58})

# net/packet/af_packet.c, packet_seq_show: sk, RefCnt, Type, Proto, Iface, R, Rmem, User, Inode.
_PACKET_LINE: Final = re.compile(rb"^[0-9a-f]+ +\d+ +\d+ +[0-9a-f]{4} +(\d+) +\d+ +\d+ +\d+ +(\d+) *$", re.MULTILINE)

_NO_INODE: Final = b"0"

PacketLine = tuple[bytes, bytes]
"""Interface index (0: all) and inode of one line, still as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTables:
    """The tables as they were read, before anybody looked who holds the sockets."""

    raw: tuple[SocketLine, ...] = ()
    pings: tuple[tuple[int, SocketLine], ...] = ()
    packets: tuple[PacketLine, ...] = ()

    @property
    def inodes(self) -> frozenset[bytes]:
        """The inodes of all their sockets."""
        lines = (*self.raw, *(line for _, line in self.pings), *self.packets)
        return frozenset(line[-1] for line in lines) - {_NO_INODE}

    def rows(self, holders: SocketHolders) -> list[SocketRow]:
        """Make rows of raw and ping sockets, as sockets without a peer: even a connected one shares what it sees."""
        rows: list[SocketRow] = []
        for line in self.raw:
            # The protocol stands in place of the port (net/ipv4/raw.c, raw_sock_seq_show).
            address, ip_protocol = decode_endpoint(line[0])
            rows.append(_row(address, NO_PORT, ip_protocol & 0xFF, holders.of(line[3]), is_raw=True))
        for ip_protocol, line in self.pings:
            address, identifier = decode_endpoint(line[0])
            rows.append(_row(address, identifier, ip_protocol, holders.of(line[3])))
        return rows

    def packet_rows(self, holders: SocketHolders) -> tuple[PacketSocketRow, ...]:
        """Make rows of packet sockets."""
        rows: list[PacketSocketRow] = []
        for index, inode in self.packets:
            held = holders.of(inode)
            name = _interface_name(int(index))
            if name is not None:
                row = PacketSocketRow(interface=name, process_id=held[0] if held else "", holder_ids=held[1:])
                rows.append(row)
        return tuple(dict.fromkeys(rows))


def read_raw_tables(directory: str = "/proc/net") -> RawTables:
    """Read the tables. What is missing or may not be read counts as empty."""
    return RawTables(
        raw=tuple(line for name in _RAW_TABLES for line in parse_table(_read(directory, name))),
        pings=tuple((number, line) for name, number in _PING_TABLES for line in parse_table(_read(directory, name))),
        packets=tuple(_PACKET_LINE.findall(_read(directory, "packet"))),
    )


def is_forwarding(directory: str = "/proc/sys/net") -> bool:
    """Say whether this network namespace passes packets on (ip_forward, and forwarding of IPv6)."""
    files = ("ipv4/ip_forward", "ipv6/conf/all/forwarding")
    return any(_read(directory, name).strip() not in {b"", b"0"} for name in files)


def _row(address: bytes, port: int, ip_protocol: int, holders: tuple[str, ...], *, is_raw: bool = False) -> SocketRow:
    return SocketRow(
        protocol=Protocol.ICMP if ip_protocol in _ICMP else Protocol.OTHER,
        local_address=address,
        local_port=port,
        process_id=holders[0] if holders else "",
        holder_ids=holders[1:],
        ip_protocol=ip_protocol,
        is_raw=is_raw,
    )


def _read(directory: str, name: str) -> bytes:
    # A kernel without IPv6 or packet sockets has fewer files; seccomp and hidden /proc refuse.
    try:
        return Path(directory, name).read_bytes()
    except OSError:
        return b""


def _interface_name(index: int) -> str | None:
    """Give an interface's name, nothing for all interfaces, None for one that is gone."""
    if not index:
        return ""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None
