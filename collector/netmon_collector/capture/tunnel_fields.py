"""Tunnels as a recording holds them, within the line of addresses."""

from ipaddress import ip_address

from netmon_collector.capture import json_fields as take
from netmon_collector.capture.json_fields import Json
from netmon_collector.core.sockets import LocalNetwork, Tunnel

__all__ = ["decode_tunnels", "encode_tunnels"]


def encode_tunnels(network: LocalNetwork) -> Json:
    """Give the fields of a network's tunnels; none where it has none."""
    values: dict[str, object] = {}
    if network.tunnels:
        values["tunnels"] = [_encode(tunnel) for tunnel in network.tunnels]
    if network.inside:
        values["inside"] = sorted(network.inside)
    return values


def decode_tunnels(entry: Json) -> tuple[Tunnel, ...]:
    """Read them. ``ValueError`` for everything that ``encode_tunnels`` would not have written."""
    if "tunnels" not in entry:
        return ()
    return tuple(_decode(take.mapping(item)) for item in take.list_of(entry, "tunnels"))


def _encode(tunnel: Tunnel) -> Json:
    values: dict[str, object] = {"name": tunnel.name}
    if tunnel.ip_protocol:
        values["ip_protocol"] = tunnel.ip_protocol
    if tunnel.local:
        values["local"] = str(ip_address(tunnel.local))
    if tunnel.remote:
        values["remote"] = str(ip_address(tunnel.remote))
    if tunnel.udp_port:
        values["udp_port"] = tunnel.udp_port
    if tunnel.has_kernel_socket:
        values["has_kernel_socket"] = True
    return values


def _decode(entry: Json) -> Tunnel:
    return Tunnel(
        name=take.text(entry, "name"),
        ip_protocol=take.integer(entry, "ip_protocol", maximum=0xFF) if "ip_protocol" in entry else 0,
        local=take.address(entry, "local") if "local" in entry else b"",
        remote=take.address(entry, "remote") if "remote" in entry else b"",
        udp_port=take.integer(entry, "udp_port", maximum=0xFFFF) if "udp_port" in entry else 0,
        has_kernel_socket="has_kernel_socket" in entry and take.boolean(entry, "has_kernel_socket"),
    )
