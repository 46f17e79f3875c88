"""Tunnels of this machine: their outer ends as route netlink tells them, and who holds the tun devices."""

import os
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from netmon_collector.core.sockets import Tunnel
from netmon_collector.host.descriptors import list_pids, network_namespace_of
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.route_netlink import Link, list_links

__all__ = ["TunHolders", "tunnels_of"]

WALK_SECONDS: Final = 30.0
"""How often every process is looked into for a tun device, as long as there is one."""

_IFF_UP: Final = 0x1
_PORT: Final = struct.Struct("!H")
_TUN_DEVICE: Final = "/dev/net/tun"
_SWITCHES: Final = frozenset({"bridge", "openvswitch"})


class _Outer(NamedTuple):
    """Where a driver family's attributes tell the outer ends (linux/if_tunnel.h), and the IP protocol between them."""

    ip_protocol: int
    local: int
    remote: int
    told_protocol: int = 0
    """The attribute that tells the protocol where it varies: 0 there is both, IPv4 and IPv6 inside."""


_BY_PROTOCOL: Final = {
    "ipip": _Outer(4, 2, 3),
    "sit": _Outer(41, 2, 3),
    "ip6tnl": _Outer(41, 2, 3, told_protocol=9),
    "gre": _Outer(47, 6, 7),
    "gretap": _Outer(47, 6, 7),
    "erspan": _Outer(47, 6, 7),
    "ip6gre": _Outer(47, 6, 7),
    "ip6gretap": _Outer(47, 6, 7),
    "ip6erspan": _Outer(47, 6, 7),
    "vti": _Outer(50, 4, 5),
    "vti6": _Outer(50, 4, 5),
    "xfrm": _Outer(50, 0, 0),
}
_BY_PORT: Final = {"vxlan": (15, 4789), "geneve": (5, 6081), "bareudp": (1, 0)}
"""The attribute that holds the UDP port (linux/if_link.h), and the port where it is not told."""


def tunnels_of(links: Iterable[Link]) -> tuple[Tunnel, ...]:
    """Give the tunnels that are up, of the kinds whose outer packets the kernel makes."""
    return tuple(tunnel for link in links if link.flags & _IFF_UP for tunnel in _tunnels(link))


def _tunnels(link: Link) -> list[Tunnel]:
    outer = _BY_PROTOCOL.get(link.kind)
    if outer is not None:
        protocols = [outer.ip_protocol]
        if outer.told_protocol:
            told = int.from_bytes(link.data.get(outer.told_protocol, b"")[:1])
            protocols = [told] if told else [4, 41]
        local, remote = (_address(link.data, kind) for kind in (outer.local, outer.remote))
        return [Tunnel(name=link.name, ip_protocol=number, local=local, remote=remote) for number in protocols]
    if link.kind in _BY_PORT:
        kind, usual_port = _BY_PORT[link.kind]
        value = link.data.get(kind, b"")
        port = _PORT.unpack(value)[0] if len(value) == _PORT.size else usual_port
        return [Tunnel(name=link.name, udp_port=port)] if port else []
    return [Tunnel(name=link.name, has_kernel_socket=True)] if link.kind == "wireguard" else []


def _address(data: Mapping[int, bytes], kind: int) -> bytes:
    value = data.get(kind, b"")
    return value if len(value) in {4, 16} and any(value) else b""


class TunHolders:
    """Processes that hold an open tun or tap device, by ``/proc/PID/fdinfo``; looked for only where there is one."""

    def __init__(self, table: ProcessTable, links: Callable[[], tuple[Link, ...]] = list_links) -> None:
        """Name processes from ``table``, whose rounds somebody else begins."""
        self._table = table
        self._links = links
        self._names: frozenset[str] = frozenset()
        self._pids: dict[int, str] = {}
        self._walked_at = float("-inf")

    def find(self, now_wall: float) -> frozenset[str]:
        """Give the ``Process.id`` of who holds a device of this network namespace. Raises ``OSError``."""
        names = _tun_devices(self._links())
        if not names:
            self._names, self._pids = names, {}
            return frozenset()
        if names != self._names or not 0 <= now_wall - self._walked_at < WALK_SECONDS or self._has_ended():
            self._names, self._walked_at = names, now_wall
            ours = network_namespace_of("self")  # a container's device may have the name of one of ours
            pids = [pid for pid in list_pids() if not names.isdisjoint(_tun_names(pid))]
            pids = [pid for pid in pids if network_namespace_of(str(pid)) == ours]
            self._pids = {pid: process.id for pid in pids if (process := self._table.find(pid)) is not None}
        return frozenset(self._pids.values())

    def _has_ended(self) -> bool:
        found = ((self._table.find(pid), key) for pid, key in self._pids.items())
        return any(process is None or process.id != key for process, key in found)


def _tun_devices(links: Sequence[Link]) -> frozenset[str]:
    """Give the names of devices that may be a tunnel's: one on a bridge is a virtual machine's end of a cable."""
    kinds = {link.index: link.kind for link in links}
    return frozenset(
        link.name for link in links if link.kind == "tun" and kinds.get(link.master_index) not in _SWITCHES
    )


def _tun_names(pid: int) -> set[str]:
    """Give the names of the devices that a process holds (drivers/net/tun.c, tun_chr_show_fdinfo)."""
    names: set[str] = set()
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208 - two million paths a day
        for number in descriptors:
            if _target(pid, number) == _TUN_DEVICE:
                names.update(_attached(pid, number))
    except OSError:
        return names  # it ended, or may not be looked into
    return names


def _target(pid: int, number: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115 - see above
    except OSError:
        return ""


def _attached(pid: int, number: str) -> list[str]:
    with open(f"/proc/{pid}/fdinfo/{number}", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
        return [line.split()[1] for line in file if line.startswith("iff:") and len(line.split()) > 1]
