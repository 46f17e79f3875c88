"""Capture on macOS: which interfaces, and PKTAP, which names the process of each packet.

Written against documentation and **never run on a Mac**: tcpdump(1) of macOS ("pktap,IFNAME" devices), Apple's
libpcap (``pcap_set_want_pktap``), xnu's bsd/net/pktap.h, bpf(4). What is pure, and the calls into a libpcap, are tested
on Linux; that macOS answers as its documentation says is not.
"""

import ctypes
import errno
import struct
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Self

from netmon_collector.capture.pcap import BLOCK_MILLISECONDS, MAX_PACKETS, SNAPSHOT_BYTES, LiveHandle, raise_for
from netmon_collector.capture.ring import ring_bytes
from netmon_collector.capture.tap import CaptureHandle
from netmon_collector.core.interfaces import Choice, InterfaceFacts, InterfaceKind

SYSTEM_LIBPCAP = "/usr/lib/libpcap.A.dylib"
"""Apple's own libpcap, in the shared cache: the wheel's has no PKTAP."""

PKTAP_HEADER_BYTES = 156
"""sizeof(struct pktap_header), in front of each frame."""

_KINDS = (
    ("bridge*", InterfaceKind.BRIDGE),
    ("bond*", InterfaceKind.BOND),
    ("vlan*", InterfaceKind.VLAN),
    ("en[0-9]*", InterfaceKind.PHYSICAL),
    ("pdp_ip*", InterfaceKind.PHYSICAL),
    ("utun*", InterfaceKind.TUNNEL),
    ("ipsec*", InterfaceKind.TUNNEL),
    ("ppp*", InterfaceKind.TUNNEL),
    ("gif*", InterfaceKind.TUNNEL),
    ("stf*", InterfaceKind.TUNNEL),
    ("feth*", InterfaceKind.VETH),
)

_LEFT_OUT_PATTERNS = ("awdl*", "llw*", "ap[0-9]*", "anpi*", "pktap*", "XHC*")
"""AWDL and low-latency WLAN (AirDrop, Sidecar: no user's socket is bound to them in ordinary use), the access point of
internet sharing (its packets are on the bridge), the link to the Apple silicon's own processors, PKTAP's own devices,
and USB captures."""


def interface_kind(name: str) -> InterfaceKind:
    """Tell from its name what an interface is made of: macOS has no other documented way without a private ioctl."""
    return next((kind for pattern, kind in _KINDS if fnmatchcase(name, pattern)), InterfaceKind.OTHER)


def default_exclusions(facts: Sequence[InterfaceFacts]) -> tuple[str, ...]:
    """Give names to leave out beside the user's own patterns; they are patterns of ``choose_interfaces``."""
    return tuple(fact.name for fact in facts if any(fnmatchcase(fact.name, pattern) for pattern in _LEFT_OUT_PATTERNS))


def with_kind(facts: InterfaceFacts) -> InterfaceFacts:
    """Fill in the kind where a lister could not."""
    is_open = facts.kind is InterfaceKind.OTHER and not facts.is_loopback
    return replace(facts, kind=interface_kind(facts.name)) if is_open else facts


def open_macos(choice: Choice) -> CaptureHandle:
    """Open a chosen interface through PKTAP, or through its BPF device where PKTAP is not to be had.

    The errors are those of ``LiveHandle.open``. PKTAP needs root; a BPF device needs read access to ``/dev/bpf*``.
    """
    buffer_bytes = ring_bytes(choice.facts)
    try:
        library = ctypes.CDLL(SYSTEM_LIBPCAP)
        return PktapHandle.open(library, choice.name, buffer_bytes=buffer_bytes)
    except (AttributeError, OSError):  # no such library, function or device: the plain way says what is wrong
        return LiveHandle.open(choice.name, buffer_bytes=buffer_bytes)


class _Time(ctypes.Structure):
    """struct timeval; of the microseconds macOS has 32 bits and padding, Linux 64 bits whose lower half comes first."""

    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_uint32))


