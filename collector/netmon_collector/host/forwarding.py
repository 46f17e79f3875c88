"""Whether this machine passes packets on between networks: then others' may be those of its containers."""

from pathlib import Path
from typing import Final

__all__ = ["passes_packets"]

_SWITCHES: Final = ("ipv4/ip_forward", "ipv6/conf/all/forwarding")


def passes_packets(place: Path = Path("/proc/sys/net")) -> bool:
    """Say whether forwarding is on in this network namespace, for IPv4 or IPv6 (ip-sysctl.rst)."""
    return any(_is_on(place / switch) for switch in _SWITCHES)


def _is_on(switch: Path) -> bool:
    try:
        return switch.read_text().strip() != "0"
    except OSError:
        return False  # no such protocol here
