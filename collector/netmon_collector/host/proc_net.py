"""Linux's ``/proc/net/{tcp,tcp6,udp,udp6}``: text to rows (net/ipv4/tcp_ipv4.c, get_tcp4_sock)."""

import re
import sys

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.sockets import SocketRow

TABLES = (("tcp", Protocol.TCP), ("tcp6", Protocol.TCP), ("udp", Protocol.UDP), ("udp6", Protocol.UDP))
"""File names below ``/proc/net``, and what each lists."""

_LINE = re.compile(
    rb"^ *\d+: ((?:[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}) ((?:[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4})"
    rb" ([0-9A-F]{2}) [^ ]+ [^ ]+ [^ ]+ +\d+ +\d+ (\d+) ",
    re.MULTILINE,
)

# include/net/tcp_states.h
_STATES = {
    b"01": ConnectionState.ESTABLISHED,
    b"02": ConnectionState.SYN_SENT,
    b"03": ConnectionState.SYN_RECV,
    b"04": ConnectionState.FIN_WAIT_1,
    b"05": ConnectionState.FIN_WAIT_2,
    b"06": ConnectionState.TIME_WAIT,
    b"07": ConnectionState.CLOSED,
    b"08": ConnectionState.CLOSE_WAIT,
    b"09": ConnectionState.LAST_ACK,
    b"0A": ConnectionState.LISTEN,
    b"0B": ConnectionState.CLOSING,
    b"0C": ConnectionState.SYN_RECV,
}

_MAPPED = bytes(10) + b"\xff\xff"


SocketLine = tuple[bytes, bytes, bytes, bytes]
"""Local end, remote end, state and inode of one line, still as text; the inode is ``0`` where no file is behind it."""


def parse_table(text: bytes) -> list[SocketLine]:
    """Split a table into its lines; what does not look like one is left out."""
    return _LINE.findall(text)


def decode_line(line: SocketLine, protocol: Protocol, holder_ids: tuple[str, ...]) -> SocketRow:
    """Make a row of a line; ``holder_ids`` are ``Process.id`` of who holds the socket, the owner first."""
    local, remote, state_digits, _ = line
    local_address, local_port = decode_endpoint(local)
    remote_address, remote_port = decode_endpoint(remote)
    state = ConnectionState.UNSPECIFIED
    if protocol is Protocol.TCP:
        state = _STATES.get(state_digits, ConnectionState.UNSPECIFIED)
    return SocketRow(
        protocol=protocol,
        local_address=local_address,
        local_port=local_port,
        remote_address=remote_address if remote_port else None,
        remote_port=remote_port,
        state=state,
        process_id=holder_ids[0] if holder_ids else "",
        holder_ids=holder_ids[1:],
    )


def decode_endpoint(text: bytes) -> tuple[bytes, int]:
    """Decode ``0100007F:1F90``: the address in 32-bit words of this machine's byte order, the port as a number.

    Gives the packed address in network order, IPv4-mapped ones as IPv4. Raises ``ValueError`` for other text.
    """
    digits, _, port = text.decode("ascii").partition(":")
    raw = bytes.fromhex(digits)
    if len(raw) not in {4, 16}:
        raise ValueError("an address has 4 or 16 bytes")
    if sys.byteorder == "little":
        raw = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    return plain_address(raw), int(port, 16)


def plain_address(packed: bytes) -> bytes:
    """Give an IPv4-mapped IPv6 address as IPv4, any other as it is."""
    return packed[12:] if len(packed) == 16 and packed.startswith(_MAPPED) else packed