class _PacketHeader(ctypes.Structure):
    """struct pcap_pkthdr: time, captured length, wire length; then a comment of Apple's, which is not read."""

    _fields_ = (("time", _Time), ("captured", ctypes.c_uint32), ("length", ctypes.c_uint32))


class _Statistics(ctypes.Structure):
    """struct pcap_stat."""

    _fields_ = (("received", ctypes.c_uint), ("dropped", ctypes.c_uint), ("interface_dropped", ctypes.c_uint))


class PktapHandle:
    """A capture through PKTAP, by ctypes: pcapy knows nothing of it. It fits ``CaptureHandle``."""

    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        """Take an activated ``pcap_t``; ``open`` makes one."""
        self._library = library
        self._handle = ctypes.c_void_p(handle)
        self.link_type: int = library.pcap_datalink(self._handle)

    @classmethod
    def open(cls, library: ctypes.CDLL, interface: str, *, buffer_bytes: int) -> Self:
        """Open the device ``pktap,INTERFACE`` of ``library``; the errors are those of ``LiveHandle.open``.

        ``AttributeError``: this libpcap has no ``pcap_set_want_pktap``.
        """
        want_pktap = library.pcap_set_want_pktap
        library.pcap_create.restype = ctypes.c_void_p
        errors = ctypes.create_string_buffer(256)  # PCAP_ERRBUF_SIZE
        handle = library.pcap_create(f"pktap,{interface}".encode(), errors)
        if not handle:
            raise OSError(errno.EIO, "libpcap cannot make a PKTAP handle")
        pointer = ctypes.c_void_p(handle)
        try:
            library.pcap_set_snaplen(pointer, SNAPSHOT_BYTES + PKTAP_HEADER_BYTES)
            library.pcap_set_promisc(pointer, 0)
            library.pcap_set_timeout(pointer, BLOCK_MILLISECONDS)
            library.pcap_set_buffer_size(pointer, buffer_bytes)
            want_pktap(pointer, 1)
            raise_for(library.pcap_activate(pointer))
            raise_for(library.pcap_setnonblock(pointer, 1, errors))
        except OSError:
            library.pcap_close(pointer)
            raise
        return cls(library, handle)

    def fileno(self) -> int:
        """Descriptor that becomes readable when packets wait."""
        return self._library.pcap_get_selectable_fd(self._handle)

    def read(self, max_packets: int = MAX_PACKETS) -> tuple[bytes, bytes]:
        """Give the data and records of a ``Batch``, both empty where nothing waits; ``OSError`` where it fails."""
        header = ctypes.POINTER(_PacketHeader)()
        content = ctypes.POINTER(ctypes.c_ubyte)()
        data, records = bytearray(), bytearray()
        for _ in range(max_packets):
            answer = self._library.pcap_next_ex(self._handle, ctypes.byref(header), ctypes.byref(content))
            if answer == 0:
                break
            if answer < 0:
                if records:  # what was read counts; the error comes again
                    break
                raise OSError(errno.EIO, f"libpcap cannot read (error {answer})")
            captured: int = header.contents.captured
            records += struct.pack(
                "=IIII",
                header.contents.time.seconds & 0xFFFFFFFF,
                header.contents.time.microseconds,
                len(data),
                captured,
            )
            data += ctypes.string_at(content, captured)
        return bytes(data), bytes(records)

    def statistics(self) -> tuple[int, int, int]:
        """Give packets received, dropped by the kernel, dropped by the interface."""
        counted = _Statistics()
        if self._library.pcap_stats(self._handle, ctypes.byref(counted)) != 0:
            raise OSError(errno.EIO, "libpcap gives no statistics")
        values: tuple[Any, Any, Any] = (counted.received, counted.dropped, counted.interface_dropped)
        return values

    def close(self) -> None:
        """Close it; only once."""
        self._library.pcap_close(self._handle)
