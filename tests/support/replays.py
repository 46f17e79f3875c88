"""Recordings as tests play them: by their path."""

from pathlib import Path

from netmon_collector.capture.recording_files import find_files
from netmon_collector.capture.replay import Replay


def replay_of(path: Path, *, loop: bool = False, with_names: bool = False) -> Replay:
    """Open a recording."""
    return Replay(find_files(path), loop=loop, with_names=with_names)
