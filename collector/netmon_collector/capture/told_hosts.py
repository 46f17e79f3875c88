"""The hosts file as a recording holds it."""

from ipaddress import ip_address

from netmon_collector.capture import json_fields as take
from netmon_collector.capture.json_fields import Json
from netmon_collector.core.name_facts import HostsFact, HostsRow

__all__ = ["decode_hosts", "encode_hosts"]


def encode_hosts(fact: HostsFact) -> list[Json]:
    """Give the rows; their time is that of the line."""
    return [{"address": str(ip_address(row.address)), "names": list(row.names)} for row in fact.rows]


def decode_hosts(entry: Json) -> HostsFact:
    """Read a line. ``ValueError`` for everything that was not written so."""
    rows = (take.mapping(item) for item in take.list_of(entry, "rows"))
    return HostsFact(
        time=take.number(entry, "time"),
        rows=tuple(HostsRow(address=take.address(row, "address"), names=take.texts(row, "names")) for row in rows),
    )
