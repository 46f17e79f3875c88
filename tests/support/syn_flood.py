"""SYNs from everywhere, each another connection. Run as a program: INTERFACE TARGET COUNT PER_SECOND.

``sendmmsg(2)`` on a packet socket, 64 frames a call. The checksums are wrong, so that the kernel behind the wire throws
each away and answers nothing, as a host does that a firewall protects; a capture sees them before. It prints one JSON
line: frames that the kernel took, and seconds.
"""

import ctypes
import json
import os
import socket
import struct
import sys
import time

from tests.support.flood import PER_CALL, Header, Piece

FRAME_BYTES = 54
_SOURCE_AT = 26
_FIRST_SOURCE = int.from_bytes(socket.inet_aton("203.0.113.0"))
_SOURCES = 256


def frame(target: str) -> bytes:
    """Give a SYN to port 443, whose source is still to be filled in."""
    ethernet = b"\xff" * 6 + b"\x02" + bytes(5) + b"\x08\x00"
    ip = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, FRAME_BYTES - 14, 0, 0x4000, 64, 6, 0, bytes(4), socket.inet_aton(target)
    )
    return ethernet + ip + struct.pack("!HHIIBBHHH", 0, 443, 1, 0, 0x50, 0x02, 0xFFFF, 0, 0)


def send_all(interface: str, target: str, count: int, per_second: int) -> tuple[int, float]:
    """Send; give frames and seconds."""
    libc = ctypes.CDLL(None, use_errno=True)
    content = ctypes.create_string_buffer(frame(target) * PER_CALL, FRAME_BYTES * PER_CALL)
    base = ctypes.addressof(content)
    pieces = (Piece * PER_CALL)(*(Piece(base=base + at * FRAME_BYTES, length=FRAME_BYTES) for at in range(PER_CALL)))
    headers = (Header * PER_CALL)(*(Header(pieces=ctypes.pointer(piece), piece_count=1) for piece in pieces))
    destination = socket.inet_aton(target)
    sent, begun = 0, time.monotonic()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((interface, 0x0800))
        while sent < count:
            for at in range(PER_CALL):
                number = sent + at
                address = struct.pack("!I", _FIRST_SOURCE + number % _SOURCES) + destination
                port = struct.pack("!H", 1_024 + number // _SOURCES % 60_000)
                start = at * FRAME_BYTES + _SOURCE_AT
                content[start : start + 10] = address + port
            done = libc.sendmmsg(wire.fileno(), headers, min(PER_CALL, count - sent), 0)
            if done < 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code), "sendmmsg")
            sent += done
            ahead = begun + sent / per_second - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    return sent, time.monotonic() - begun


def main() -> None:
    interface, target, count, per_second = sys.argv[1:]
    sent, seconds = send_all(interface, target, int(count), int(per_second))
    sys.stdout.write(json.dumps({"packets": sent, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
