"""TLS ClientHellos (RFC 8446, 4.1.2): the server's name as the client wrote it (RFC 6066, 3)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from netmon.model.text import clean
from netmon_collector.names.host_name import host_name

MAX_HANDSHAKE_BYTES = 16_384
"""Longer ClientHellos are refused; with post-quantum keys they have about 1,800 bytes."""
MAX_RECORDS = 64
MAX_EXTENSIONS = 128
MAX_PROTOCOLS = 16

_RECORD_HANDSHAKE = 22
_CLIENT_HELLO = 1
_EXTENSION_SERVER_NAME = 0
_EXTENSION_ALPN = 16
_EXTENSION_ECH = 0xFE0D
_HOST_NAME = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHello:
    """What a client says in the open.

    ``server_name`` is "" where the client sent none, or an address in its place. ``alpn`` are the protocols that it
    offers ("h2", "http/1.1", "dot", "h3"). ``has_ech`` tells that the extension encrypted_client_hello is there: then
    ``server_name`` may be an outer name (a known ``ServiceRecord.ech_public_names`` says so), or the extension is a
    decoy: browsers send one to servers without ECH too (RFC 9849, 6.2), and nobody outside can tell. Of a ClientHello
    that was not read to its end it tells that the extension may be there.
    """

    server_name: str
    alpn: tuple[str, ...] = ()
    has_ech: bool = False


def parse_client_hello(data: bytes) -> ClientHello | None:
    """Parse the first bytes of a TCP stream. None: more bytes are needed. Raises ValueError: no ClientHello."""
    return parse_handshake(_handshake(data))


def parse_beginning(data: bytes) -> ClientHello | None:
    """Give what the first bytes of a TCP stream say, where more of its ClientHello will not come.

    None: the server's name is not among them. Raises ValueError: no ClientHello.
    """
    found: dict[int, bytes] = {}
    body = _handshake(data)[4:]
    with suppress(ValueError):  # where it is cut off; those before are taken
        found.update(_extensions(body, _extensions_begin(body), is_cut=True))
    hello = _hello(found)
    return replace(hello, has_ech=True) if hello.server_name else None


def _handshake(data: bytes) -> bytes:
    """Give the handshake message without its records, as far as it goes."""
    message = bytearray()
    offset = records = 0
    while offset + 5 <= len(data):
        begin = offset + 5
        size = int.from_bytes(data[offset + 3 : begin])
        # RFC 8446, 5.1: no empty record, and at most 2^14 bytes in one.
        if data[offset] != _RECORD_HANDSHAKE or data[offset + 1] != 3 or not 0 < size <= 1 << 14:
            raise ValueError("no TLS handshake record")
        if records == MAX_RECORDS:
            raise ValueError("a ClientHello in too many records")
        records += 1
        offset = begin + size
        message += data[begin:offset]
        if len(message) >= 4 + int.from_bytes(message[1:4]):
            break
    if not records and (data[:1] not in (b"", b"\x16") or data[1:2] not in (b"", b"\x03")):
        raise ValueError("no TLS handshake record")
    return bytes(message)


def parse_handshake(data: bytes) -> ClientHello | None:
    """The same without the record layer, as QUIC's CRYPTO stream has it."""
    if data[:1] not in (b"", b"\x01"):
        raise ValueError("no ClientHello")
    if len(data) < 4:
        return None
    length = int.from_bytes(data[1:4])
    if length > MAX_HANDSHAKE_BYTES:
        raise ValueError("a ClientHello that is too long")
    return _parse_body(data[4 : 4 + length]) if len(data) >= 4 + length else None


def _vector(data: bytes, offset: int, size_bytes: int) -> tuple[int, int]:
    """Give where the content of a vector begins and ends (RFC 8446, 3.4). Raises ValueError where it is cut off."""
    begin = offset + size_bytes
    end = begin + int.from_bytes(data[offset:begin])
    if begin > len(data) or end > len(data):
        raise ValueError("a ClientHello that is cut off")
    return begin, end


def _parse_body(body: bytes) -> ClientHello:
    return _hello(dict(_extensions(body, _extensions_begin(body))))


def _hello(extensions: dict[int, bytes]) -> ClientHello:
    return ClientHello(
        server_name=_server_name(extensions[_EXTENSION_SERVER_NAME]) if _EXTENSION_SERVER_NAME in extensions else "",
        alpn=_protocols(extensions[_EXTENSION_ALPN]) if _EXTENSION_ALPN in extensions else (),
        has_ech=_EXTENSION_ECH in extensions,
    )


def _extensions_begin(body: bytes) -> int:
    if body[:1] != b"\x03":
        raise ValueError("no ClientHello of a known version")
    _, end = _vector(body, 34, 1)  # version and random lie before the session's id
    _, end = _vector(body, end, 2)  # cipher suites
    _, end = _vector(body, end, 1)  # compression methods
    return end


def _extensions(body: bytes, offset: int, *, is_cut: bool = False) -> Iterator[tuple[int, bytes]]:
    if offset == len(body):
        return  # before TLS 1.3 there may be none
    if is_cut:
        offset, end = offset + 2, len(body)
    else:
        offset, end = _vector(body, offset, 2)
    seen: set[int] = set()
    while offset < end:
        kind = int.from_bytes(body[offset : offset + 2])
        begin, offset = _vector(body, offset + 2, 2)
        # RFC 8446, 4.2: an extension comes once.
        if offset > end or kind in seen or len(seen) == MAX_EXTENSIONS:
            raise ValueError("extensions that are cut off, repeated or too many")
        seen.add(kind)
        yield kind, body[begin:offset]


def _server_name(data: bytes) -> str:
    """The first host name of a list; there are no other kinds of names, and only one of each (RFC 6066, 3)."""
    offset, end = _vector(data, 0, 2)
    if offset == end:
        raise ValueError("an empty list of server names")
    begin, stop = _vector(data, offset + 1, 2)
    if stop > end:
        raise ValueError("a server name that is cut off")
    return host_name(data[begin:stop]) if data[offset] == _HOST_NAME else ""


def _protocols(data: bytes) -> tuple[str, ...]:
    offset, end = _vector(data, 0, 2)
    found: list[str] = []
    while offset < end and len(found) < MAX_PROTOCOLS:
        begin, offset = _vector(data, offset, 1)
        if offset > end:
            raise ValueError("a protocol's name that is cut off")
        found.append(clean(data[begin:offset].decode("latin-1")))
    return tuple(found)
