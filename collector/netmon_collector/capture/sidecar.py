"""The sidecar of a recording: what the host knew, one timed JSON line each.

Every line has ``type`` and ``time`` (Unix seconds). The first is the header::

    {"type": "header", "schema": "netmon.sidecar.v1", "time": 1767225600.0}
    {"type": "addresses", "time": …, "addresses": [{"interface", "address", "prefix_length", "broadcast"}], "macs": […]}
    {"type": "processes", "time": …, "rows": [a netmon.model.Process without its empty fields, …]}
    {"type": "sockets", "time": …, "start_time", "is_complete", "sees_all_users", "protocols", "rows": […]}
    {"type": "owners", "time": …, "rows": [whose single connections are, …], "processes": […]}
    {"type": "hosts", "time": …, "rows": [{"address", "names"}, all of the hosts file, …]}

Addresses are text, enumerations are lower-case names, and fields that hold their default are left out. Lines come from
files that anybody may have written: each value is checked, and what does not fit is a ``ValueError``.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from ipaddress import ip_address
from types import NoneType
from typing import get_args, get_type_hints

from netmon.model import ConnectionState, Process, Protocol
from netmon_collector.capture import json_fields as take
from netmon_collector.capture.json_fields import Json
from netmon_collector.capture.told_hosts import decode_hosts, encode_hosts
from netmon_collector.capture.told_owners import ToldOwners, decode_owner, encode_owner
from netmon_collector.capture.tunnel_fields import decode_tunnels, encode_tunnels
from netmon_collector.core.name_facts import HostsFact
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.sockets import LocalAddress, LocalNetwork, PacketSocketRow, SocketRow, SocketScan

SCHEMA = "netmon.sidecar.v1"

_NO_STATE = ConnectionState.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """Processes as they were listed at one time."""

    rows: tuple[Process, ...]


Knowledge = LocalNetwork | Processes | SocketScan | ToldOwners | HostsFact


def header_line(time: float) -> str:
    """Give the first line of a sidecar."""
    return _line({"type": "header", "schema": SCHEMA, "time": time})


def encode(knowledge: Knowledge, time: float) -> str:
    """Give the line for ``knowledge``, with its line break."""
    if isinstance(knowledge, LocalNetwork):
        return _line(
            {
                "type": "addresses",
                "time": time,
                "addresses": [_encode_address(local) for local in knowledge.addresses],
                "macs": sorted(mac.hex(":") for mac in knowledge.macs),
                **encode_tunnels(knowledge),
            }
        )
    if isinstance(knowledge, Processes):
        return _line({"type": "processes", "time": time, "rows": [_encode_process(row) for row in knowledge.rows]})
    if isinstance(knowledge, HostsFact):
        return _line({"type": "hosts", "time": time, "rows": encode_hosts(knowledge)})
    if isinstance(knowledge, ToldOwners):
        return _line(
            {
                "type": "owners",
                "time": time,
                "rows": [encode_owner(row) for row in knowledge.rows],
                "processes": [_encode_process(row) for row in knowledge.processes],
            }
        )
    return _line(
        {
            "type": "sockets",
            "time": time,
            "start_time": knowledge.start_time,
            "is_complete": knowledge.is_complete,
            "sees_all_users": knowledge.sees_all_users,
            "protocols": sorted(protocol.name.lower() for protocol in knowledge.protocols),
            "rows": [_encode_socket(row) for row in knowledge.rows],
            **_packet_sockets(knowledge),
        }
    )


def decode(line: str) -> tuple[float, Knowledge | None]:
    """Read one line: its time and what it says; None for the header.

    ``ValueError`` for everything that ``encode`` and ``header_line`` would not have written.
    """
    try:
        # A number with very many digits or a deep nesting is a ValueError or RecursionError of the parser.
        values: object = json.loads(line, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    entry = take.mapping(values)
    time = take.number(entry, "time")
    decoder = _DECODERS.get(take.text(entry, "type"))
    if decoder is None:
        raise ValueError("unknown type")
    return time, decoder(entry)


def _line(values: Json) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


# --- Writing ---------------------------------------------------------------------------------


def _encode_address(local: LocalAddress) -> Json:
    values: dict[str, object] = {
        "interface": local.interface,
        "address": str(ip_address(local.address)),
        "prefix_length": local.prefix_length,
    }
    if local.broadcast:
        values["broadcast"] = str(ip_address(local.broadcast))
    return values


def _encode_process(process: Process) -> Json:
    return {
        field.name: getattr(process, field.name)
        for field in fields(process)
        if field.default is MISSING or getattr(process, field.name) != field.default
    }


def _encode_socket(row: SocketRow) -> Json:
    values: dict[str, object] = {
        "protocol": row.protocol.name.lower(),
        "local_address": str(ip_address(row.local_address)),
    }
    if row.local_port != NO_PORT:
        values["local_port"] = row.local_port
    if row.remote_address is not None:
        values["remote_address"] = str(ip_address(row.remote_address))
        values["remote_port"] = row.remote_port
    if row.ip_protocol:
        values["ip_protocol"] = row.ip_protocol
    if row.is_raw:
        values["is_raw"] = True
    if row.state is not ConnectionState.UNSPECIFIED:
        values["state"] = row.state.name.lower()
    if row.process_id:
        values["process_id"] = row.process_id
    if row.holder_ids:
        values["holder_ids"] = list(row.holder_ids)
    return values


def _packet_sockets(scan: SocketScan) -> Json:
    rows: list[Json] = []
    for row in scan.packet_sockets:
        values: dict[str, object] = {"interface": row.interface}
        if row.process_id:
            values["process_id"] = row.process_id
        if row.holder_ids:
            values["holder_ids"] = list(row.holder_ids)
        rows.append(values)
    found: dict[str, object] = {"packet_sockets": rows} if rows else {}
    if scan.tun_holder_ids:
        found["tun_holder_ids"] = sorted(scan.tun_holder_ids)
    if scan.is_forwarding:
        found["is_forwarding"] = True
    return found


# --- Reading ---------------------------------------------------------------------------------


def _decode_header(entry: Json) -> None:
    if take.text(entry, "schema") != SCHEMA:
        raise ValueError(f"this version reads {SCHEMA} only")


def _decode_addresses(entry: Json) -> LocalNetwork:
    return LocalNetwork(
        addresses=tuple(_decode_address(take.mapping(item)) for item in take.list_of(entry, "addresses")),
        macs=frozenset(_mac(item) for item in take.list_of(entry, "macs")),
        tunnels=decode_tunnels(entry),
        inside=frozenset(take.texts(entry, "inside")),
    )


def _decode_address(entry: Json) -> LocalAddress:
    address = take.address(entry, "address")
    broadcast = take.address(entry, "broadcast") if "broadcast" in entry else b""
    if broadcast and len(broadcast) != len(address):
        raise ValueError("address and broadcast are of different families")
    return LocalAddress(
        interface=take.text(entry, "interface"),
        address=address,
        prefix_length=take.integer(entry, "prefix_length", maximum=8 * len(address)),
        broadcast=broadcast,
    )


def _decode_processes(entry: Json) -> Processes:
    return Processes(rows=tuple(_decode_process(take.mapping(item)) for item in take.list_of(entry, "rows")))


def _decode_process(entry: Json) -> Process:
    values: dict[str, object] = {}
    for name, is_required, read in _PROCESS_FIELDS:
        if is_required or name in entry:
            values[name] = read(entry, name)
    return Process(**values)  # pyright: ignore[reportArgumentType]  # each value was read by its field's own type


def _decode_sockets(entry: Json) -> SocketScan:
    protocols = [take.check_text(item) for item in take.list_of(entry, "protocols")]
    packets = take.list_of(entry, "packet_sockets") if "packet_sockets" in entry else ()
    return SocketScan(
        rows=tuple(_decode_socket(take.mapping(item)) for item in take.list_of(entry, "rows")),
        start_time=take.number(entry, "start_time"),
        is_complete=take.boolean(entry, "is_complete"),
        sees_all_users=take.boolean(entry, "sees_all_users"),
        protocols=frozenset(take.member(Protocol, name) for name in protocols),
        packet_sockets=tuple(_decode_packet_socket(take.mapping(item)) for item in packets),
        tun_holder_ids=frozenset(take.texts(entry, "tun_holder_ids")),
        is_forwarding="is_forwarding" in entry and take.boolean(entry, "is_forwarding"),
    )


def _decode_packet_socket(entry: Json) -> PacketSocketRow:
    return PacketSocketRow(
        interface=take.text(entry, "interface"),
        process_id=take.text(entry, "process_id") if "process_id" in entry else "",
        holder_ids=take.texts(entry, "holder_ids"),
    )


def _decode_socket(entry: Json) -> SocketRow:
    has_remote = "remote_address" in entry
    return SocketRow(
        protocol=take.member(Protocol, take.text(entry, "protocol")),
        local_address=take.address(entry, "local_address"),
        local_port=take.integer(entry, "local_port", maximum=0xFFFF) if "local_port" in entry else NO_PORT,
        remote_address=take.address(entry, "remote_address") if has_remote else None,
        remote_port=take.integer(entry, "remote_port", maximum=0xFFFF) if has_remote else 0,
        state=take.member(ConnectionState, take.text(entry, "state"))
        if "state" in entry
        else ConnectionState.UNSPECIFIED,
        process_id=take.text(entry, "process_id") if "process_id" in entry else "",
        holder_ids=take.texts(entry, "holder_ids"),
        ip_protocol=take.integer(entry, "ip_protocol", maximum=0xFF) if "ip_protocol" in entry else 0,
        is_raw="is_raw" in entry and take.boolean(entry, "is_raw"),
    )


def _decode_owners(entry: Json) -> ToldOwners:
    return ToldOwners(
        rows=tuple(decode_owner(take.mapping(item)) for item in take.list_of(entry, "rows")),
        processes=tuple(_decode_process(take.mapping(item)) for item in take.list_of(entry, "processes")),
    )


_DECODERS: Mapping[str, Callable[[Json], Knowledge | None]] = {
    "header": _decode_header,
    "addresses": _decode_addresses,
    "processes": _decode_processes,
    "sockets": _decode_sockets,
    "owners": _decode_owners,
    "hosts": decode_hosts,
}


def _mac(value: object) -> bytes:
    text = take.check_text(value)
    mac = bytes.fromhex(text.replace(":", ""))
    if len(mac) != 6:
        raise ValueError("macs: 6 bytes are expected")
    return mac


def _process_fields() -> tuple[tuple[str, bool, Callable[[Json, str], object]], ...]:
    """Give name, whether it must be there, and reader of each field of ``Process``, so that new ones need no work."""
    readers: dict[object, Callable[[Json, str], object]] = {str: take.text, int: take.integer, float: take.number}
    hints = get_type_hints(Process)
    found: list[tuple[str, bool, Callable[[Json, str], object]]] = []
    for field in fields(Process):
        plain = next((kind for kind in get_args(hints[field.name]) if kind is not NoneType), hints[field.name])
        found.append((field.name, field.default is MISSING, readers[plain]))
    return tuple(found)


_PROCESS_FIELDS = _process_fields()
