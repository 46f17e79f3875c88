import ipaddress
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.host.route_netlink import Address, list_addresses, list_links, parse_addresses, parse_links
from tests.support.namespaces import ip, namespace


def message(kind: int, body: bytes) -> bytes:
    raw = struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body
    return raw + bytes(-len(raw) % 4)


def attribute(kind: int, value: bytes) -> bytes:
    raw = struct.pack("=HH", 4 + len(value), kind) + value
    return raw + bytes(-len(raw) % 4)


def link(*attributes: bytes) -> bytes:
    return message(16, struct.pack("=BBHiII", 0, 0, 1, 7, 0x1003, 0) + b"".join(attributes))


DONE = message(3, bytes(4))


def test_the_links_are_those_that_iproute2_shows() -> None:
    ours = {link.name: link for link in list_links()}
    shown_links: list[dict[str, Any]] = json.loads(ip("-d", "-j", "link", "show"))
    theirs = {shown["ifname"]: shown for shown in shown_links}
    assert ours.keys() == theirs.keys()
    for name, shown in theirs.items():
        assert ours[name].index == shown["ifindex"]
        assert ours[name].kind == shown.get("linkinfo", {}).get("info_kind", "")
        assert bool(ours[name].flags & 1) == ("UP" in shown["flags"])
        assert ours[name].mac.hex(":") == shown["address"]


@pytest.mark.root
def test_the_links_are_those_of_the_network_namespace_that_asks() -> None:
    with namespace("nmhost") as place:
        place.ip("link", "add", "nm-only", "type", "ifb")
        with place.entered():
            assert {"lo", "nm-only"} <= {link.name for link in list_links()}
    assert "nm-only" not in {link.name for link in list_links()}


def test_the_addresses_are_those_that_iproute2_shows() -> None:
    shown_links: list[dict[str, Any]] = json.loads(ip("-j", "address", "show"))
    theirs = {
        (
            shown["ifindex"],
            packed(each["local"]),
            each["prefixlen"],
            packed(each["broadcast"]) if "broadcast" in each else b"",
        )
        for shown in shown_links
        for each in shown["addr_info"]
    }
    assert {tuple(each) for each in list_addresses()} == theirs


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def test_an_address_is_read_with_its_own_end_of_a_link_between_two_points() -> None:
    head = struct.pack("=BBBBi", 2, 24, 0, 0, 7)
    between = attribute(1, b"\1\1\1\2") + attribute(2, b"\1\1\1\1") + attribute(4, b"\1\1\1\377")
    odd = attribute(1, b"\1\1")
    found, is_done = parse_addresses(message(20, head + between) + message(20, head + odd) + message(20, b"") + DONE)
    assert is_done
    assert found == [Address(7, b"\1\1\1\1", 24, b"\1\1\1\377")]


def test_a_link_is_read_with_its_kind_its_master_and_what_it_sits_on() -> None:
    info = attribute(18 | 0x8000, attribute(1, b"vlan\0"))
    data = link(
        attribute(3, b"eth0.7\0"),
        attribute(1, bytes(6)),
        attribute(5, struct.pack("=I", 2)),
        attribute(10, struct.pack("=I", 9)),
        info,
    )
    (found,), is_done = parse_links(data + DONE)
    assert is_done
    assert (found.name, found.kind, found.index, found.lower_index, found.master_index) == ("eth0.7", "vlan", 7, 2, 9)
    assert (found.hardware_type, found.flags, found.mac) == (1, 0x1003, bytes(6))


def test_a_dump_may_come_in_pieces() -> None:
    found, is_done = parse_links(link(attribute(3, b"a\0")) + link(attribute(3, b"b\0")))
    assert [link.name for link in found] == ["a", "b"]
    assert not is_done


def test_the_kernels_error_is_raised() -> None:
    with pytest.raises(PermissionError):
        parse_links(message(2, struct.pack("=i", -1) + bytes(16)))


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_cut_or_random_messages_give_links_or_nothing(tail: bytes, body: bytes) -> None:
    found, _ = parse_links(link(attribute(3, b"a\0")) + message(16, body) + DONE + tail)
    assert found[0].name == "a"
    parse_links(link(body)[: len(body)])
    parse_addresses(message(20, body) + tail)
