"""IP addresses: packed (4 or 16 bytes, network order) and as text, and where they are. Standard library only."""

import struct
from functools import lru_cache
from ipaddress import ip_address

from netmon.model import Scope

__all__ = ["address_text", "is_multicast", "is_unspecified", "packed_address", "scope_of", "unmapped"]

# A text and its key take about 210 bytes. Rows are kept as long as they do not change, so that only new ones ask. And
# interfaces that come bring addresses of their own (RFC 4291, appendix A), which nobody asks for again.
_KEPT = 256

_MAPPED_PREFIX = bytes(10) + b"\xff\xff"
_LOOPBACK_6 = bytes(15) + b"\x01"
_BROADCAST_4 = b"\xff\xff\xff\xff"
_GROUPS = struct.Struct(">8H")


def unmapped(packed: bytes) -> bytes:
    """Give an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) as its IPv4 address, any other one as it is."""
    return packed[12:] if len(packed) == 16 and packed.startswith(_MAPPED_PREFIX) else packed


@lru_cache(maxsize=_KEPT)
def address_text(packed: bytes) -> str:
    """Give an address as text: dotted, or in the form of RFC 5952. Raises ValueError unless it has 4 or 16 bytes."""
    if len(packed) == 4:
        return f"{packed[0]}.{packed[1]}.{packed[2]}.{packed[3]}"
    if len(packed) != 16:
        raise ValueError(f"an address has 4 or 16 bytes, not {len(packed)}")
    if packed.startswith(_MAPPED_PREFIX):  # RFC 5952, 5: mixed notation
        return f"::ffff:{packed[12]}.{packed[13]}.{packed[14]}.{packed[15]}"
    groups = _GROUPS.unpack(packed)
    text = "%x:%x:%x:%x:%x:%x:%x:%x" % groups  # noqa: UP031 -- half the time of joining formatted groups
    if 0 not in groups:
        return text
    start, length = _longest_run_of_zeros(groups)
    if length < 2:  # RFC 5952, 4.2.2: one group of zeros is not shortened
        return text
    parts = text.split(":")
    return f"{':'.join(parts[:start])}::{':'.join(parts[start + length :])}"


def _longest_run_of_zeros(groups: tuple[int, ...]) -> tuple[int, int]:
    """Give start and length; of equally long runs the first one (RFC 5952, 4.2.3)."""
    best_start = best_length = length = 0
    for position, group in enumerate(groups):
        length = 0 if group else length + 1
        if length > best_length:
            best_start, best_length = position - length + 1, length
    return best_start, best_length


@lru_cache(maxsize=_KEPT)
def packed_address(text: str) -> bytes:
    """Give the packed form of an address, without its zone. Raises ValueError for what is no address."""
    return ip_address(text).packed


# By first octet; None where the next ones decide. Whatever no line names is INTERNET, so are the networks for
# documentation and for benchmarks (RFC 5737, RFC 2544): who sends to them means to send to the outside.
_SCOPE_BY_OCTET: list[Scope | None] = [Scope.INTERNET] * 256
_SCOPE_BY_OCTET[0] = Scope.LAN  # "this network", 0.0.0.0 (RFC 1122, 3.2.1.3): does not leave the link
_SCOPE_BY_OCTET[10] = Scope.LAN  # private (RFC 1918)
_SCOPE_BY_OCTET[127] = Scope.LOOPBACK  # RFC 1122, 3.2.1.3
for _octet in (100, 169, 172, 192, 255):
    _SCOPE_BY_OCTET[_octet] = None
for _octet in range(224, 240):
    _SCOPE_BY_OCTET[_octet] = Scope.LAN  # multicast (RFC 5771)


def scope_of(packed: bytes) -> Scope:
    """Tell where an address is, by the address alone.

    LOOPBACK: 127.0.0.0/8, ::1. LAN: private (RFC 1918), shared (100.64.0.0/10, RFC 6598: carriers' own equipment and
    overlay networks, no address of the internet), link-local, unique local (RFC 4193), site-local, multicast,
    255.255.255.255, unspecified. INTERNET: everything else. IPv4-mapped ones count as IPv4.

    What only the machine knows is for the caller: its own addresses (traffic to them is loopback, whatever they are)
    and the broadcast addresses of its networks. Raises ValueError unless it has 4 or 16 bytes.
    """
    address = unmapped(packed)
    if len(address) == 4:
        scope = _SCOPE_BY_OCTET[address[0]]
        return _scope_by_more_octets(address) if scope is None else scope
    if len(address) != 16:
        raise ValueError(f"an address has 4 or 16 bytes, not {len(address)}")
    first, second = address[0], address[1]
    if first & 0xFE == 0xFC or first == 0xFF:  # unique local (fc00::/7), multicast (ff00::/8)
        return Scope.LAN
    if first == 0xFE and second >= 0x80:  # link-local (fe80::/10), site-local (fec0::/10, RFC 3879)
        return Scope.LAN
    if first == 0 and not any(address[:15]):
        if address == _LOOPBACK_6:
            return Scope.LOOPBACK
        return Scope.INTERNET if address[15] else Scope.LAN  # LAN: "::", unspecified
    return Scope.INTERNET


def _scope_by_more_octets(address: bytes) -> Scope:
    first, second = address[0], address[1]
    is_lan = (
        (first == 192 and second == 168)  # private (RFC 1918)
        or (first == 172 and 16 <= second < 32)  # private (RFC 1918)
        or (first == 169 and second == 254)  # link-local (RFC 3927)
        or (first == 100 and 64 <= second < 128)  # shared (RFC 6598)
        or address == _BROADCAST_4
    )
    return Scope.LAN if is_lan else Scope.INTERNET


def is_multicast(packed: bytes) -> bool:
    """Tell whether an address is a group (224.0.0.0/4, ff00::/8), IPv4-mapped ones included."""
    address = unmapped(packed)
    return address[0] & 0xF0 == 0xE0 if len(address) == 4 else address[0] == 0xFF


def is_unspecified(packed: bytes) -> bool:
    """Tell whether an address means any: 0.0.0.0, ::, and ::ffff:0.0.0.0."""
    return not any(unmapped(packed))
