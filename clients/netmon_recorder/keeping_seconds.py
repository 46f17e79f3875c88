"""Whether raw seconds are kept: as it was said, else where there is room for them and no battery to spare."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOUR_SECONDS: Final = 3600
USUAL_HOURS: Final = 3.0
LONGEST_HOURS: Final = 72.0
PLENTY_BYTES: Final = 20 * 10**9
"""Free bytes of the disk from which on seconds are kept: three hours of 50 rows a second are 22 MB."""

POWER_SUPPLIES: Final = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondsChoice:
    """How long seconds are kept, 0: they are not; and why, in words."""

    seconds: int
    reason: str


def choose_seconds(hours: float | None, database: Path, power_supplies: Path = POWER_SUPPLIES) -> SecondsChoice:
    """Choose once, as the recorder starts. ``hours`` None: nothing was said."""
    if hours is not None:
        return SecondsChoice(seconds=round(hours * HOUR_SECONDS), reason=f"{_kept(hours)}, as --keep-seconds says")
    free = _free_bytes(database)
    room = f"{free / 1e9:,.0f} GB free on the disk"
    if free < PLENTY_BYTES:
        return SecondsChoice(seconds=0, reason=f"not kept: {room}, less than {PLENTY_BYTES / 1e9:.0f} GB")
    if is_on_battery(power_supplies):
        return SecondsChoice(seconds=0, reason="not kept: the machine ran on its battery as the recorder started")
    reason = f"{_kept(USUAL_HOURS)}: {room}, and the machine is not on battery"
    return SecondsChoice(seconds=round(USUAL_HOURS * HOUR_SECONDS), reason=reason)


def is_on_battery(power_supplies: Path = POWER_SUPPLIES) -> bool:
    """Tell whether a battery of the machine gives power now; where that cannot be read there is none.

    A mouse's or a headset's battery has ``scope`` "Device" (Linux, Documentation/ABI/testing/sysfs-class-power).
    """
    try:
        supplies = sorted(power_supplies.iterdir())
    except OSError:
        return False
    return any(
        _word(supply / "type") == "Battery"
        and _word(supply / "scope") != "Device"
        and _word(supply / "status") == "Discharging"
        for supply in supplies
    )


def _kept(hours: float) -> str:
    return f"kept for {hours:g} h" if hours else "not kept"


def _free_bytes(database: Path) -> int:
    """Give what is free where the database lies, or will lie: its directory may not be made yet, or be closed to us."""
    for folder in database.absolute().parents:
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return 0


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
