"""One protected QUIC packet of the Initial kind: header protection and AEAD (RFC 9001, 5; RFC 9369, 3).

Keys are derived with the standard library's HMAC; AES comes from a library that may be missing.
"""

import hmac
from dataclasses import dataclass

try:
    from netmon_collector.names.quic_cipher import decrypt, header_mask
except ImportError:
    is_available = False

    def header_mask(key: bytes, sample: bytes) -> bytes:  # noqa: ARG001 -- it stands for another function
        """Stand in for the missing library."""
        raise ValueError(_MISSING)

    def decrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:  # noqa: ARG001 -- as above
        """Stand in for the missing library."""
        raise ValueError(_MISSING)
else:
    is_available = True
    """Whether the library is there (it comes with ``netmon-suite[collector]``)."""

_MISSING = "QUIC Initials cannot be opened: the library cryptography of netmon-suite[collector] is missing"

MAX_CONNECTION_ID_BYTES = 20
"""RFC 9000, 17.2; longer ones belong to no version that is known here."""

_TAG_BYTES = 16
_SAMPLE_BYTES = 16
_TAG_AND_SAMPLE = 4 + _SAMPLE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    salt: bytes
    initial_type: int
    """The long header's two bits of packet type."""
    labels: tuple[bytes, bytes, bytes]
    """Of key, initialization vector and header protection."""


_LABELS_V1 = (b"quic key", b"quic iv", b"quic hp")
VERSIONS = {
    0x00000001: _Version(
        salt=bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), initial_type=0, labels=_LABELS_V1
    ),
    0x6B3343CF: _Version(
        salt=bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
        initial_type=1,
        labels=(b"quicv2 key", b"quicv2 iv", b"quicv2 hp"),
    ),
    # Draft 29, which servers still offer beside version 1.
    0xFF00001D: _Version(
        salt=bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899"), initial_type=0, labels=_LABELS_V1
    ),
}
"""By the header's version field: 1 (RFC 9001), 2 (RFC 9369), draft 29."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongHeader:
    """Where the parts of a packet with a long header lie (RFC 9000, 17.2). ``number_offset`` is the packet number's."""

    version: int
    is_initial: bool
    destination_id: bytes
    begin: int
    number_offset: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialKeys:
    """What protects the client's Initials."""

    key: bytes
    iv: bytes
    header_key: bytes


def read_varint(data: bytes, offset: int) -> tuple[int, int]:
    """Give a variable-length integer (RFC 9000, 16) and the offset behind it. Raises ValueError where it is cut off."""
    first = data[offset] if offset < len(data) else 0
    end = offset + (1 << (first >> 6))
    if end > len(data):
        raise ValueError("a QUIC integer that is cut off")
    return int.from_bytes(data[offset:end]) & (1 << 8 * (end - offset) - 2) - 1, end


def read_long_header(data: bytes, begin: int) -> LongHeader:
    """Read the header of the packet at ``begin``.

    Raises ValueError for a short header, an unknown version, a Retry, and a packet that is cut off.
    """
    if begin + 7 > len(data) or not data[begin] & 0x80:
        raise ValueError("no QUIC packet with a long header")
    number = int.from_bytes(data[begin + 1 : begin + 5])
    version = VERSIONS.get(number)
    if version is None:
        raise ValueError("an unknown version of QUIC")
    destination_id, offset = _connection_id(data, begin + 5)
    _, offset = _connection_id(data, offset)
    packet_type = (data[begin] >> 4 & 0x3) - version.initial_type & 0x3
    is_initial = packet_type == 0
    if packet_type == 3:  # version 2 turns the types by one
        raise ValueError("a Retry, which has no payload")
    if is_initial:
        token_length, offset = read_varint(data, offset)
        offset += token_length
    length, offset = read_varint(data, offset)
    if offset + length > len(data) or length < _TAG_AND_SAMPLE:
        raise ValueError("a QUIC packet that is cut off")
    return LongHeader(
        version=number,
        is_initial=is_initial,
        destination_id=destination_id,
        begin=begin,
        number_offset=offset,
        end=offset + length,
    )


def _connection_id(data: bytes, offset: int) -> tuple[bytes, int]:
    size = data[offset] if offset < len(data) else 0
    end = offset + 1 + size
    if size > MAX_CONNECTION_ID_BYTES or end > len(data):
        raise ValueError("a connection id that is cut off or too long")
    return data[offset + 1 : end], end


def derive_client_keys(version: int, destination_id: bytes) -> InitialKeys:
    """Derive the keys from the id that the client gave the server in its first packet (RFC 9001, 5.2)."""
    parameters = VERSIONS[version]
    secret = _expand(hmac.digest(parameters.salt, destination_id, "sha256"), b"client in", 32)
    key, iv, header_key = (
        _expand(secret, label, size) for label, size in zip(parameters.labels, (16, 12, 16), strict=True)
    )
    return InitialKeys(key=key, iv=iv, header_key=header_key)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, 7.1) for at most 32 bytes, which one block of HMAC gives (RFC 5869, 2.3)."""
    full = b"tls13 " + label
    return hmac.digest(secret, size.to_bytes(2) + bytes([len(full)]) + full + b"\x00\x01", "sha256")[:size]


def open_initial(data: bytes, header: LongHeader, keys: InitialKeys) -> bytes:
    """Give a packet's frames in the clear. Raises ValueError where these keys do not fit, or without the library."""
    sample_offset = header.number_offset + 4
    sample = data[sample_offset : sample_offset + _SAMPLE_BYTES]
    mask = header_mask(keys.header_key, sample)
    first = data[header.begin] ^ mask[0] & 0x0F
    payload_offset = header.number_offset + (first & 0x3) + 1
    number = bytes(
        byte ^ hidden for byte, hidden in zip(data[header.number_offset : payload_offset], mask[1:], strict=False)
    )
    # Nothing was sent before an Initial with a long number, so the whole packet number is the one in the header.
    nonce = int.from_bytes(keys.iv) ^ int.from_bytes(number)
    associated = bytes([first]) + data[header.begin + 1 : header.number_offset] + number
    return decrypt(keys.key, nonce.to_bytes(12), data[payload_offset : header.end], associated)
