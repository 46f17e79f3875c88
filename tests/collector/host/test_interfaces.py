import socket
from collections.abc import Callable

import psutil
import pytest

from netmon_collector.core.interfaces import InterfaceFacts, InterfaceKind
from netmon_collector.core.sockets import LocalAddress
from netmon_collector.host import interfaces
from netmon_collector.host.interfaces import kind_of, list_interfaces, local_network
from netmon_collector.host.route_netlink import Link
from tests.support.namespaces import Namespace, namespace, veth_pair

LOOPBACK_ADDRESS = LocalAddress(interface="lo", address=socket.inet_aton("127.0.0.1"), prefix_length=8)


def facts_in(place: Namespace) -> dict[str, InterfaceFacts]:
    with place.entered():
        return {fact.name: fact for fact in list_interfaces()}


def test_loopback_is_up_and_has_its_address() -> None:
    loopback = next(fact for fact in list_interfaces() if fact.name == "lo")
    assert loopback.is_loopback
    assert loopback.is_up
    assert loopback.index == socket.if_nametoindex("lo")
    assert LOOPBACK_ADDRESS in loopback.addresses
    assert loopback.mac == b""


def test_every_interface_of_the_system_is_listed() -> None:
    assert {fact.name for fact in list_interfaces()} == {name for _, name in socket.if_nameindex()}


@pytest.mark.root
def test_a_veth_end_has_its_addresses_and_its_mac() -> None:
    with veth_pair("nmhost") as pair:
        fact = facts_in(pair.near.namespace)[pair.near.interface]
    assert fact.kind is InterfaceKind.VETH
    assert fact.is_up
    assert len(fact.mac) == 6
    assert fact.lower_names == ()
    by_length = {address.prefix_length: address for address in fact.addresses}
    assert by_length[24].address == socket.inet_aton(pair.near.ipv4)
    assert by_length[64].address == socket.inet_pton(socket.AF_INET6, pair.near.ipv6)


@pytest.mark.root
def test_broadcast_and_labelled_addresses_belong_to_their_interface() -> None:
    with namespace("nmhost") as place:
        place.ip("link", "add", "nm0", "type", "ifb")
        place.ip("address", "add", "198.18.5.1/24", "broadcast", "+", "dev", "nm0")
        place.ip("address", "add", "198.18.6.1/30", "dev", "nm0", "label", "nm0:1")
        place.ip("link", "set", "nm0", "up")
        fact = facts_in(place)["nm0"]
    assert fact.kind is InterfaceKind.OTHER
    ipv4 = [address for address in fact.addresses if len(address.address) == 4]
    assert [(address.interface, address.prefix_length) for address in ipv4] == [("nm0", 24), ("nm0", 30)]
    assert ipv4[0].broadcast == socket.inet_aton("198.18.5.255")


@pytest.mark.root
def test_who_sits_on_whom_is_told() -> None:
    with namespace("nmhost") as place:
        place.ip("link", "add", "nm0", "type", "ifb")
        place.ip("link", "add", "nmbr", "type", "bridge")
        place.ip("link", "set", "nm0", "master", "nmbr")
        facts = facts_in(place)
    assert facts["nm0"].master == "nmbr"
    assert not facts["nm0"].is_up
    assert (facts["nmbr"].kind, facts["nmbr"].lower_names) == (InterfaceKind.BRIDGE, ("nm0",))


def test_a_vlan_sits_on_its_interface_and_a_veth_not_on_its_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(index: int, name: str, kind: str, lower_index: int) -> Link:
        return Link(index=index, name=name, hardware_type=1, flags=1, kind=kind, lower_index=lower_index)

    links = (link(1, "nm0", "", 0), link(2, "nm0.7", "vlan", 1), link(3, "nmv", "veth", 1))
    monkeypatch.setattr(interfaces, "list_links", lambda: links)
    facts = {fact.name: fact for fact in list_interfaces()}
    assert (facts["nm0.7"].kind, facts["nm0.7"].lower_names) == (InterfaceKind.VLAN, ("nm0",))
    assert facts["nmv"].lower_names == ()


@pytest.mark.root
def test_an_interface_that_is_made_again_has_another_index() -> None:
    with namespace("nmhost") as place:
        place.ip("link", "add", "nm0", "type", "ifb")
        before = facts_in(place)["nm0"].index
        place.ip("link", "delete", "nm0")
        place.ip("link", "add", "nm0", "type", "ifb")
        assert facts_in(place)["nm0"].index != before


