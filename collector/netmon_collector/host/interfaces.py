"""The machine's interfaces and addresses, as the system lists them now."""

import socket
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import psutil

from netmon.model.text import clean
from netmon_collector.core.interfaces import InterfaceFacts, InterfaceKind
from netmon_collector.core.sockets import LocalAddress, LocalNetwork
from netmon_collector.host import macos
from netmon_collector.host.route_netlink import Link, list_addresses, list_links
from netmon_collector.host.tunnels import tunnels_of

_IFF_UP = 0x1
_IFF_LOOPBACK = 0x8
_ARPHRD_ETHER = 1
_ARPHRD_IEEE80211 = (801, 802, 803)

_KINDS = {
    "veth": InterfaceKind.VETH,
    "bridge": InterfaceKind.BRIDGE,
    "bond": InterfaceKind.BOND,
    "team": InterfaceKind.BOND,
    "dummy": InterfaceKind.DUMMY,
    **dict.fromkeys(("vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"), InterfaceKind.VLAN),
    **dict.fromkeys(
        (
            *("tun", "wireguard", "ipip", "ip6tnl", "sit", "vti", "vti6", "xfrm"),
            *("gre", "gretap", "ip6gre", "ip6gretap", "erspan", "ip6erspan"),
            *("vxlan", "geneve", "gtp", "bareudp", "amt"),
        ),
        InterfaceKind.TUNNEL,
    ),
}
"""Kinds by the name that the driver family gives itself (``rtnl_link_ops.kind``)."""


def list_interfaces() -> tuple[InterfaceFacts, ...]:
    """List all interfaces of this network namespace, in the system's order. Raises ``OSError``."""
    if sys.platform.startswith("linux"):
        return _list_linux()
    return _list_portable()


def local_network(facts: Iterable[InterfaceFacts], inside: frozenset[str] = frozenset()) -> LocalNetwork:
    """Gather addresses, link-layer addresses and tunnels; ``inside`` is what ``core.interfaces.inside_of`` gave."""
    interfaces = tuple(facts)
    return LocalNetwork(
        addresses=tuple(address for fact in interfaces for address in fact.addresses),
        macs=frozenset(fact.mac for fact in interfaces if fact.mac),
        tunnels=tuple(tunnel for fact in interfaces for tunnel in fact.tunnels),
        inside=inside,
    )


def _list_linux() -> tuple[InterfaceFacts, ...]:
    links = tuple(replace(link, name=clean(link.name)) for link in list_links())
    names = {link.index: link.name for link in links}
    addresses = _addresses_by_index(names)
    return tuple(
        InterfaceFacts(
            name=link.name,
            index=link.index,
            is_up=bool(link.flags & _IFF_UP),
            is_loopback=bool(link.flags & _IFF_LOOPBACK),
            kind=kind_of(link),
            master=names.get(link.master_index),
            lower_names=_lower_names(link, links, names),
            mac=link.mac if len(link.mac) == 6 and any(link.mac) else b"",
            addresses=tuple(addresses[link.index]),
            link_megabits_per_second=_speed(link),
            tunnels=tunnels_of([link]),
        )
        for link in links
    )


def _addresses_by_index(names: Mapping[int, str]) -> defaultdict[int, list[LocalAddress]]:
    found: defaultdict[int, list[LocalAddress]] = defaultdict(list)
    for index, own, prefix_length, broadcast in list_addresses():
        row = LocalAddress(
            interface=names.get(index, ""),
            address=own,
            prefix_length=prefix_length,
            broadcast=b"" if broadcast == own else broadcast,
        )
        found[index].append(row)
    return found


def kind_of(link: Link) -> InterfaceKind:
    """Give the kind of a Linux interface. Hardware names no driver family."""
    if link.flags & _IFF_LOOPBACK:
        return InterfaceKind.OTHER
    if not link.kind and link.hardware_type in {_ARPHRD_ETHER, *_ARPHRD_IEEE80211}:
        return InterfaceKind.PHYSICAL
    return _KINDS.get(link.kind, InterfaceKind.OTHER)


def _lower_names(link: Link, links: tuple[Link, ...], names: dict[int, str]) -> tuple[str, ...]:
    members = tuple(other.name for other in links if other.master_index == link.index)
    # IFLA_LINK of a veth is its peer, of a tunnel the interface that it is bound to: neither is below it.
    if kind_of(link) is InterfaceKind.VLAN and link.lower_index in names:
        return (names[link.lower_index], *members)
    return members


def _speed(link: Link) -> int | None:
    if kind_of(link) is not InterfaceKind.PHYSICAL:
        return None
    # EINVAL while the interface is down, and where the driver does not know.
    try:
        speed = int(Path(f"/sys/class/net/{link.name}/speed").read_bytes())
    except (OSError, ValueError):
        return None
    return speed if speed > 0 else None


def _list_portable() -> tuple[InterfaceFacts, ...]:
    stats = psutil.net_if_stats()
    addresses, macs = _list_addresses(set(stats))
    indexes = {name: index for index, name in socket.if_nameindex()}
    return tuple(
        InterfaceFacts(
            name=name,
            index=indexes.get(name, 0),
            is_up=macos.has_flag(stat.flags, "up"),
            is_loopback=macos.has_flag(stat.flags, "loopback"),
            kind=macos.kind_of(name),
            mac=macs.get(name, b""),
            addresses=addresses.get(name, ()),
            link_megabits_per_second=stat.speed or None,
        )
        for name, stat in stats.items()
    )


def _list_addresses(names: set[str]) -> tuple[dict[str, tuple[LocalAddress, ...]], dict[str, bytes]]:
    """Give the IP addresses and the link-layer address of each interface of ``names``."""
    addresses: defaultdict[str, list[LocalAddress]] = defaultdict(list)
    macs: dict[str, bytes] = {}
    for label, listed in psutil.net_if_addrs().items():
        # An address may carry a label such as "eth0:1" in place of its interface's name (netdevice(7)).
        name = label if label in names else label.partition(":")[0]
        for entry in listed:
            if entry.family in {socket.AF_INET, socket.AF_INET6}:
                addresses[name].append(_local_address(name, entry.address, entry.netmask, entry.broadcast))
            elif entry.family == psutil.AF_LINK:
                macs[name] = _mac(entry.address)
    return {name: tuple(found) for name, found in addresses.items()}, macs


def _local_address(name: str, address: str, netmask: str | None, broadcast: str | None) -> LocalAddress:
    packed = _packed(address)
    mask = _packed(netmask) if netmask else b"\xff" * len(packed)
    return LocalAddress(
        interface=name,
        address=packed,
        prefix_length=int.from_bytes(mask, "big").bit_count(),
        broadcast=_broadcast(packed, broadcast),
    )


def _broadcast(address: bytes, text: str | None) -> bytes:
    """Give the broadcast address; nothing where there is none, which psutil tells as the interface's own address."""
    packed = _packed(text) if text and len(address) == 4 else b""
    return b"" if packed == address else packed


def _packed(text: str) -> bytes:
    plain = text.partition("%")[0]
    return socket.inet_pton(socket.AF_INET6 if ":" in plain else socket.AF_INET, plain)


def _mac(text: str) -> bytes:
    """Give 6 bytes; nothing for other lengths (InfiniBand has 20) and for all zeros."""
    raw = bytes.fromhex(text.replace(":", "").replace("-", ""))
    return raw if len(raw) == 6 and any(raw) else b""
