"""Playing a capture file or a recorded directory through the same pipeline as live traffic."""

import heapq
import math
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from netmon_collector.capture.guess import guess_local_network
from netmon_collector.capture.names_filter import names_filter
from netmon_collector.capture.pcap import RECORD_BYTES, FileHandle
from netmon_collector.capture.recording_files import RecordingFiles
from netmon_collector.capture.sidecar import Knowledge, Processes, decode
from netmon_collector.capture.told_owners import ToldOwners
from netmon_collector.core.batch import Batch
from netmon_collector.core.name_facts import HostsFact
from netmon_collector.core.sockets import LocalNetwork, SocketScan

SLICE_SECONDS = 0.05
"""Packets of one batch are at most this far apart, so that files and sidecar merge in time: about what the kernel's
ring collects live."""

LINE_LIMIT_BYTES = 64 << 20
"""A sidecar's line; 30,000 sockets are 5 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePackets:
    """Whole packets that may name something. They are not counted: they stand among the counted ones as well."""

    batch: Batch


RecordedItem = Batch | NamePackets | LocalNetwork | Processes | SocketScan | ToldOwners | HostsFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Something that was recorded, and when: Unix seconds, never less than that of the item before."""

    time: float
    item: RecordedItem


class Replay:
    """A recording, read as a stream: memory does not grow with its length.

    ``has_owners``: there is a sidecar, which says who owned what.
    ``addresses_are_guessed``: nothing says which addresses were local, so that they are guessed from packets
    (``guess_local_network`` tells how). ``is_damaged``: a file broke off or was damaged, and ended the replay of it.
    """

    def __init__(self, files: RecordingFiles, *, loop: bool = False, with_names: bool = False) -> None:
        """Look at the files. ``OSError`` where one cannot be read, ``ValueError`` where one is no capture file.

        ``with_names``: give ``NamePackets`` too, from a recording's own files or else from the capture files.
        """
        self.is_damaged = files.is_cut
        self._paths = files.packets
        self._names_paths = (files.names or files.packets) if with_names else ()
        self._loop = loop
        self._sidecar = files.sidecar
        self.has_owners = self._sidecar is not None
        self.addresses_are_guessed = not self._says_addresses()
        self._guessed = LocalNetwork()
        if self.addresses_are_guessed:
            self._guessed = guess_local_network(recorded.item for recorded in self._packets())
        else:
            for file in self._paths:
                FileHandle(file).close()

    def items(self) -> Generator[Recorded]:
        """Give everything in the order of its time, first of all the guessed addresses if there are any.

        With ``loop`` it begins again for ever: all times go on by the length of the recording, in whole seconds, but
        the start times of processes, which are part of who they are. ``ValueError`` names the line of the sidecar that
        cannot be read.
        """
        shift, first, last = 0, None, 0.0
        while True:
            for recorded in self._pass():
                first = recorded.time if first is None else first
                last = max(last, recorded.time + shift)
                yield Recorded(time=last, item=_shifted(recorded.item, shift) if shift else recorded.item)
            if not self._loop or first is None:
                return
            shift = max(math.ceil(last - first), shift + 1)

    def _pass(self) -> Generator[Recorded]:
        sources: list[Iterator[Recorded]] = [_read_packets(file, self) for file in self._paths]
        sources += [_read_names(file) for file in self._names_paths]
        if self._sidecar is not None:
            # Before packets of the same time: who owns a socket must be known before it is asked for.
            sources.insert(0, _read_sidecar(self._sidecar, self))
        merged = heapq.merge(*sources, key=lambda recorded: recorded.time)
        if not self.addresses_are_guessed:
            yield from merged
            return
        for index, recorded in enumerate(merged):
            if index == 0:
                yield Recorded(time=recorded.time, item=self._guessed)
            yield recorded

    def _packets(self) -> Iterator["RecordedBatch"]:
        return heapq.merge(*(_read_packets(file, self) for file in self._paths), key=lambda recorded: recorded.time)

    def _says_addresses(self) -> bool:
        if self._sidecar is None:
            return False
        with closing(_read_sidecar(self._sidecar, self)) as lines:
            return any(isinstance(recorded.item, LocalNetwork) for recorded in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBatch(Recorded):
    """Packets, with the time of the first of them."""

    item: Batch


def _read_sidecar(path: Path, replay: Replay) -> Generator[Recorded]:
    """Give what a sidecar tells; a last line without its line break was never written to its end."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_LIMIT_BYTES):
            number += 1
            if not line.endswith(b"\n") and len(line) < LINE_LIMIT_BYTES:
                replay.is_damaged = True
                return
            try:
                time, knowledge = _read_line(line, is_first=number == 1)
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error
            if knowledge is not None:
                yield Recorded(time=time, item=knowledge)


def _read_line(line: bytes, *, is_first: bool) -> tuple[float, Knowledge | None]:
    if len(line) == LINE_LIMIT_BYTES:
        raise ValueError("the line is too long")
    time, knowledge = decode(line.decode())
    if is_first and knowledge is not None:
        raise ValueError("it does not begin with a header")
    return time, knowledge


def _read_packets(path: Path, replay: Replay) -> Generator[RecordedBatch]:
    """Give the packets of one file in batches of ``SLICE_SECONDS``."""
    handle = FileHandle(path)
    interface = _interface_of(path)
    try:
        while True:
            data, records = handle.read()
            if not records:
                replay.is_damaged = replay.is_damaged or handle.is_damaged
                return
            for part, time in _slices(records):
                yield RecordedBatch(
                    time=time,
                    item=Batch(interface=interface, link_type=handle.link_type, data=data, records=part),
                )
    finally:
        handle.close()


def _read_names(path: Path) -> Generator[Recorded]:
    """Give the packets of one file that may name something. Damage is told by whoever reads all packets."""
    handle = FileHandle(path, filter_for=names_filter)
    interface = _interface_of(path)
    try:
        while True:
            data, records = handle.read()
            if not records:
                return
            for part, time in _slices(records):
                batch = Batch(interface=interface, link_type=handle.link_type, data=data, records=part)
                yield Recorded(time=time, item=NamePackets(batch=batch))
    finally:
        handle.close()


def _interface_of(path: Path) -> str:
    """Take the interface from the name that ``Recorder`` gave the file; for other files their stem stands for it."""
    name = unquote(path.stem.split("+", 1)[0])
    return name if name and name.isprintable() else "file"


def _slices(records: bytes) -> Generator[tuple[bytes, float]]:
    """Cut records where their time leaves the slice of the one before; give each part and its first time.

    The parts keep their offsets: their batches share one ``data``.
    """
    view = memoryview(records).cast("I")
    begins = [0]
    if _slice_of(view[0], view[1]) != _slice_of(view[-4], view[-3]):
        slices = list(map(_slice_of, view[0::4].tolist(), view[1::4].tolist()))
        begins += [index for index, (before, here) in enumerate(pairwise(slices), 1) if before != here]
    for begin, end in pairwise((*begins, len(view) // 4)):
        time = view[4 * begin] + view[4 * begin + 1] / 1e6
        yield records[RECORD_BYTES * begin : RECORD_BYTES * end], time


def _slice_of(seconds: int, microseconds: int) -> int:
    """Number a time by the ``SLICE_SECONDS`` since 1970."""
    return seconds * 20 + microseconds // 50_000


def _shifted(item: RecordedItem, seconds: int) -> RecordedItem:
    """Move what has a time to later; the start time of a process stays."""
    if isinstance(item, NamePackets):
        return NamePackets(batch=_shifted_batch(item.batch, seconds))
    if isinstance(item, Batch):
        return _shifted_batch(item, seconds)
    if isinstance(item, HostsFact):
        return replace(item, time=item.time + seconds)
    if isinstance(item, SocketScan):
        return replace(item, start_time=item.start_time + seconds)
    if isinstance(item, ToldOwners):
        return replace(item, rows=tuple(replace(row, start_time=row.start_time + seconds) for row in item.rows))
    return item


def _shifted_batch(batch: Batch, seconds: int) -> Batch:
    records = array("I", batch.records)
    records[0::4] = array("I", [min(second + seconds, 0xFFFFFFFF) for second in records[0::4]])
    return replace(batch, records=records.tobytes())
