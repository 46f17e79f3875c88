"""What a DNS message says, as values: named tuples where a message makes many, since those cost a third."""

from dataclasses import dataclass
from typing import NamedTuple

TYPE_A = 1
TYPE_CNAME = 5
TYPE_AAAA = 28
TYPE_SVCB = 64
TYPE_HTTPS = 65


class DnsQuestion(NamedTuple):
    """What was asked: a name ("." for the root) and the number of a record type."""

    name: str
    type: int


class AddressRecord(NamedTuple):
    """A or AAAA: an address of ``name``. ``is_cache_flush`` is mDNS's alone (RFC 6762, 10.2)."""

    name: str
    address: bytes
    ttl_seconds: int
    is_cache_flush: bool = False


class AliasRecord(NamedTuple):
    """CNAME: ``name`` is another name for ``target``."""

    name: str
    target: str
    ttl_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """HTTPS or SVCB (RFC 9460): where ``name`` is served.

    Priority 0 is an alias of ``target`` ("." then: no such service). With another priority ``target`` equals ``name``
    where the record says so by a dot. The hints are addresses of ``target``. ``ech_public_names`` are the outer names
    of the ECH configurations: a ClientHello that shows one of these may be meant for any name behind it.
    """

    name: str
    type: int
    priority: int
    target: str
    ttl_seconds: int
    ipv4_hints: tuple[bytes, ...] = ()
    ipv6_hints: tuple[bytes, ...] = ()
    ech_public_names: tuple[str, ...] = ()


DnsRecord = AddressRecord | AliasRecord | ServiceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsMessage:
    """One message. Records of other types than those above are left out.

    ``answers`` are the answer section's records, ``additionals`` the additional section's.
    ``left_out_count`` is how many records were not looked at, since there were too many before them.
    """

    id: int
    is_response: bool
    rcode: int
    is_truncated: bool
    questions: tuple[DnsQuestion, ...]
    answers: tuple[DnsRecord, ...]
    additionals: tuple[DnsRecord, ...]
    left_out_count: int = 0


class NamedAddress(NamedTuple):
    """How an answer leads from the name that was asked to an address.

    ``names`` begins with the name that was asked, its aliases follow in order. ``ttl_seconds`` is the shortest of all
    records on the way. ``is_hint`` tells an address that only an HTTPS or SVCB record's hint gives.
    """

    names: tuple[str, ...]
    ttl_seconds: int
    is_hint: bool = False
