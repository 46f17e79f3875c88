"""``/etc/hosts`` (hosts(5)): names that this machine gives to addresses by itself."""

from itertools import islice

from netmon.address import is_unspecified, packed_address
from netmon_collector.names.host_name import host_name

MAX_LINES = 10_000
"""Lines that are read; a list that blocks advertisements may have 200,000 more."""
MAX_NAMES = 16
"""Names that are kept of one address."""
_MAX_LINE_LENGTH = 1_024


def parse_hosts(text: str) -> dict[bytes, tuple[str, ...]]:
    """Give the names of each packed address, in the file's order. Lines that cannot be read are left out.

    The unspecified address is left out too: it blocks a name, and nothing is ever reached there.
    """
    found: dict[bytes, dict[str, None]] = {}
    for line in islice(text.splitlines(), MAX_LINES):
        fields = line[:_MAX_LINE_LENGTH].partition("#")[0].split()
        address = _address(fields[0]) if fields else None
        if address is None or is_unspecified(address):
            continue
        names = found.setdefault(address, {})
        for field in fields[1:]:
            name = host_name(field.encode("utf-8", "replace"))
            if name and len(names) < MAX_NAMES:
                names[name] = None
    return {address: tuple(names) for address, names in found.items() if names}


def _address(text: str) -> bytes | None:
    try:
        return packed_address(text.partition("%")[0])  # a zone (RFC 4007, 11) names an interface, not the address
    except ValueError:
        return None
