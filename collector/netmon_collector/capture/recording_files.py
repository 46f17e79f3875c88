"""Which files a recording is made of, by their names and sizes: what is in them is not looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from netmon_collector.capture.recording import NAMES_SUFFIX, PCAP_HEADER_BYTES, PCAP_SUFFIX, SIDECAR_NAME

__all__ = ["RecordingFiles", "find_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFiles:
    """Capture files, files of names handles (none: names are read from the capture files), and the sidecar, if any.

    ``is_cut``: a file that breaks off within its header, as a kill or a full disk leaves it, was left out.
    """

    packets: tuple[Path, ...]
    names: tuple[Path, ...] = ()
    sidecar: Path | None = None
    is_cut: bool = False

    @property
    def all(self) -> tuple[Path, ...]:
        """Every one of them."""
        return (*self.packets, *self.names, *(() if self.sidecar is None else (self.sidecar,)))


def find_files(path: Path) -> RecordingFiles:
    """Find what belongs to a recording.

    ``path`` is a capture file, with its sidecar beside it (``STEM.sidecar.jsonl`` or ``netmon.sidecar.jsonl``) or
    without, or a directory of ``Recorder``. A link is followed where it is ``path`` alone: what somebody put beside
    that could lead anywhere. ``OSError`` where it is not there or cannot be entered, ``ValueError`` for a directory
    without a capture file.
    """
    if not path.is_dir():
        path.stat()
        names, is_cut = _whole((path.with_suffix(NAMES_SUFFIX),))
        beside = (path.with_name(path.stem + ".sidecar.jsonl"), path.with_name(SIDECAR_NAME))
        return RecordingFiles(packets=(path,), names=names, sidecar=_first(beside), is_cut=is_cut)
    packets, has_cut_packets = _whole(path.glob("*" + PCAP_SUFFIX))
    names, has_cut_names = _whole(path.glob("*" + NAMES_SUFFIX))
    if not packets:
        raise ValueError(f"{path.name} holds no {PCAP_SUFFIX} file with a whole header")
    return RecordingFiles(
        packets=packets,
        names=names,
        sidecar=_first((path / SIDECAR_NAME,)),
        is_cut=has_cut_packets or has_cut_names,
    )


def _whole(paths: Iterable[Path]) -> tuple[tuple[Path, ...], bool]:
    """Sort files that have a header, and say whether there are others."""
    found = sorted(path for path in paths if _is_file(path))
    whole = tuple(path for path in found if path.stat().st_size >= PCAP_HEADER_BYTES)
    return whole, len(whole) < len(found)


def _first(paths: Iterable[Path]) -> Path | None:
    return next((path for path in paths if _is_file(path)), None)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
