"""What the host knows of sockets, as rows: from a listing, an exact lookup, another process or a recording."""

from dataclasses import dataclass

from netmon.model import ConnectionState, Protocol

_NUMBERS = {Protocol.TCP: 6, Protocol.UDP: 17, Protocol.SCTP: 132}


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRow:
    """One socket of the system.

    Addresses are packed (4 or 16 bytes), IPv4-mapped ones as IPv4; all zero means any. ``remote_address`` is None
    where the socket has no fixed peer. ``process_id`` is ``netmon.model.Process.id`` of who holds it, empty where that
    could not be seen; ``holder_ids`` are the further ones. ``state`` is UNSPECIFIED for all but TCP.

    ``ip_protocol`` 0: the one of ``protocol``. A raw socket (``is_raw``, raw(7)) has no ports (``packet.NO_PORT``): it
    takes all packets of its IP protocol, and may send any if that is 255. A ping socket (icmp(7)) has the identifier of
    its echoes for its port.
    """

    protocol: Protocol
    local_address: bytes
    local_port: int
    remote_address: bytes | None = None
    remote_port: int = 0
    state: ConnectionState = ConnectionState.UNSPECIFIED
    process_id: str = ""
    holder_ids: tuple[str, ...] = ()
    ip_protocol: int = 0
    is_raw: bool = False

    @property
    def number(self) -> int:
        """Its IP protocol's number; 0 where neither tells it."""
        return self.ip_protocol or _NUMBERS.get(self.protocol, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketSocketRow:
    """One socket below IP (packet(7)), which can send any frame on ``interface``; empty: on all of them."""

    interface: str
    process_id: str = ""
    holder_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketScan:
    """Rows, and what their absence means.

    ``start_time`` is Unix seconds when the listing began: it says nothing of sockets that are younger. ``is_complete``:
    all sockets of ``protocols`` in this network namespace are in it, so what is not is gone; otherwise the rows are
    answers to single questions. ``sees_all_users``: a row without a process has none that could be seen with more
    rights. ``packet_sockets`` have no ends, and so no rows of their own. ``tun_holder_ids``: who holds an open tun
    device. ``is_forwarding``: the machine passes on packets of others, and may give them its own address.
    """

    rows: tuple[SocketRow, ...]
    start_time: float
    is_complete: bool = True
    sees_all_users: bool = True
    protocols: frozenset[Protocol] = frozenset({Protocol.TCP, Protocol.UDP})
    packet_sockets: tuple[PacketSocketRow, ...] = ()
    tun_holder_ids: frozenset[str] = frozenset()
    is_forwarding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPlace:
    """Another network namespace of this machine: its sockets, and its own addresses, packed, without loopback."""

    rows: tuple[SocketRow, ...]
    addresses: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignScan:
    """What was seen of other network namespaces; ``left_out_count`` of them have their turn later."""

    places: tuple[ForeignPlace, ...]
    start_time: float
    left_out_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAddress:
    """Addresses of this machine's interfaces and what else tells its packets from others'."""

    interface: str
    address: bytes
    prefix_length: int
    broadcast: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """An interface whose packets the kernel sends within others, and what these can be known by.

    Either ``ip_protocol`` between two packed addresses (empty: any), or UDP to ``udp_port``, or a UDP socket that the
    kernel holds itself.
    """

    name: str
    ip_protocol: int = 0
    local: bytes = b""
    remote: bytes = b""
    udp_port: int = 0
    has_kernel_socket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalNetwork:
    """All addresses of this machine, packed, and the link-layer addresses of its interfaces.

    ``inside``: interfaces whose packets are counted once more, within those that carry them.
    """

    addresses: tuple[LocalAddress, ...] = ()
    macs: frozenset[bytes] = frozenset()
    tunnels: tuple[Tunnel, ...] = ()
    inside: frozenset[str] = frozenset()
