"""The units as systemd would find them, and its judgement of them."""

import re
import subprocess
from pathlib import Path

from tests.support.source_tree import ROOT

UNITS = sorted(ROOT.glob("*/service/*.service"))


def staged_units(folder: Path) -> Path:
    """Give a folder with the units, which start programs that are there: systemd looks for them."""
    for unit in UNITS:
        text = unit.read_text().replace("@LIBRARY@", str(folder))
        (folder / unit.name).write_text(text)
        program = Path(re.findall(r"^ExecStart=(\S+)$", text, re.MULTILINE)[0])
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return folder


def exposure(unit: Path) -> float:
    """Give how much of a machine a unit is exposed to, from 0 to 10, by systemd-analyze(1)."""
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", unit]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return float(re.findall(r"Overall exposure level for \S+: ([0-9.]+)", text)[0])
