"""What the host knows of sockets, as rows: from a listing, an exact lookup, another process or a recording."""

from dataclasses import dataclass

from netmon.model import ConnectionState, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRow:
    """One socket of the system.

    Addresses are packed (4 or 16 bytes), IPv4-mapped ones as IPv4; all zero means any. ``remote_address`` is None
    where the socket has no fixed peer. ``process_id`` is ``netmon.model.Process.id`` of who holds it, empty where that
    could not be seen; ``holder_ids`` are the further ones. ``state`` is UNSPECIFIED for all but TCP.
    """

    protocol: Protocol
    local_address: bytes
    local_port: int
    remote_address: bytes | None = None
    remote_port: int = 0
    state: ConnectionState = ConnectionState.UNSPECIFIED
    process_id: str = ""
    holder_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketScan:
    """Rows, and what their absence means.

    ``start_time`` is Unix seconds when the listing began: it says nothing of sockets that are younger. ``is_complete``:
    all sockets of ``protocols`` in this network namespace are in it, so what is not is gone; otherwise the rows are
    answers to single questions. ``sees_all_users``: a row without a process has none that could be seen with more
    rights.
    """

    rows: tuple[SocketRow, ...]
    start_time: float
    is_complete: bool = True
    sees_all_users: bool = True
    protocols: frozenset[Protocol] = frozenset({Protocol.TCP, Protocol.UDP})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAddress:
    """Addresses of this machine's interfaces and what else tells its packets from others'."""

    interface: str
    address: bytes
    prefix_length: int
    broadcast: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalNetwork:
    """All addresses of this machine, packed, and the link-layer addresses of its interfaces."""

    addresses: tuple[LocalAddress, ...] = ()
    macs: frozenset[bytes] = frozenset()
