"""``python -m tests.bench [NAME]``: one benchmark, or all of them; without root those that make no traffic."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module

from tests.bench.table import Row, table

WITHOUT_ROOT = (
    "packet_cost",
    "names",
    "snapshot",
    "encode",
    "visibility",
    "page_data",
    "dashboard",
    "dashboard_page",
    "history",
    "recorder",
    "services",
)
WITH_ROOT = (
    "capture_live",
    "names_live",
    "idle",
    "desktop",
    "owners",
    "memory",
    "latency",
    "subscribers",
    "flood",
    "gate",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; 1 where what was asked for cannot be run here."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=(*WITHOUT_ROOT, *WITH_ROOT), help="which one (default all)")
    wanted: str | None = parser.parse_args(arguments).name
    if wanted in WITH_ROOT and os.geteuid() != 0:
        print(f"{wanted} makes network namespaces: run it as root", file=sys.stderr)
        return 1
    names = (wanted,) if wanted else WITHOUT_ROOT + (WITH_ROOT if os.geteuid() == 0 else ())
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; comparison: how many times as much the other way takes"
    )
    for name in names:
        begun = time.monotonic()
        measure: Callable[[], Sequence[Row]] = import_module(f"tests.bench.{name}").measure
        rows = measure()
        print(f"\n{table(name, rows)}\n({time.monotonic() - begun:.0f} s)", flush=True)
    if names != (wanted,) and os.geteuid() != 0:
        print(f"\nleft out without root: {', '.join(WITH_ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
