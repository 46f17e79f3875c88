"""The data of HTTPS and SVCB records (RFC 9460), and the outer names in their ECH configurations (RFC 9849, 4)."""

from dataclasses import dataclass

from netmon_collector.names.dns_names import NameReader
from netmon_collector.names.host_name import host_name

MAX_HINTS = 16
"""Addresses, and ECH configurations, that are read of one record."""

_KEY_IPV4_HINT = 4
_KEY_ECH = 5
_KEY_IPV6_HINT = 6
_ECH_VERSION = 0xFE0D


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBinding:
    """What one record says; ``target`` is "." where it stands for the record's own name."""

    priority: int
    target: str
    ipv4_hints: tuple[bytes, ...]
    ipv6_hints: tuple[bytes, ...]
    ech_public_names: tuple[str, ...]


def parse_service_binding(data: bytes, offset: int, end: int, names: NameReader) -> ServiceBinding:
    """Read a record's data from ``offset`` to ``end``. Raises ValueError."""
    if offset + 3 > end:
        raise ValueError("a service record that is cut off")
    priority = int.from_bytes(data[offset : offset + 2])
    target, offset = names.read(offset + 2)
    if offset > end:
        raise ValueError("a service record's target goes on behind its end")
    values = _parameters(data[offset:end], names)
    return ServiceBinding(
        priority=priority,
        target=target,
        ipv4_hints=_hints(values.get(_KEY_IPV4_HINT, b""), 4),
        ipv6_hints=_hints(values.get(_KEY_IPV6_HINT, b""), 16),
        ech_public_names=_public_names(values.get(_KEY_ECH, b"")),
    )


def _parameters(data: bytes, names: NameReader) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    offset, last_key = 0, -1
    while offset < len(data):
        names.spend()
        key = int.from_bytes(data[offset : offset + 2])
        begin = offset + 4
        offset = begin + int.from_bytes(data[offset + 2 : begin])
        # RFC 9460, 2.2: a record with keys out of order is malformed.
        if begin > len(data) or offset > len(data) or key <= last_key:
            raise ValueError("parameters of a service record that are cut off or out of order")
        values[key] = data[begin:offset]
        last_key = key
    return values


def _hints(value: bytes, size: int) -> tuple[bytes, ...]:
    if len(value) % size:
        raise ValueError("address hints of a wrong length")
    return tuple(value[offset : offset + size] for offset in range(0, min(len(value), MAX_HINTS * size), size))


def _public_names(value: bytes) -> tuple[str, ...]:
    """The names in an ECHConfigList; a configuration that cannot be read hides nothing else in the answer."""
    names: list[str] = []
    offset = 2
    while offset + 4 <= len(value) and len(names) < MAX_HINTS:
        version = int.from_bytes(value[offset : offset + 2])
        begin = offset + 4
        offset = begin + int.from_bytes(value[offset + 2 : begin])
        if version == _ECH_VERSION and offset <= len(value):
            name = _public_name(value[begin:offset])
            if name and name not in names:
                names.append(name)
    return tuple(names)


def _public_name(contents: bytes) -> str:
    # Configuration's id and KEM, public key, cipher suites, longest name, public name.
    offset = 3
    for _ in range(2):
        offset += 2 + int.from_bytes(contents[offset : offset + 2])
    offset += 1
    size = contents[offset] if offset < len(contents) else 0
    name = contents[offset + 1 : offset + 1 + size]
    return host_name(name) if len(name) == size else ""
