"""The second kind of handle: whole packets, but only those that name something.

The kernel's filter lets pass DNS (UDP and TCP 53, mDNS, LLMNR), the first segment of each TLS ClientHello on any port,
QUIC Initials, and the small ends and small segments of what clients send, among which the rest of a split ClientHello
is. 446 instructions on Ethernet; the limit of Linux is 4,096 (BPF_MAXINSNS).
"""

from netmon_collector.capture.pcap import LiveHandle
from netmon_collector.capture.ring import MEBIBYTE
from netmon_collector.core import links
from netmon_collector.core.interfaces import Choice

__all__ = ["NAMES_REST_SECONDS", "NAMES_RING_BYTES", "NAMES_SNAPSHOT_BYTES", "names_filter", "open_names"]

NAMES_SNAPSHOT_BYTES = 17_000
"""A ClientHello of the longest kind that is read (16 kB) with its headers. What is longer is mostly a segment that the
network card will split, whose beginning is what counts."""

NAMES_RING_BYTES = 2 * MEBIBYTE
"""Eight blocks, the fewest there are."""

NAMES_BLOCK_MILLISECONDS = 64
"""As ``BLOCK_MILLISECONDS``: eight blocks last 512 ms, which is a rest and a reader that stalls for 320 ms after it."""

NAMES_REST_SECONDS = 0.19
"""So long a handle is not waited on after it was read: names are given to connections at ticks, before which all of
them are read. Where packets come all the time, 5 wake-ups a second are left of 25, of which each costs 100 to 200 µs on
cold caches."""

_TAGGED = frozenset({links.ETHERNET})
"""Links that show VLAN tags. Of a live one Linux takes the outer tag off before the filter runs."""


def open_names(choice: Choice) -> LiveHandle:
    """Open a chosen interface for names; the errors are those of ``LiveHandle.open``."""
    facts = choice.facts
    return LiveHandle.open(
        choice.name,
        buffer_bytes=NAMES_RING_BYTES,
        is_loopback=facts is not None and facts.is_loopback,
        snapshot_bytes=NAMES_SNAPSHOT_BYTES,
        block_milliseconds=NAMES_BLOCK_MILLISECONDS,
        filter_for=names_filter,
    )


def names_filter(link_type: int) -> str:
    """Give the filter for frames of a link type (libpcap's DLT value), in the language of pcap-filter(7)."""
    text = f"udp port 53 or udp port 5353 or udp port 5355 or (ip and ({_OVER_IPV4})) or (ip6 and ({_OVER_IPV6}))"
    return f"({text}) or (vlan and ({text}))" if link_type in _TAGGED else text


def _quic(udp: str, payload: int) -> str:
    """Initials: long header, fixed bit and packet type; version 1 and draft 29 (RFC 9000, 17.2), version 2 (RFC 9369).

    ``udp`` names the header whose offset ``payload`` is where the datagram begins.
    """
    first, version = f"{udp}[{payload}] & 0xf0", f"{udp}[{payload + 1}:4]"
    is_first_kind = f"{first} = 0xc0 and ({version} = 1 or {version} = 0xff00001d)"
    return f"({is_first_kind}) or ({first} = 0xd0 and {version} = 0x6b3343cf)"


def _tcp(header: str, start: int, offset: str, payload_bytes: str) -> str:
    """Segments with a payload that are DNS, small ones of a client, or the beginning of a ClientHello.

    ``header[start]`` is TCP's first byte and ``offset`` where its payload begins. A load behind the packet's end makes
    the kernel refuse it (net/core/filter.c), so that the bytes of the record come last.

    What does not fit one segment is pushed with its last one (RFC 9293, 3.9.1), and clients have the higher port. Of
    uploads over TLS few segments fit that, since each write begins with the head of a record of application data.
    Network cards that split for the kernel show the whole ClientHello as one segment, so that no end is needed.

    Where a ClientHello of 1,900 bytes takes three segments or more, each of them is short, as those of uploads are on
    no other link. Of a longer one the middle is missing where segments are long (``HelloEar`` reads what there is).
    """
    record = f"{header}[{offset}] = 0x16 and {header}[{offset} + 1] = 3 and {header}[{offset} + 5] = 1"
    is_pushed = f"{header}[{start + 13}] & 8 != 0"
    is_from_client = f"{header}[{start}:2] > {header}[{start + 2}:2]"
    is_end = f"{is_pushed} and {payload_bytes} <= {_LONGEST_END_BYTES}"
    is_short = f"({payload_bytes} <= {_LONGEST_MIDDLE_BYTES} or ({is_end}))"
    # The random bytes of a key begin with 0x17 once in 256 times, so that this alone tells nothing.
    is_data = f"{header}[{offset}] = 0x17 and {header}[{offset} + 1:2] = 0x0303"
    rest = f"{is_from_client} and {is_short} and not ({is_data})"
    return f"{payload_bytes} > 0 and (port 53 or ({rest}) or ({record}))"


_LONGEST_END_BYTES = 4_096
"""Of a ClientHello that a program splits by itself; the network splits at 1,460 or less."""

_LONGEST_MIDDLE_BYTES = 1_000
"""Of a segment that is not pushed. Ethernet's hold 1,448, and those of IPv6's smallest link 1,208 (RFC 8200, 5)."""

_OFFSET_IPV4 = "((tcp[12] & 0xf0) >> 2)"
_OFFSET_IPV6 = "(40 + ((ip6[52] & 0xf0) >> 2))"

# libpcap's tcp[] and udp[] hold for IPv4 alone; extension headers of IPv6 are left out.
_OVER_IPV4 = (
    f"(udp and ({_quic('udp', 8)})) or "
    f"(tcp and {_tcp('tcp', 0, _OFFSET_IPV4, f'(ip[2:2] - ((ip[0] & 0xf) << 2) - {_OFFSET_IPV4})')})"
)
_OVER_IPV6 = (
    f"(ip6[6] = 17 and ({_quic('ip6', 48)})) or "
    f"(ip6[6] = 6 and {_tcp('ip6', 40, _OFFSET_IPV6, '(ip6[4:2] - ((ip6[52] & 0xf0) >> 2))')})"
)
