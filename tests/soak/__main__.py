"""``python -m tests.soak --hours 24``: everything under churn for so long; 1 where something grew or went wrong."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.run import Outcome, soak
from tests.soak.samples import MEGABYTE, MOST_SLOPE_MEGABYTES


def main() -> int:
    """Run one soak and print what it showed."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--per-second", type=float, default=10.0, help="new connections a second")
    parser.add_argument("--csv", type=Path, help="where the samples go (default: a new file, whose name is printed)")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.stderr.write("a soak makes network namespaces: run it as root\n")
        return 1
    path: Path = given.csv or Path(tempfile.mkdtemp(prefix="netmon-soak-")) / "samples.csv"
    sys.stdout.write(f"samples: {path}\n")
    begun = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - begun:8.0f} s  {line}\n")
        sys.stdout.flush()

    outcome = soak(given.hours * 3_600, path, connections_per_second=given.per_second, say=say)
    sys.stdout.write(report(outcome))
    return 0 if is_clean(outcome) else 1


def is_clean(outcome: Outcome) -> bool:
    """Whether nothing grew, nothing was left open and nothing went wrong."""
    is_back = all(outcome.after[name].is_within(before) for name, before in outcome.before.items())
    return is_back and not outcome.wrong and all(each.is_flat for each in outcome.verdicts)


def report(outcome: Outcome) -> str:
    """Give the figures as text."""
    heads = ("RSS MB/h", "own MB/h", "first MB", "last MB", "fd", "threads", "CPU %")
    lines = [f"{'':10} {heads[0]:>12} {heads[1]:>12}" + "".join(f" {head:>9}" for head in heads[2:])]
    for each in outcome.verdicts:
        name = each.program
        slopes = [str(slope or "-") for slope in (each.slope, each.anonymous_slope)]
        sizes = [each.first_rss_bytes / MEGABYTE, each.last_rss_bytes / MEGABYTE]
        before, after = outcome.before[name], outcome.after[name]
        held = [f"{before.descriptors}>{after.descriptors}", f"{before.threads}>{after.threads}"]
        lines.append(
            f"{name:10} {slopes[0]:>12} {slopes[1]:>12} {sizes[0]:9.1f} {sizes[1]:9.1f} {held[0]:>9} {held[1]:>9}"
            f" {outcome.cpu_percent[name]:9.1f}"
        )
    lines.append(
        f"own memory (RSS without files and rings) may rise by {MOST_SLOPE_MEGABYTES} MB/h after the first quarter;"
        f" ±: standard error; balanced snapshots: {outcome.balanced_snapshots}"
    )
    lines.append("turns: " + ", ".join(f"{count} {name}" for name, count in outcome.turns.items()))
    lines += outcome.wrong
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
