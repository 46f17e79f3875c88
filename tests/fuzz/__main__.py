"""``python -m tests.fuzz --seconds 60 [TARGET]``: each target so long; 1 where something came out that may not.

Inputs that reach new branches are kept in a folder of their own, whose name is printed, together with what broke a
target (``crash-…``). What is worth keeping goes to ``tests/fuzz/corpus/TARGET``, where every run of the tests reads it.
"""

import argparse
import importlib.util
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.targets import CORPUS, TARGETS

MOST_MEGABYTES = 512
MOST_SECONDS_AN_INPUT = 2
_DONE = re.compile(r"Done (\d+) runs in")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", choices=tuple(TARGETS), help="which one (default all)")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="where inputs are kept (default: a new folder)")
    given = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("atheris is missing: uv pip install --group fuzz\n")
        return 1
    keep: Path = given.keep or Path(tempfile.mkdtemp(prefix="netmon-fuzz-"))
    sys.stdout.write(f"inputs: {keep}\n{'target':10} {'runs':>10} {'runs/CPU s':>11} {'least':>8}\n")
    names = (given.target,) if given.target else tuple(TARGETS)
    return max([fuzz(name, keep / name, given.seconds) for name in names])


def fuzz(name: str, folder: Path, seconds: int) -> int:
    """Fuzz one target from its corpus on; print its figures, and what libFuzzer says where it found something."""
    target = TARGETS[name]
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((CORPUS / name).glob("*.bin")):
        (folder / path.stem).write_bytes(target.seed(path))
    flags = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-timeout={MOST_SECONDS_AN_INPUT}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    before = _children_cpu_seconds()
    command = [sys.executable, "-m", "tests.fuzz.fuzzer", name, str(folder), *flags]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    spent = _children_cpu_seconds() - before
    told = ran.stdout + ran.stderr
    done = _DONE.search(told)
    runs = int(done[1]) if done else 0
    sys.stdout.write(f"{name:10} {runs:10,} {runs / max(spent, 0.1):11,.0f} {target.least_per_second:8,}\n")
    if ran.returncode:
        lines = [line for line in told.splitlines() if not line.startswith(("INFO: ", "WARNING: ", "#", "stat::"))]
        sys.stdout.write("\n".join(lines[-60:]) + "\n")
    sys.stdout.flush()
    return 1 if ran.returncode else 0


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
