"""Recording a live run, so that it can be played again with its owners."""

import os
import struct
from collections.abc import Callable
from io import BufferedWriter, FileIO
from pathlib import Path
from urllib.parse import quote

from netmon_collector.capture.pcap import RECORD_BYTES
from netmon_collector.capture.sidecar import Knowledge, encode, header_line
from netmon_collector.core import links
from netmon_collector.core.batch import Batch
from netmon_collector.core.links import Link, read_link

SIDECAR_NAME = "netmon.sidecar.jsonl"
PCAP_SUFFIX = ".pcap"
NAMES_SUFFIX = ".names"
"""Of capture files too: whole packets, but only those that name something. What counts never reads them."""

PCAP_HEADER_BYTES = 24

FILE_LIMIT = 1_024
"""Capture files of one recording: at least 512 interfaces. Each stays open, and a replay opens them all at once."""

_BUFFER_BYTES = 1 << 16
_MAGIC_MICROSECONDS = 0xA1B2C3D4
_MAX_SNAPSHOT_BYTES = 262_144  # libpcap's MAXIMUM_SNAPLEN: readers accept nothing above it
_FILE_LINK_TYPES = {links.RAW: links.RAW_LINKTYPE, links.PKTAP_APPLE: links.PKTAP}
"""Where files have another number than live handles (https://www.tcpdump.org/linktypes.html)."""


MakeFile = Callable[[str], int]
"""Makes a new file of this name in the directory, of mode 0600 and of its owner, and gives a descriptor to write to."""


class Recorder:
    """Writes a directory that ``Replay`` reads: a pcap file an interface, one of what names handles hear, the sidecar.

    It is made with mode 0700 and its files with 0600; all belong to ``owner`` (uid, gid) where one is given. Nothing
    that exists is written over or followed. When ``limit_bytes`` or ``FILE_LIMIT`` files are written, or the disk
    refuses, recording stops for good, its files are closed and ``stopped_reason`` says why; the capture goes on.
    """

    def __init__(self, directory: Path, *, now: float, limit_bytes: int, owner: tuple[int, int] | None = None) -> None:
        """Make the directory and begin the sidecar; ``now`` in Unix seconds. ``OSError`` where that cannot be."""
        self.stopped_reason = ""
        self.written_bytes = 0
        self._limit_bytes = limit_bytes
        self._owner = owner
        self._files: dict[tuple[str, int, str], BufferedWriter] = {}
        self._make_file: MakeFile | None = None
        self._directory = _open_directory(directory, owner)
        try:
            self._sidecar = self._create(SIDECAR_NAME)
        except OSError:
            os.close(self._directory)
            raise
        self._put(self._sidecar, header_line(now).encode())

    @property
    def directory(self) -> int:
        """The descriptor of the directory."""
        return self._directory

    def make_files_by(self, make: MakeFile) -> None:
        """Have ``make`` make further files: this process may not any more."""
        self._make_file = make

    def add_batch(self, batch: Batch) -> None:
        """Write packets, with their captured bytes."""
        self._add(batch, PCAP_SUFFIX)

    def add_names(self, batch: Batch) -> None:
        """Write packets of a names handle."""
        self._add(batch, NAMES_SUFFIX)

    def _add(self, batch: Batch, suffix: str) -> None:
        if self.stopped_reason:
            return
        key = (batch.interface, batch.link_type, suffix)
        file = self._files.get(key)
        if file is None and len(self._files) >= FILE_LIMIT:
            self._stop(f"the limit of {FILE_LIMIT} capture files is reached")
            return
        try:
            if file is None:
                file = self._files[key] = self._create(self._file_name(batch, suffix))
                self._put(file, _pcap_header(batch.link_type))
        except OSError as error:
            self._stop(_disk_reason(error))
            return
        self._put(file, _pcap_records(batch))

    def add_knowledge(self, knowledge: Knowledge, now: float) -> None:
        """Write what the host knows; ``now`` in Unix seconds."""
        if not self.stopped_reason:
            self._put(self._sidecar, encode(knowledge, now).encode())

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        if self.stopped_reason:
            return
        try:
            for file in (self._sidecar, *self._files.values()):
                file.flush()
        except OSError as error:
            self._stop(_disk_reason(error))

    def close(self) -> None:
        """End the recording. What cannot be written any more is lost, and ``stopped_reason`` says so."""
        self._close_files()
        os.close(self._directory)

    def _file_name(self, batch: Batch, suffix: str) -> str:
        """Name a file so that the interface can be read from it; ``+`` sets a second link type apart."""
        name = quote(batch.interface, safe="")
        if any((interface, kind) == (batch.interface, suffix) for interface, _, kind in self._files):
            name += f"+{batch.link_type}"
        return name + suffix

    def _create(self, name: str) -> BufferedWriter:
        if self._make_file is not None:
            return BufferedWriter(FileIO(self._make_file(name), "wb"), _BUFFER_BYTES)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o600, dir_fd=self._directory)
        if self._owner is not None:
            os.fchown(descriptor, *self._owner)
        return BufferedWriter(FileIO(descriptor, "wb"), _BUFFER_BYTES)

    def _put(self, file: BufferedWriter, content: bytes) -> None:
        if self.stopped_reason:
            return
        if self.written_bytes + len(content) > self._limit_bytes:
            self._stop(f"the limit of {self._limit_bytes} bytes is reached")
            return
        try:
            file.write(content)
        except OSError as error:
            self._stop(_disk_reason(error))
            return
        self.written_bytes += len(content)

    def _stop(self, reason: str) -> None:
        self.stopped_reason = reason
        self._close_files()

    def _close_files(self) -> None:
        for file in (self._sidecar, *self._files.values()):
            try:
                file.close()
            except OSError as error:
                self.stopped_reason = self.stopped_reason or _disk_reason(error)
        self._files.clear()


