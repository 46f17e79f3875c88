"""What the gate costs, how many it serves, and what frozen and stalled readers do to the others."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.table import Row
from tests.support.gate_load import STARTER

SECONDS = 10.0
SNAPSHOT_BYTES = 320_000  # of 2,000 rows
SMALL_BYTES = 4_000
MEGABYTE = 1_000_000


class Program:
    """One end of the load."""

    def __init__(self, *words: str | int | Path) -> None:
        command = [sys.executable, "-m", "tests.support.gate_load", *map(str, words)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        """Wait for the next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self) -> tuple[float, int, int]:
        """Give CPU seconds, bytes of memory and streams of a server."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        seconds, pss, streams = json.loads(self.line())
        return seconds, pss, streams

    def end(self) -> str:
        """End it; give its last line."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        last = self.line()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return last


@contextmanager
def serving(byte_count: int) -> Generator[tuple[Program, Path]]:
    """Serve in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="netmon-gate-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        path = Path(name) / "run" / "l.sock"
        server = Program("serve", path, byte_count)
        assert server.line() == "up"
        try:
            yield server, path
        finally:
            server.end()


def measure() -> list[Row]:
    """Give the rows of the table."""
    return [*_cost(), *_many(), *_frozen()]


def _cost() -> list[Row]:
    """CPU of the server with 40 readers, through the gate and past it."""
    loads: list[float] = []
    for is_direct in (True, False):
        with serving(SNAPSHOT_BYTES) as (server, path):
            private = next((path.parent / f".{path.name}.d").glob("grpc*"))
            reader = Program("read", private if is_direct else path, 0, 40)
            assert reader.line() == "reading"
            before, begun = server.ask()[0], time.monotonic()
            time.sleep(SECONDS)
            loads.append(100 * (server.ask()[0] - before) / (time.monotonic() - begun))
            reader.end()
    direct, gated = loads
    return [
        ("CPU of 40 readers of 0.32 MB a second past the gate (% of a core)", direct, None, None),
        ("the same through the gate (% of a core)", gated, None, None),
        ("what the gate costs (% of a core)", gated - direct, None, None),
    ]


def _many() -> list[Row]:
    """1,024 readers: root, who started it, and 14 strangers, 64 each."""
    uids = (0, STARTER, *range(STARTER + 1, STARTER + 15))
    with serving(SMALL_BYTES) as (server, path):
        readers = [Program("read", path, uid, 64) for uid in uids]
        assert [reader.line() for reader in readers] == ["reading"] * len(uids)
        time.sleep(SECONDS)
        _, pss, streams = server.ask()
        least = min(json.loads(reader.end())[0] for reader in readers)
    return [
        ("streams of 16 users", streams, None, None),
        ("memory of their server (MB, PSS)", pss / MEGABYTE, 100.0, None),
        (f"messages that the least served of them got in {SECONDS:.0f} s at least", least, None, None),
    ]


def _frozen() -> list[Row]:
    """20 good readers beside 5 that stall, with their programs alive, and 5 whose program is stopped."""
    with serving(SNAPSHOT_BYTES) as (server, path), ExitStack() as stopped:
        good = Program("read", path, 0, 20)
        bad = [Program(doing, path, STARTER + number, 5) for number, doing in enumerate(("stall", "read"), 1)]
        assert [each.line() for each in (good, *bad)] == ["reading"] * 3
        for each in bad:
            stopped.callback(each.process.wait)
            stopped.callback(each.process.kill)
        bad[1].process.send_signal(signal.SIGSTOP)
        time.sleep(4 * SECONDS)
        streams = server.ask()[2]
        least, late = json.loads(good.end())
    late.sort()
    return [
        (
            "99 % of messages of 20 good ones within (ms)",
            1000 * late[-len(late) // 100],
            50.0,
            None,
        ),
        ("half of them came within (ms)", 1000 * late[len(late) // 2], None, None),
        (f"messages that the least served of the 20 got in {4 * SECONDS:.0f} s at least", least, None, None),
        ("streams that are left after 40 s: the good ones and those that stall", streams, None, None),
    ]
