"""Numbers as people read and type them. One file of vectors (tests/vectors/units.json) holds for every language.

Halves are rounded up, not to even, because that is what can be written the same way in JavaScript.
"""

import math
import re
from typing import Final, Literal

ByteUnits = Literal["si", "iec"]
RateUnits = Literal["si", "iec", "bit"]

_SI: Final = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_IEC: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_BITS: Final = ("bit", "kbit", "Mbit", "Gbit", "Tbit", "Pbit", "Ebit")

_NUMBER: Final = r"(\d+(?:\.\d+)?|\.\d+)"
_SIZE: Final = re.compile(_NUMBER + r"\s?([kmgtp]?)(i?)(b?)", re.IGNORECASE | re.ASCII)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DURATION: Final = re.compile(_NUMBER + r"\s?(ms|s|m|h|d|w)", re.IGNORECASE | re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def format_bytes(count: float, units: ByteUnits = "si") -> str:
    """Give a size with three significant digits: ``12.3 kB``, with "iec" ``12.1 KiB``."""
    return _scaled(count, *((1024, _IEC) if units == "iec" else (1000, _SI)))


def format_rate(bytes_per_second: float, units: RateUnits = "si") -> str:
    """Give a rate with three significant digits: ``12.3 kB/s``, ``12.1 KiB/s`` or ``98.7 kbit/s``."""
    if units == "bit":
        return _scaled(bytes_per_second * 8, 1000, _BITS) + "/s"
    return format_bytes(bytes_per_second, units) + "/s"


def format_age(seconds: float) -> str:
    """Give a length of time in its two largest parts: ``43s``, ``5m23``, ``3h07``, ``2d4h``. Never rounded up."""
    whole = max(0, math.floor(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02d}"
    if whole < _DAY:
        return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02d}"
    return f"{whole // _DAY}d{whole % _DAY // _HOUR}h"


def format_count(count: int) -> str:
    """Give a number of things in full: ``12,340``."""
    return f"{count:,}"


def parse_size(text: str) -> float:
    """Read bytes: ``100k``, ``1G``, ``5GB`` (base 10), ``10MiB`` (base 2). Raise ValueError for anything else."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        raise ValueError(f'"{text}" is no size (such as 100k, 5GB or 10MiB)')
    base = 1024 if found[3] else 1000
    return float(found[1]) * base ** _POWERS[found[2].lower()]


def parse_duration(text: str) -> float:
    """Read seconds: ``500ms``, ``30s``, ``10m``, ``2h``, ``7d``, ``2w``, also in a row (``1h30m``).

    Raise ValueError for anything else.
    """
    rest = text.strip()
    seconds = 0.0
    position = 0
    while found := _DURATION.match(rest, position):
        seconds += float(found[1]) * _SECONDS[found[2].lower()]
        position = found.end()
    if position == 0 or position != len(rest):
        raise ValueError(f'"{text}" is no length of time (such as 30s, 10m or 2h)')
    return seconds


def _scaled(value: float, base: int, names: tuple[str, ...]) -> str:
    """Give the value in the smallest unit that needs at most three digits before the point."""
    sign = "-" if value < 0 else ""
    value = abs(value)
    power = 0
    while value >= 999.5 and power < len(names) - 1:
        value /= base
        power += 1
    digits = 0 if power == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    scale = 10**digits
    return f"{sign}{math.floor(value * scale + 0.5) / scale:.{digits}f} {names[power]}"