def _disk_reason(error: OSError) -> str:
    return f"it cannot be written: {error.strerror or error}"


def _open_directory(directory: Path, owner: tuple[int, int] | None) -> int:
    """Make ``directory`` or take an existing one; give its descriptor. The last part of the path must be no link."""
    try:
        directory.mkdir(mode=0o700)
        is_new = True
    except FileExistsError:
        is_new = False
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if is_new and owner is not None:
        os.fchown(descriptor, *owner)
    return descriptor


def _pcap_header(link_type: int) -> bytes:
    """Give the file header of https://www.tcpdump.org/manpages/pcap-savefile.5.txt."""
    written = _FILE_LINK_TYPES.get(link_type, link_type)
    return struct.pack("=IHHiIII", _MAGIC_MICROSECONDS, 2, 4, 0, 0, _MAX_SNAPSHOT_BYTES, written)


def _pcap_records(batch: Batch) -> bytes:
    """Give header and captured bytes of each packet."""
    parts: list[bytes] = []
    data, link_type = batch.data, batch.link_type
    for offset in range(0, len(batch.records), RECORD_BYTES):
        seconds, microseconds, start, captured = struct.unpack_from("=IIII", batch.records, offset)
        wire = _wire_bytes(data, start, start + captured, link_type)
        parts.append(struct.pack("=IIII", seconds, microseconds, captured, wire))
        parts.append(data[start : start + captured])
    return b"".join(parts)


def _wire_bytes(data: bytes, start: int, end: int, link_type: int) -> int:
    """Work out how long a frame was: libpcap's batches do not say it, but the IP header does.

    Link header and IP packet, without the padding of short Ethernet frames; the captured bytes where there is no IP
    header or it gives no length, which is a lower bound.
    """
    link = read_link(data, start, end, link_type)
    if not isinstance(link, Link) or link.ip_start + 6 > end:
        return end - start
    ip_start = link.ip_start
    is_ipv4 = data[ip_start] >> 4 == 4
    stated: int = struct.unpack_from("!H", data, ip_start + (2 if is_ipv4 else 4))[0]
    if stated == 0:  # BIG TCP
        return end - start
    return max(end - start, ip_start - start + stated + (0 if is_ipv4 else 40))
