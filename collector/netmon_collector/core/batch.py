"""Packets as capture hands them over: many at once, undecoded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Frames of one interface in the order of their capture.

    ``data`` holds the captured bytes of all frames end to end. ``records`` holds 16 bytes a frame, four native-endian
    unsigned 32-bit numbers: seconds and microseconds (Unix time), offset into ``data``, captured length. This is what
    pcapy-ng's ``next_batch`` returns; it carries no wire length, so lengths come from the IP header.

    A frame of fewer bytes than ``whole_below`` was captured whole; 0 where nobody knows from when on they were cut.
    """

    interface: str
    link_type: int
    data: bytes
    records: bytes
    whole_below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCounts:
    """What libpcap says of one interface: packets since its capture was first opened, re-opened handles summed."""

    interface: str
    received_packets: int
    kernel_dropped_packets: int
    interface_dropped_packets: int
