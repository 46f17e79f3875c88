"""libpcap, typed: live handles and capture files. The one module that imports pcapy.

What was measured of libpcap 1.9.1 (the one in pcapy-ng's wheel) on Linux 6.18 stands beside the numbers that follow
from it. Codes of libpcap are those of pcap/pcap.h.
"""

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

try:
    import pcapy
except ImportError as error:
    message = "libpcap cannot be loaded: install the collector's extra (netmon-suite[collector]) for this Python"
    raise ImportError(message) from error

if TYPE_CHECKING:
    from pcapy import Reader

SNAPSHOT_BYTES = 128
"""Captured of each frame: Ethernet, two VLAN tags, IPv4 with all its options and TCP's flags are 96 bytes; IPv6 leaves
46 for extension headers. A packet then takes at most 219 bytes of the ring (73,500 in 16 MiB)."""

BLOCK_MILLISECONDS = 40
"""After how long the kernel hands over a block of the ring that is not full. It is the most that a packet waits (27 ms
in the median), and 25 wake-ups a second on an interface that is never silent, unless its handle rests (none on a silent
one); 20 ms would cost 0.25 % of a core more. A short ring needs it too: a stalled reader uses up one block each time,
and the smallest ring has eight: 320 ms."""

MAX_PACKETS = 4096
"""In one read; decoding costs the least a packet from there on."""

MAX_FILE_PACKETS = 512
"""In one read of a file, whose frames may be whole: 256 kB each at most."""

RECORD_BYTES = 16

_PCAP_ERROR_NO_SUCH_DEVICE = -5
_PCAP_ERROR_PERM_DENIED = -8
_PCAP_ERROR_IFACE_NOT_UP = -9
_PCAP_ERROR_PROMISC_PERM_DENIED = -11

_WENT_DOWN = "went down"  # pcap-linux.c: "The interface went down"; pcap-bpf.c says "disappeared"
_GONE = "disappeared"

_SO_ATTACH_FILTER = 26  # include/uapi/asm-generic/socket.h; the socket module has no name for it

FilterFor = Callable[[int], str]
"""Gives the filter for a link type (a DLT value) in libpcap's language (pcap-filter(7)); "" lets everything pass."""


def pass_all(link_type: int) -> str:  # noqa: ARG001  # it is a FilterFor
    """Give the filter that lets everything pass."""
    return ""


class LiveHandle:
    """An open capture on one interface, never promiscuous and never blocking."""

    def __init__(self, reader: "Reader") -> None:
        """Take an activated reader; ``open`` makes one."""
        self._reader = reader
        self.link_type: int = reader.datalink()

    @classmethod
    def open(
        cls,
        interface: str,
        *,
        buffer_bytes: int,
        is_loopback: bool = False,
        snapshot_bytes: int = SNAPSHOT_BYTES,
        block_milliseconds: int = BLOCK_MILLISECONDS,
        filter_for: FilterFor = pass_all,
    ) -> Self:
        """Open ``interface`` with a ring of ``buffer_bytes``: for accounting, or for what a filter lets pass.

        ``filter_for`` gives the filter for a link type; it runs in the kernel. ``ValueError`` where it is wrong, or
        libpcap has none for the link type, ``PermissionError`` without the right to capture, ``FileNotFoundError``
        where there is no such interface, ``OSError`` with ``ENETDOWN`` where it is down, ``OSError`` for the rest.
        """
        try:
            reader = pcapy.create(interface)
            reader.set_snaplen(snapshot_bytes)
            reader.set_promisc(0)
            reader.set_timeout(block_milliseconds)
            reader.set_buffer_size(buffer_bytes)
            raise_for(reader.activate())
            reader.setnonblock(1)
        except pcapy.PcapError as error:
            raise _as_os_error(error) from error
        try:
            text = filter_for(reader.datalink())
            if sys.platform == "linux":
                code = compile_filter(text, reader.datalink(), snapshot_bytes)
                _attach_filter(reader.getfd(), code, is_loopback=is_loopback)
            else:
                _set_filter(reader, text)
        except (OSError, ValueError):
            reader.close()
            raise
        return cls(reader)

    def fileno(self) -> int:
        """Descriptor that becomes readable when packets wait, or when the interface went down."""
        return self._reader.getfd()

    def read(self, max_packets: int = MAX_PACKETS) -> tuple[bytes, bytes]:
        """Give the data and records of a ``Batch``, both empty where nothing waits.

        ``OSError`` with ``ENETDOWN``: the interface went down or is gone. It is said once, then the handle is silent;
        after a down it delivers again when the interface is up, also under another name. ``OSError`` for the rest.
        """
        try:
            return self._reader.next_batch(max_packets)
        except pcapy.PcapError as error:
            raise _as_os_error(error) from error

    def statistics(self) -> tuple[int, int, int]:
        """Give packets received, dropped by the kernel, dropped by the interface; each wraps at 32 bits.

        On Linux the received ones hold those that the kernel then dropped for want of room (packet(7), tp_packets).
        """
        try:
            return self._reader.stats()
        except pcapy.PcapError as error:
            raise _as_os_error(error) from error

    def close(self) -> None:
        """Close it; only once."""
        self._reader.close()


