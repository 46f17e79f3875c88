"""Tunnels as this kernel tells them, and who holds a tun device."""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from netmon_collector.core.interfaces import InterfaceKind
from netmon_collector.core.sockets import Tunnel
from netmon_collector.host.interfaces import list_interfaces, local_network
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.route_netlink import Link
from netmon_collector.host.tunnels import WALK_SECONDS, TunHolders, tunnels_of
from tests.support.namespaces import Namespace, namespace

HERE = socket.inet_aton("192.0.2.1")
PEER = socket.inet_aton("198.51.100.2")
TUNSETIFF, IFF_TUN, IFF_TAP, IFF_NO_PI = 0x400454CA, 1, 2, 0x1000


def link(kind: str, data: dict[int, bytes], *, flags: int = 1) -> Link:
    return Link(index=9, name="t0", hardware_type=768, flags=flags, kind=kind, data=data)


@pytest.mark.parametrize(
    ("kind", "data", "tunnels"),
    [
        ("ipip", {2: HERE, 3: PEER}, [Tunnel(name="t0", ip_protocol=4, local=HERE, remote=PEER)]),
        ("sit", {2: bytes(4), 3: bytes(4)}, [Tunnel(name="t0", ip_protocol=41)]),
        ("gre", {6: HERE, 7: PEER}, [Tunnel(name="t0", ip_protocol=47, local=HERE, remote=PEER)]),
        ("ip6tnl", {9: b"\x29"}, [Tunnel(name="t0", ip_protocol=41)]),
        ("ip6tnl", {}, [Tunnel(name="t0", ip_protocol=4), Tunnel(name="t0", ip_protocol=41)]),
        ("vti", {4: HERE, 5: PEER}, [Tunnel(name="t0", ip_protocol=50, local=HERE, remote=PEER)]),
        ("vxlan", {15: b"\x12\xb5"}, [Tunnel(name="t0", udp_port=4789)]),
        ("vxlan", {15: b"odd"}, [Tunnel(name="t0", udp_port=4789)]),
        ("geneve", {}, [Tunnel(name="t0", udp_port=6081)]),
        ("bareudp", {}, []),
        ("wireguard", {}, [Tunnel(name="t0", has_kernel_socket=True)]),
        ("tun", {}, []),
        ("veth", {}, []),
        ("gre", {6: b"odd", 7: b""}, [Tunnel(name="t0", ip_protocol=47)]),
    ],
)
def test_each_kind_tells_what_its_outer_packets_are_known_by(
    kind: str, data: dict[int, bytes], tunnels: list[Tunnel]
) -> None:
    assert list(tunnels_of([link(kind, data)])) == tunnels


def test_a_tunnel_that_is_down_carries_nothing() -> None:
    assert tunnels_of([link("ipip", {}, flags=0)]) == ()


@pytest.mark.root
def test_a_vxlan_of_this_kernel_tells_its_port() -> None:
    with namespace("nmtun") as place:
        place.ip(
            "link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4790", "remote", "127.0.0.1", "dev", "lo"
        )
        place.ip("link", "set", "vx0", "up")
        with place.entered():
            facts = list_interfaces()
    (found,) = [fact for fact in facts if fact.name == "vx0"]
    assert found.kind is InterfaceKind.TUNNEL
    assert local_network(facts, frozenset({"vx0"})).tunnels == (Tunnel(name="vx0", udp_port=4790),)
    assert local_network(facts, frozenset({"vx0"})).inside == frozenset({"vx0"})


@contextmanager
def tun(place: Namespace, name: str, kind: int = IFF_TUN) -> Generator[int]:
    """Hold a tun device, or a tap."""
    with place.entered():
        device = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), kind | IFF_NO_PI))
    try:
        yield device
    finally:
        os.close(device)


@contextmanager
def holder(name: str) -> Generator[subprocess.Popen[bytes]]:
    """Run a program that holds a tun device in the network namespace that this thread is in."""
    code = f"""
import fcntl, os, struct
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, {TUNSETIFF}, struct.pack("16sH22x", {name.encode()!r}, {IFF_TUN | IFF_NO_PI}))
print("ready", flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child
        child.communicate(b"\n")


@pytest.fixture
def place() -> Iterator[Namespace]:
    with namespace("nmtun") as made:
        yield made


@pytest.fixture
def table() -> ProcessTable:
    return ProcessTable(ProcProcessReader())


def look(holders: TunHolders, table: ProcessTable, after: float = 0.0) -> frozenset[str]:
    now = time.time()  # noqa: TID251 - processes started by the real clock
    table.begin(now)
    return holders.find(now + after)


@pytest.mark.root
def test_who_holds_a_tun_device_is_found(place: Namespace, table: ProcessTable) -> None:
    holders = TunHolders(table)
    with tun(place, "nmtun0"), place.entered():
        found = look(holders, table)
        ours = table.find(os.getpid())
    assert ours is not None
    assert found == {ours.id}
    with place.entered():
        assert look(holders, table) == frozenset()


@pytest.mark.root
def test_a_device_of_another_name_is_none_of_ours(place: Namespace, table: ProcessTable) -> None:
    place.ip("tuntap", "add", "dev", "nmtun1", "mode", "tun")
    with namespace("nmtun") as elsewhere, tun(elsewhere, "nmtun2"), place.entered():
        assert look(TunHolders(table), table) == frozenset()


@pytest.mark.root
@pytest.mark.parametrize(("on_bridge", "is_holder"), [(False, True), (True, False)])
def test_who_holds_a_device_on_a_bridge_is_a_virtual_machine(
    place: Namespace, table: ProcessTable, on_bridge: bool, is_holder: bool
) -> None:
    place.ip("link", "add", "nmbr0", "type", "bridge")
    with tun(place, "nmtap0", IFF_TAP):
        if on_bridge:
            place.ip("link", "set", "nmtap0", "master", "nmbr0")
        with place.entered():
            assert bool(look(TunHolders(table), table)) is is_holder


@pytest.mark.root
def test_a_device_of_the_same_name_in_another_namespace_is_none_of_ours(place: Namespace, table: ProcessTable) -> None:
    place.ip("tuntap", "add", "dev", "nmtun4", "mode", "tun")
    with namespace("nmtun") as elsewhere, elsewhere.entered(), holder("nmtun4"), place.entered():
        assert look(TunHolders(table), table) == frozenset()


@pytest.mark.root
def test_a_holder_is_looked_for_again_when_it_has_ended_or_after_a_while(place: Namespace, table: ProcessTable) -> None:
    place.ip("tuntap", "add", "dev", "nmtun3", "mode", "tun")
    holders = TunHolders(table)
    with place.entered():
        assert look(holders, table) == frozenset()
        with holder("nmtun3") as child:
            assert look(holders, table) == frozenset(), "nothing said that it is worth a walk"
            (found,) = look(holders, table, after=WALK_SECONDS)
            assert f"-{child.pid}-" in found
        assert look(holders, table, after=WALK_SECONDS) == frozenset()