@pytest.mark.root
@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ("tuntap add nmtun mode tun", InterfaceKind.TUNNEL),
        ("link add nmx type vxlan id 7 dstport 4789 local 127.0.0.1", InterfaceKind.TUNNEL),
        ("link add nmb type bridge", InterfaceKind.BRIDGE),
        ("link add nmi type ifb", InterfaceKind.OTHER),
    ],
)
def test_kinds_are_those_of_the_kernel(arguments: str, kind: InterfaceKind) -> None:
    with namespace("nmhost") as place:
        before = facts_in(place)
        place.ip(*arguments.split())
        new = {name: fact for name, fact in facts_in(place).items() if name not in before and name.startswith("nm")}
    assert [fact.kind for fact in new.values()] == [kind]


@pytest.mark.parametrize(
    ("kind", "hardware_type", "flags", "expected"),
    [
        ("", 1, 0x1003, InterfaceKind.PHYSICAL),
        ("", 801, 0x1003, InterfaceKind.PHYSICAL),
        ("", 772, 0x9, InterfaceKind.OTHER),
        ("", 65534, 0x1, InterfaceKind.OTHER),
        ("dummy", 1, 0x1, InterfaceKind.DUMMY),
        ("bond", 1, 0x1, InterfaceKind.BOND),
        ("team", 1, 0x1, InterfaceKind.BOND),
        ("macvlan", 1, 0x1, InterfaceKind.VLAN),
        ("ipvlan", 1, 0x1, InterfaceKind.VLAN),
        ("gretap", 1, 0x1, InterfaceKind.TUNNEL),
        ("wireguard", 65534, 0x1, InterfaceKind.TUNNEL),
        ("ipip", 768, 0x1, InterfaceKind.TUNNEL),
        ("vrf", 1, 0x1, InterfaceKind.OTHER),
        ("ppp", 512, 0x1, InterfaceKind.OTHER),
    ],
)
def test_a_kind_is_told_by_the_name_of_its_driver(
    kind: str, hardware_type: int, flags: int, expected: InterfaceKind
) -> None:
    assert kind_of(Link(index=1, name="x", hardware_type=hardware_type, flags=flags, kind=kind)) is expected


def test_the_local_network_gathers_all_addresses_and_macs() -> None:
    first = InterfaceFacts(name="lo", index=1, is_up=True, addresses=(LOOPBACK_ADDRESS,))
    second = InterfaceFacts(name="a", index=2, is_up=True, mac=b"\2\0\0\0\0\1")
    network = local_network((first, second))
    assert network.addresses == (LOOPBACK_ADDRESS,)
    assert network.macs == {b"\2\0\0\0\0\1"}


@pytest.fixture
def list_portable() -> Callable[[], tuple[InterfaceFacts, ...]]:
    return interfaces._list_portable


def test_psutils_list_agrees_on_names_flags_and_addresses(
    list_portable: Callable[[], tuple[InterfaceFacts, ...]],
) -> None:
    def shared(facts: tuple[InterfaceFacts, ...]) -> dict[str, tuple[object, ...]]:
        return {
            fact.name: (fact.index, fact.is_up, fact.is_loopback, fact.mac, frozenset(fact.addresses)) for fact in facts
        }

    assert shared(list_portable()) == shared(list_interfaces())


def test_a_hardware_address_of_another_length_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = psutil.net_if_addrs()["lo"][0]._replace(family=psutil.AF_LINK, address=":".join(["02"] * 20))
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"lo": [entry]})
    loopback = next(fact for fact in interfaces._list_portable() if fact.name == "lo")
    assert loopback.mac == b""


@pytest.mark.root
def test_names_that_are_no_text_are_shown_as_some_and_the_others_are_listed_on() -> None:
    with namespace("nmhost") as place:
        place.ip(
            "link", "add", "a\x1b[31mb", "type", "veth", "peer", "name", b"x\xffy".decode(errors="surrogateescape")
        )
        place.ip("link", "set", "lo", "up")
        facts = facts_in(place)
    assert facts.keys() == {"lo", "a\N{REPLACEMENT CHARACTER}[31mb", "x\N{REPLACEMENT CHARACTER}y"}
    assert LOOPBACK_ADDRESS in facts["lo"].addresses


@pytest.mark.root
def test_of_a_link_between_two_points_the_own_address_is_taken() -> None:
    with namespace("nmhost") as place:
        place.ip("tuntap", "add", "nm0", "mode", "tun")
        place.ip("address", "add", "198.18.5.1", "peer", "198.18.5.2/32", "dev", "nm0")
        place.ip("address", "add", "fd00::1", "peer", "fd00::2/128", "dev", "nm0")
        own = {address.address for address in facts_in(place)["nm0"].addresses}
    assert own == {socket.inet_aton("198.18.5.1"), socket.inet_pton(socket.AF_INET6, "fd00::1")}
