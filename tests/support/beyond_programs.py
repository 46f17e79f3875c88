"""The programs of ``beyond_workloads.py`` and ``tunnel_ends.py`` as a test holds them."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.namespaces import Namespace
from tests.support.source_tree import ROOT

_END_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a program wrote down: whole IP packets between two addresses, in bytes."""

    kind: str
    pid: int
    local: str
    remote: str
    sent: int
    received: int


@contextmanager
def going(namespace: Namespace, module: str, kind: str, truth: Path, *given: object) -> Generator[dict[str, Any]]:
    """Run a program from its first line on, which is given; it is told to end at the end."""
    command = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", f"tests.support.{module}", kind, str(truth)]
    with namespace.popen(*command, *(str(one) for one in given), stderr=None) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"{kind} did not begin"
            yield json.loads(line)
            process.communicate(timeout=_END_SECONDS)
        finally:
            _end(process)
    assert process.returncode == 0, f"{kind} exited with {process.returncode}"


def told(truth: Path) -> dict[str, Told]:
    """Give what the programs wrote, by kind."""
    return {one["kind"]: Told(**one) for one in map(json.loads, truth.read_text().splitlines())}


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