class FileHandle:
    """A capture file: pcap in either byte order, micro- or nanoseconds, or pcapng, as far as libpcap reads it.

    A file that breaks off or is damaged gives what stands before that place; ``is_damaged`` says so afterwards.
    """

    def __init__(self, path: Path, *, filter_for: FilterFor = pass_all) -> None:
        """Open ``path``, for what the filter lets pass that ``filter_for`` gives for its link type.

        ``OSError`` where it cannot be read, ``ValueError`` where it is no capture file.
        """
        self._path = path
        self._filter_for = filter_for
        self._reader = _open_file(path, filter_for)
        self._packet_count = 0
        self.link_type: int = self._reader.datalink()
        self.is_damaged = False

    def read(self, max_packets: int = MAX_FILE_PACKETS) -> tuple[bytes, bytes]:
        """Give the data and records of a ``Batch``; both empty at the end."""
        if self.is_damaged:
            return b"", b""
        try:
            data, records = self._reader.next_batch(max_packets)
        except pcapy.PcapError:
            self.is_damaged = True
            return self._read_up_to_damage(max_packets)
        self._packet_count += len(records) // RECORD_BYTES
        return data, records

    def close(self) -> None:
        """Close it; only once."""
        self._reader.close()

    def _read_up_to_damage(self, max_packets: int) -> tuple[bytes, bytes]:
        """Read the sound packets before the damage: pcapy drops them together with the batch that failed."""
        self._reader.close()
        self._reader = _open_file(self._path, self._filter_for)
        data, records = bytearray(), bytearray()
        try:
            while self._packet_count > 0:
                skipped = len(self._reader.next_batch(min(self._packet_count, max_packets))[1]) // RECORD_BYTES
                if skipped == 0:  # the file has become shorter meanwhile
                    break
                self._packet_count -= skipped
            for _ in range(max_packets):
                frame, record = self._reader.next_batch(1)
                if not record:
                    break
                seconds, microseconds, _, length = struct.unpack("=IIII", record)
                records += struct.pack("=IIII", seconds, microseconds, len(data), length)
                data += frame
        except pcapy.PcapError:
            return bytes(data), bytes(records)
        return bytes(data), bytes(records)


def compile_filter(text: str, link_type: int, snapshot_bytes: int) -> bytes:
    """Give the kernel's code for a filter that cuts what passes to ``snapshot_bytes``; without a text all passes.

    ``ValueError`` where the text is wrong.
    """
    try:
        lines = pcapy.compile(link_type, snapshot_bytes, text, 1, 0).get_bpf()
    except (pcapy.PcapError, pcapy.BPFError) as error:
        raise ValueError(f"the filter is wrong: {error}") from error
    return b"".join(struct.pack("=HBBI", *line) for line in lines)  # struct sock_filter in linux/filter.h


def _set_filter(reader: "Reader", text: str) -> None:
    try:
        if text:
            reader.setfilter(text)
    except pcapy.PcapError as error:
        raise ValueError(f"the filter is wrong: {error}") from error


def _open_file(path: Path, filter_for: FilterFor) -> "Reader":
    with path.open("rb"):  # for the built-in exceptions; libpcap has one for all
        try:
            reader = pcapy.open_offline(str(path))
        except pcapy.PcapError as error:
            raise ValueError(f"{path.name} is no capture file that libpcap reads: {error}") from error
    _set_filter(reader, filter_for(reader.datalink()))
    return reader


def raise_for(code: int) -> None:
    """Turn what ``activate`` returns into an exception; positive codes are warnings."""
    if code >= 0:
        return
    if code in (_PCAP_ERROR_PERM_DENIED, _PCAP_ERROR_PROMISC_PERM_DENIED):
        raise PermissionError(errno.EPERM, "no right to capture packets")
    if code == _PCAP_ERROR_NO_SUCH_DEVICE:
        raise FileNotFoundError(errno.ENODEV, "there is no such interface")
    if code == _PCAP_ERROR_IFACE_NOT_UP:
        raise OSError(errno.ENETDOWN, "the interface is down")
    raise OSError(errno.EIO, f"libpcap cannot open the interface (error {code})")


def _as_os_error(error: Exception) -> OSError:
    text = str(error)
    if _WENT_DOWN in text or _GONE in text:
        return OSError(errno.ENETDOWN, "the interface is down")
    return OSError(errno.EIO, f"libpcap: {text}")


def _attach_filter(descriptor: int, code: bytes, *, is_loopback: bool) -> None:
    """Have the kernel run ``code`` over each frame, and leave out the sent copies on a loopback.

    libpcap 1.9.1 cuts frames only behind the ring where no filter is set, so that whole frames fill it: 48,900 packets
    of 242 bytes in 16 MiB, and 73,500 with a filter that cuts. On a loopback the kernel shows each packet twice, sent
    and received, and libpcap drops the first of them behind the ring; dropped here, they take no room and
    ``statistics`` holds each packet once. ``setfilter`` cannot do it: libpcap runs its filter over the first block by
    itself, where "inbound" fits no packet.
    """
    if is_loopback:
        not_sent = (
            struct.pack("=HBBI", 0x28, 0, 0, 0xFFFFF004),  # ldh [SKF_AD_OFF + SKF_AD_PKTTYPE], linux/filter.h
            struct.pack("=HBBI", 0x15, 0, 1, 4),  # jeq #PACKET_OUTGOING, next, over
            struct.pack("=HBBI", 0x06, 0, 0, 0),  # ret #0
        )
        code = b"".join(not_sent) + code
    program = ctypes.create_string_buffer(code, len(code))
    filter_struct = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    with socket.socket(fileno=os.dup(descriptor)) as twin:
        twin.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_struct)
