"""The CRYPTO frames in a QUIC Initial's payload (RFC 9000, 19)."""

from netmon_collector.names.quic_packet import read_varint

MAX_FRAMES = 256
"""Frames that one packet may have, with the padding before each."""
MAX_ACKS = 4
"""ACKs that one packet may have; senders write one (RFC 9000, 13.2.1)."""
MAX_ACK_RANGES = 32

_PADDING = 0x00
_PING = 0x01
_ACK = 0x02
_ACK_WITH_ECN = 0x03
_CRYPTO = 0x06
_CONNECTION_CLOSE = 0x1C


def crypto_pieces(payload: bytes) -> list[tuple[int, bytes]]:
    """Give what the CRYPTO frames carry, each piece with its offset in the stream.

    Raises ValueError for frames that an Initial must not have (RFC 9000, 17.2.2), that are cut off, or too many.
    """
    pieces: list[tuple[int, bytes]] = []
    offset = acks = 0
    for _ in range(MAX_FRAMES):
        offset = len(payload) - len(payload[offset:].lstrip(b"\0"))
        if offset == len(payload):
            return pieces
        kind = payload[offset]
        offset += 1
        if kind == _CRYPTO:
            place, offset = read_varint(payload, offset)
            size, offset = read_varint(payload, offset)
            if offset + size > len(payload):
                raise ValueError("a CRYPTO frame that is cut off")
            pieces.append((place, payload[offset : offset + size]))
            offset += size
        elif kind in (_ACK, _ACK_WITH_ECN):
            acks += 1
            if acks > MAX_ACKS:
                raise ValueError("too many ACKs in one packet")
            offset = _behind_ack(payload, offset, has_ecn=kind == _ACK_WITH_ECN)
        elif kind == _CONNECTION_CLOSE:
            return pieces
        elif kind != _PING:
            raise ValueError("a frame that no Initial may have")
    raise ValueError("too many frames in one packet")


def _behind_ack(payload: bytes, offset: int, *, has_ecn: bool) -> int:
    for _ in range(2):  # largest number, delay
        _, offset = read_varint(payload, offset)
    ranges, offset = read_varint(payload, offset)
    if ranges > MAX_ACK_RANGES:
        raise ValueError("too many ranges in an ACK")
    for _ in range(1 + 2 * ranges + (3 if has_ecn else 0)):
        _, offset = read_varint(payload, offset)
    return offset
