"""How much of a machine the units are exposed to, by systemd-analyze(1): 0 nothing, 10 all of it."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.table import Row
from tests.support.units import UNITS, exposure, staged_units

BUDGETS = {"netmon-collector.service": 2.7, "netmon-recorder.service": 1.0}
PLAIN_ROOT = 9.6
"""Of a unit that has only the line that starts a program."""


def measure() -> Sequence[Row]:
    """Give the exposure of each unit; a row that says so where systemd is not installed."""
    if shutil.which("systemd-analyze") is None:
        return [("not measured: no systemd-analyze", 0, None, None)]
    with tempfile.TemporaryDirectory() as folder:
        units = staged_units(Path(folder))
        found = {unit.name: exposure(units / unit.name) for unit in UNITS}
    return [(f"{name}, of 10", figure, BUDGETS[name], PLAIN_ROOT / figure) for name, figure in found.items()]
