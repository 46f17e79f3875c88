"""The time zone that a machine's or a user's clocks show, by its name in the IANA database."""

import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Final

_LOCALTIME: Final = Path("/etc/localtime")
_PLACES: Final = "/zoneinfo/"
_NO_ZONE: Final = "localtime"
"""Debian's link among the zones to the machine's own: a name that says nothing elsewhere."""


def local_zone_name(environment: Mapping[str, str], localtime: Path = _LOCALTIME) -> str:
    """Give the name of the zone (TZ, else localtime(5), else UTC); empty where it has none that is known here.

    So it is with a TZ that is a rule (``CET-1CEST``), and with an /etc/localtime whose zone no file here holds.
    """
    named = environment.get("TZ", "").removeprefix(":")
    if named:
        return _known(named.rpartition(_PLACES)[2])
    try:
        target = localtime.resolve(strict=True)
        rules = target.read_bytes()
    except FileNotFoundError:
        return "UTC"
    except OSError:
        return ""
    # A link to the zone's file, or a copy of it: of the names that lead to the same rules any will do.
    return _known(str(target).rpartition(_PLACES)[2]) or next(_names_of(rules), "")


def zone_of(name: str) -> tzinfo | None:
    """Give a zone; None, the system's, for one that is not known here."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # what it raises for a folder, or an absolute name
        return None


def _known(name: str) -> str:
    return name if zone_of(name) is not None else ""


def _names_of(rules: bytes) -> Iterator[str]:
    for name in sorted(zoneinfo.available_timezones() - {_NO_ZONE}):
        for place in zoneinfo.TZPATH:
            file = Path(place, name)
            if file.is_file() and file.stat().st_size == len(rules) and file.read_bytes() == rules:
                yield name
