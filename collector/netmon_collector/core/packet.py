"""One decoded packet: what of its headers is needed to know whose it is and how long."""

from dataclasses import dataclass

NO_PORT = -1
"""In place of a port where the protocol has none, or where it could not be read. Of an ICMP echo the end that asks has
the identifier for its port, the other end this."""


@dataclass(slots=True, kw_only=True)
class Packet:
    """Headers of one IP packet. Made for the few packets that open or end something, not for each one.

    Addresses are packed (4 or 16 bytes, network order); an IPv4-mapped IPv6 address stays 16 bytes. ``length`` is the
    IP packet's length in bytes (header and payload). ``time`` is Unix seconds.
    """

    time: float
    ip_protocol: int
    source: bytes
    destination: bytes
    source_port: int = NO_PORT
    destination_port: int = NO_PORT
    length: int = 0
    tcp_flags: int = 0
    tcp_sequence: int = 0
    tcp_payload_bytes: int = 0
    """What of ``length`` lies behind the TCP header; 0 where that was not captured."""
    is_later_fragment: bool = False
    """A fragment other than the first, whose ports are not known (no port is given unless the first one was seen)."""
    source_mac: bytes = b""
    """Link-layer source where the link has one (6 bytes)."""
    is_outgoing: bool | None = None
    """What the link layer itself says of the direction (Linux cooked, PKTAP); None where it says nothing."""
    process_id: int | None = None
    """Process id from a PKTAP header."""
    process_name: str = ""
    """Process name from a PKTAP header."""


TCP_FIN = 0x01
TCP_SYN = 0x02
TCP_RST = 0x04
TCP_ACK = 0x10
