"""Which packets are this machine's, and which way they go."""

from enum import Enum, unique

from netmon.address import scope_of
from netmon.model import Scope
from netmon_collector.core.packet import Packet
from netmon_collector.core.sockets import LocalNetwork

_ANY = frozenset({bytes(4), bytes(16)})
_LIMITED_BROADCAST = b"\xff" * 4


@unique
class Way(Enum):
    """Which way a packet goes, seen from this machine."""

    SENT = "sent"
    RECEIVED = "received"
    BOTH = "both"
    """From one socket of this machine to another: sent by the one, received by the other."""
    FORWARDED_IN = "forwarded in"
    """Between others, seen as it came in."""
    FORWARDED_OUT = "forwarded out"
    """Between others, seen as it went out."""


class Network:
    """The machine's addresses, asked which way a packet goes."""

    def __init__(self, local: LocalNetwork) -> None:
        """Take the addresses that hold from now on."""
        self._addresses = frozenset(address.address for address in local.addresses)
        self._broadcasts = frozenset(address.broadcast for address in local.addresses if address.broadcast)
        self._macs = local.macs

    def is_local(self, address: bytes) -> bool:
        """Whether this machine has the address; all of 127.0.0.0/8 is its own (RFC 1122, section 3.2.1.3)."""
        return address in self._addresses or (len(address) == 4 and address[0] == 127) or address == b"\0" * 15 + b"\1"

    def is_group(self, address: bytes) -> bool:
        """Whether the address stands for many: multicast, limited broadcast or a broadcast of one of our networks."""
        if address in self._broadcasts or address == _LIMITED_BROADCAST:
            return True
        return address[0] == 0xFF if len(address) == 16 else 224 <= address[0] <= 239

    def is_forged(self, packet: Packet) -> bool:
        """Whether another link-layer address than ours sent a packet under our address: the kernel takes none of it."""
        mac = packet.source_mac
        if packet.is_outgoing or not self._macs or mac in self._macs:
            return False
        return any(mac) and self.is_local(packet.source)

    def way(self, packet: Packet) -> Way:
        """Tell which way the packet goes.

        Addresses decide; where they cannot (nobody's address yet, or others' traffic) the link layer does.
        """
        source, destination = packet.source, packet.destination
        if self.is_local(source):
            return Way.BOTH if self.is_local(destination) else Way.SENT
        if self.is_local(destination):
            return Way.RECEIVED
        is_outgoing = packet.is_outgoing
        if is_outgoing is None:
            is_outgoing = bool(packet.source_mac) and packet.source_mac in self._macs
        if source in _ANY or self.is_group(destination):
            return Way.SENT if is_outgoing else Way.RECEIVED
        return Way.FORWARDED_OUT if is_outgoing else Way.FORWARDED_IN


def scope_between(local: bytes, remote: bytes, *, is_loopback: bool) -> Scope:
    """Tell the scope of a connection by its other end; of a socket without one, by what it is bound to."""
    if is_loopback:
        return Scope.LOOPBACK
    if remote:
        return scope_of(remote)
    return Scope.UNSPECIFIED if local in _ANY else scope_of(local)
