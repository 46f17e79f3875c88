"""What tells names, built byte by byte: DNS messages, ClientHellos and QUIC Initials, right or wrong."""

import struct
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from netmon_collector.names.quic_packet import VERSIONS, InitialKeys, derive_client_keys

A, NS, CNAME, OPT, AAAA, HTTPS = 1, 2, 5, 41, 28, 65
QUESTION_NAME = 12
"""Where the first question's name begins in a message."""


def dns_name(text: str) -> bytes:
    """A name without compression."""
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def pointer(offset: int) -> bytes:
    return struct.pack("!H", 0xC000 | offset)


def question(name: str | bytes, record_type: int = A, record_class: int = 1) -> bytes:
    return (dns_name(name) if isinstance(name, str) else name) + struct.pack("!2H", record_type, record_class)


def record(name: str | bytes, record_type: int, data: bytes, *, ttl_seconds: int = 300, record_class: int = 1) -> bytes:
    wire = dns_name(name) if isinstance(name, str) else name
    return wire + struct.pack("!2HIH", record_type, record_class, ttl_seconds, len(data)) + data


def dns_message(
    *,
    questions: Sequence[bytes] = (),
    answers: Sequence[bytes] = (),
    authorities: Sequence[bytes] = (),
    additionals: Sequence[bytes] = (),
    flags: int = 0x8180,
    message_id: int = 7,
) -> bytes:
    sections = (questions, answers, authorities, additionals)
    header = struct.pack("!6H", message_id, flags, *map(len, sections))
    return header + b"".join(part for section in sections for part in section)


def service(priority: int, target: str, parameters: dict[int, bytes]) -> bytes:
    """The data of an HTTPS record."""
    values = b"".join(struct.pack("!2H", key, len(value)) + value for key, value in parameters.items())
    return struct.pack("!H", priority) + dns_name(target) + values


def ech_configurations(*public_names: str) -> bytes:
    configurations = b""
    for name in public_names:
        contents = b"\x01\0\x20" + vector(bytes(32), 2) + vector(bytes(4), 2) + b"\x40" + vector(name.encode(), 1)
        contents += vector(b"", 2)
        configurations += struct.pack("!2H", 0xFE0D, len(contents)) + contents
    return vector(configurations, 2)


def vector(content: bytes, size_bytes: int) -> bytes:
    """TLS's vector: its length, then its content."""
    return len(content).to_bytes(size_bytes) + content


def server_name_extension(name: bytes, kind: int = 0) -> tuple[int, bytes]:
    return 0, vector(bytes([kind]) + vector(name, 2), 2)


def alpn_extension(*protocols: str) -> tuple[int, bytes]:
    return 16, vector(b"".join(vector(protocol.encode(), 1) for protocol in protocols), 2)


def client_hello(*extensions: tuple[int, bytes], session: bytes = bytes(32)) -> bytes:
    """A handshake message, without records."""
    body = b"\x03\x03" + bytes(32) + vector(session, 1) + vector(b"\x13\x01", 2) + vector(b"\0", 1)
    if extensions:
        body += vector(b"".join(struct.pack("!H", kind) + vector(data, 2) for kind, data in extensions), 2)
    return b"\x01" + vector(body, 3)


def named_hello(name: str = "example.org") -> bytes:
    return client_hello(server_name_extension(name.encode()), alpn_extension("h3"))


def in_records(message: bytes, size: int = 1 << 14) -> bytes:
    """TLS records of at most ``size`` bytes each."""
    return b"".join(
        b"\x16\x03\x01" + vector(message[begin : begin + size], 2) for begin in range(0, len(message), size)
    )


def varint(number: int) -> bytes:
    size_bits = next(bits for bits in range(4) if number < 1 << 8 * (1 << bits) - 2)
    return (number | size_bits << 8 * (1 << size_bits) - 2).to_bytes(1 << size_bits)


def crypto_frame(offset: int, data: bytes) -> bytes:
    return b"\x06" + varint(offset) + varint(len(data)) + data


def seal_initial(
    frames: bytes,
    *,
    version: int = 1,
    destination_id: bytes = bytes(range(8)),
    token: bytes = b"",
    number: int = 2,
    size: int = 1_162,
    keys: InitialKeys | None = None,
) -> bytes:
    """A client's Initial with a packet number of four bytes, its frames padded to ``size`` bytes (RFC 9001, A.2)."""
    keys = keys or derive_client_keys(version, destination_id)
    payload = frames.ljust(size, b"\0")
    header = bytes([0xC3 | VERSIONS[version].initial_type << 4]) + version.to_bytes(4) + vector(destination_id, 1)
    header += b"\0" + varint(len(token)) + token + (len(payload) + 20 | 0x4000).to_bytes(2) + number.to_bytes(4)
    nonce = (int.from_bytes(keys.iv) ^ number).to_bytes(12)
    sealed = AESGCM(keys.key).encrypt(nonce, payload, header)
    mask = Cipher(AES(keys.header_key), ECB()).encryptor().update(sealed[:16])  # noqa: S305 -- RFC 9001, 5.4.3
    hidden = bytes(byte ^ other for byte, other in zip(header[-4:], mask[1:5], strict=True))
    return bytes([header[0] ^ mask[0] & 0x0F]) + header[1:-4] + hidden + sealed
