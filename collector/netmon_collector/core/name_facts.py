"""What was learnt of names, as the monitor takes it: from DNS, TLS, QUIC and the hosts file.

``time`` is Unix seconds when the packet was captured. Names are lower-case text without the dot at the end, IDNA labels
as they travel; they are cleaned, printable and at most 253 characters. Addresses are packed (4 or 16 bytes). A ``key``
has this machine's end first; a connection from this machine to itself has two rows and so gives two facts, one for
each end.
"""

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from netmon.model import DomainSource
from netmon_collector.core.flow import FlowKey

__all__ = [
    "DnsFact",
    "EchConfig",
    "EncryptedDns",
    "EncryptedDnsKind",
    "HelloFact",
    "HelloWithoutName",
    "HostsFact",
    "HostsRow",
    "NameFact",
]


class DnsFact(NamedTuple):
    """An answer gave ``address`` for ``asked_name``; one fact an address.

    ``chain`` are the aliases (CNAME, or HTTPS and SVCB in alias mode) from the asked name to the one that has the
    address, both ends included: of length 1 without aliases. ``ttl_seconds`` is the shortest on the way.

    ``asker`` is the flow of the query, from the end that asked: its owner wanted the name. A stub resolver on this
    machine (systemd-resolved, dnsmasq) asks upstream as itself, and the program that wants the name asks the stub over
    the loopback: both are facts. None for multicast, where nobody need have asked. ``is_multicast``: mDNS or LLMNR, so
    that anybody in the local network could have said it. ``is_hint``: only the address hint of an HTTPS or SVCB record
    says so (RFC 9460, 7.3). A named tuple, since four of them are made for an answer, at a third of the cost.
    """

    time: float
    asked_name: str
    address: bytes
    chain: tuple[str, ...]
    ttl_seconds: int
    asker: FlowKey | None
    is_multicast: bool = False
    is_hint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloFact:
    """A client named the server that it wants, in the ClientHello of the connection ``key``.

    ``source`` is SNI (TLS over TCP) or QUIC. ``is_sent``: this machine is the client; otherwise it is the server, and
    the name one of its own. ``alpn`` are the protocols that the client offers. ``tcp_sequence`` is that of the segment
    that completed it.

    ``has_ech``: the extension encrypted_client_hello is there. If an ``EchConfig`` gave ``server_name`` as its public
    name, it is an outer name: what the client really wants is hidden, and ``server_name`` must not be shown as it.
    Otherwise the extension mostly is a decoy (browsers send one to servers without ECH: RFC 9849, 6.2) and the name
    true; but the configuration may have come over encrypted DNS, so nobody outside can be sure.
    """

    time: float
    key: FlowKey
    server_name: str
    source: DomainSource
    is_sent: bool = True
    has_ech: bool = False
    alpn: tuple[str, ...] = ()
    tcp_sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloWithoutName:
    """A ClientHello was read whole, and the client names no server in it. The fields are those of ``HelloFact``."""

    time: float
    key: FlowKey
    source: DomainSource
    is_sent: bool = True
    has_ech: bool = False
    alpn: tuple[str, ...] = ()
    tcp_sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EchConfig:
    """An HTTPS or SVCB record of ``name`` offers ECH: ClientHellos for it show ``public_name`` (RFC 9848)."""

    time: float
    name: str
    public_name: str
    ttl_seconds: int


@unique
class EncryptedDnsKind(Enum):
    """How DNS is wrapped. The value is the stable name for reports."""

    TLS = "dot"
    """DNS over TLS (RFC 7858)."""
    QUIC = "doq"
    """DNS over QUIC (RFC 9250)."""
    HTTPS = "doh"
    """DNS over HTTPS (RFC 8484)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedDns:
    """The connection ``key`` carries DNS that nobody else can read; what its owner asks is not known.

    ``is_inferred`` False: the client offers the protocol itself (ALPN), or uses the port that is DNS's alone (853).
    True: the server's name is that of a public resolver, which may serve web pages too.
    """

    time: float
    key: FlowKey
    kind: EncryptedDnsKind
    is_inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsRow:
    """The names that ``/etc/hosts`` gives to an address, in the file's order."""

    address: bytes
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsFact:
    """All of ``/etc/hosts`` as it is at ``time``; it replaces what an earlier one said."""

    time: float
    rows: tuple[HostsRow, ...]


NameFact = DnsFact | HelloFact | HelloWithoutName | EchConfig | EncryptedDns | HostsFact
