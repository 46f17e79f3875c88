"""Which way packets go."""

from dataclasses import replace

import pytest

from netmon.model import Scope
from netmon_collector.core.network import Network, Way, scope_between
from netmon_collector.core.packet import Packet
from tests.support.wire import HERE, LOCAL_MAC, LOCALHOST, NETWORK, PEER, STRANGER

ANY, BROADCAST, OUR_BROADCAST = bytes(4), b"\xff" * 4, bytes((192, 0, 2, 255))
MULTICAST, MULTICAST_6, LINK_LOCAL = bytes((224, 0, 0, 251)), b"\xff\x02" + bytes(13) + b"\xfb", b"\xfe\x80" + bytes(14)
OTHER_MAC = bytes.fromhex("02000000000b")


def way(source: bytes, destination: bytes, *, mac: bytes = b"", is_outgoing: bool | None = None) -> Way:
    packet = Packet(
        time=0.0, ip_protocol=17, source=source, destination=destination, source_mac=mac, is_outgoing=is_outgoing
    )
    return Network(NETWORK).way(packet)


@pytest.mark.parametrize(
    ("source", "destination", "mac", "expected"),
    [
        (HERE, PEER, b"", Way.SENT),
        (PEER, HERE, b"", Way.RECEIVED),
        (HERE, HERE, b"", Way.BOTH),
        (LOCALHOST, bytes((127, 9, 9, 9)), b"", Way.BOTH),
        (HERE, MULTICAST, b"", Way.SENT),
        (STRANGER, MULTICAST, OTHER_MAC, Way.RECEIVED),
        (LINK_LOCAL, MULTICAST_6, OTHER_MAC, Way.RECEIVED),
        (STRANGER, OUR_BROADCAST, OTHER_MAC, Way.RECEIVED),
        (ANY, BROADCAST, LOCAL_MAC, Way.SENT),
        (ANY, BROADCAST, OTHER_MAC, Way.RECEIVED),
        (STRANGER, PEER, LOCAL_MAC, Way.FORWARDED_OUT),
        (STRANGER, PEER, OTHER_MAC, Way.FORWARDED_IN),
        (STRANGER, PEER, b"", Way.FORWARDED_IN),
    ],
)
def test_addresses_decide_and_the_link_layer_where_they_cannot(
    source: bytes, destination: bytes, mac: bytes, expected: Way
) -> None:
    assert way(source, destination, mac=mac) is expected


def test_what_the_link_layer_says_itself_goes_before_its_addresses() -> None:
    assert way(STRANGER, PEER, mac=OTHER_MAC, is_outgoing=True) is Way.FORWARDED_OUT
    assert way(STRANGER, PEER, mac=LOCAL_MAC, is_outgoing=False) is Way.FORWARDED_IN


@pytest.mark.parametrize(
    ("local", "remote", "is_loopback", "scope"),
    [
        (HERE, PEER, False, Scope.INTERNET),
        (HERE, bytes((10, 0, 0, 1)), False, Scope.LAN),
        (HERE, HERE, True, Scope.LOOPBACK),
        (LOCALHOST, b"", False, Scope.LOOPBACK),
        (ANY, b"", False, Scope.UNSPECIFIED),
        (bytes(16), b"", False, Scope.UNSPECIFIED),
    ],
)
def test_the_scope_is_that_of_the_other_end(local: bytes, remote: bytes, is_loopback: bool, scope: Scope) -> None:
    assert scope_between(local, remote, is_loopback=is_loopback) is scope


@pytest.mark.parametrize(
    ("source", "mac", "is_outgoing", "expected"),
    [
        (HERE, OTHER_MAC, None, True),
        (HERE, OTHER_MAC, False, True),
        (HERE, OTHER_MAC, True, False),
        (HERE, LOCAL_MAC, None, False),
        (HERE, b"", None, False),
        (LOCALHOST, bytes(6), None, False),
        (PEER, OTHER_MAC, None, False),
    ],
)
def test_what_others_send_under_our_address_is_forged(
    source: bytes, mac: bytes, is_outgoing: bool | None, expected: bool
) -> None:
    packet = Packet(time=0.0, ip_protocol=17, source=source, destination=PEER, source_mac=mac, is_outgoing=is_outgoing)
    assert Network(NETWORK).is_forged(packet) is expected
    assert not Network(replace(NETWORK, macs=frozenset())).is_forged(packet)
