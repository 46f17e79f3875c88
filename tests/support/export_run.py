"""An export as people run it: a whole recorder, the command line beside it, and the memory that both took at most."""

import gzip
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.recorder_process import recorder

_CLI = str(Path(sys.executable).with_name("netmon-cli"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRun:
    """``line_count``: of the file, its headings included; the peaks are resident bytes, of the recorder and the CLI."""

    line_count: int
    file_bytes: int
    seconds: float
    recorder_before_bytes: int
    recorder_bytes: int
    cli_bytes: int


def run_export(folder: Path, since: str, until: str) -> ExportRun:
    """Export the minutes of ``history.db`` in a folder as CSV with gzip. Times as the command line takes them."""
    target = folder / "rows.csv.gz"
    with recorder(folder, "/nowhere/collector.sock") as kept:
        before = _peak_bytes(kept.pid)
        environment = {**os.environ, "NETMON_RECORDER_SOCKET": kept.socket}
        command = [_CLI, "export", "--by", "minute", "--from", since, "--to", until, "-O", str(target)]
        begun = time.monotonic()
        export = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert export.stderr is not None
        cli_peak = _peak_until_end(export.pid)
        said = export.stderr.read()
        _, status = os.waitpid(export.pid, 0)
        export.returncode = os.waitstatus_to_exitcode(status)
        export.stderr.close()
        assert export.returncode == 0, said
        seconds = time.monotonic() - begun
        peak = _peak_bytes(kept.pid)
    with gzip.open(target, "rt") as lines:
        count = sum(1 for _ in lines)
    return ExportRun(
        line_count=count,
        file_bytes=target.stat().st_size,
        seconds=seconds,
        recorder_before_bytes=before,
        recorder_bytes=peak,
        cli_bytes=cli_peak,
    )


def _peak_until_end(pid: int) -> int:
    """Look again and again. What wait4(2) tells of a child holds its parent's size too, from before exec(2)."""
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        try:
            peak = max(peak, _peak_bytes(pid))
        except AssertionError:
            break  # it has let go of its memory, and ends
        time.sleep(0.02)
    return peak


def _peak_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError
