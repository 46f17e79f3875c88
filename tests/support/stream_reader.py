"""``netmon-cli stream`` as a script uses it: its rows and what it says, as they come."""

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.line_reader import LineReader
from tests.support.stage import GROUP_ID, as_nobody

CLI = str(Path(sys.executable).with_name("netmon-cli"))
STREAM = ("stream", "connections", "-o", "jsonl", "--per-row", "-i", "1s")

RowKey = tuple[str, str | None, str | None]
"""Protocol, local and remote end as the stream writes them."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """All rows of one pair of endpoints together; a port that is used again has more than one."""

    sent: int = 0
    received: int = 0
    pids: set[int | None] = field(default_factory=set[int | None])
    states: set[str | None] = field(default_factory=set[str | None])
    directions: set[str | None] = field(default_factory=set[str | None])
    methods: set[str | None] = field(default_factory=set[str | None])


class StreamReader:
    """Holds the newest line of every row, and all other lines with the time when they came."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.talk: list[str] = []
        self.notes: list[dict[str, Any]] = []
        self.sequences: defaultdict[str, list[int]] = defaultdict(list)
        self.first_row_times: dict[str, float] = {}
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._readers = (LineReader(process.stdout, self._take), LineReader(process.stderr, self.talk.append))

    def rows(self) -> list[dict[str, Any]]:
        """Give the newest line of each row so far."""
        with self._lock:
            return list(self._rows.values())

    def seen(self) -> dict[RowKey, Seen]:
        """Give the rows by their endpoints."""
        found: defaultdict[RowKey, Seen] = defaultdict(Seen)
        for row in self.rows():
            one = found[row["protocol"], row["local"], row["remote"]]
            one.sent += row["sent_bytes"]
            one.received += row["received_bytes"]
            one.pids.add(row["pid"])
            one.states.add(row["state"])
            one.directions.add(row["direction"])
            one.methods.add(row["owner_method"])
        return dict(found)

    @property
    def newest_sequence(self) -> int:
        """Sequence of the newest snapshot of the newest instance; 0 before the first."""
        with self._lock:
            return next(reversed(self.sequences.values()))[-1] if self.sequences else 0

    def wait_for_end(self, seconds: float) -> int:
        """Wait until all output is read; give the exit code."""
        code = self.process.wait(seconds)
        assert all(reader.wait_for_end(seconds) for reader in self._readers)
        return code

    def _take(self, line: str) -> None:
        content = json.loads(line)
        if content["type"] != "connection":
            self.notes.append(content)
            return
        with self._lock:
            instance = content["instance_id"]
            self._rows[instance, content["id"]] = content
            self.first_row_times.setdefault(instance, time.monotonic())
            numbers = self.sequences[instance]
            if not numbers or numbers[-1] != content["sequence"]:
                numbers.append(content["sequence"])


@contextmanager
def stream_as_nobody(socket: str, *flags: str) -> Generator[StreamReader]:
    """Run ``netmon-cli stream connections`` as an ordinary user with access; killed at the end if it still runs."""
    command = as_nobody(cli_command(socket, *STREAM, *flags))
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    reader = StreamReader(process)
    try:
        yield reader
    finally:
        if process.poll() is None:
            process.kill()
        reader.wait_for_end(30)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def cli_command(socket: str, *arguments: str) -> list[str]:
    """Give the command line of ``netmon-cli``."""
    return [CLI, "--socket", socket, *arguments]


def cli_as_nobody(
    socket: str, *arguments: str, groups: tuple[int, ...] = (GROUP_ID,)
) -> subprocess.CompletedProcess[str]:
    """Run one command of ``netmon-cli`` as an ordinary user, with access unless ``groups`` says otherwise."""
    command = as_nobody(cli_command(socket, *arguments), groups=groups)
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
