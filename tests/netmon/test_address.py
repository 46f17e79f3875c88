from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.address import address_text, is_multicast, is_unspecified, packed_address, scope_of, unmapped
from netmon.model import Scope

packed_addresses = st.ip_addresses().map(lambda address: address.packed)


@given(packed=packed_addresses)
def test_an_address_comes_back_from_its_text(packed: bytes) -> None:
    assert packed_address(address_text(packed)) == packed


@given(groups=st.lists(st.sampled_from([0, 0, 1, 0xABC, 0xFFFF]), min_size=8, max_size=8))
def test_text_is_what_the_standard_library_writes(groups: list[int]) -> None:
    packed = b"".join(group.to_bytes(2) for group in groups)
    if packed[:12] != bytes(10) + b"\xff\xff":  # it writes mapped ones without dots before Python 3.13
        assert address_text(packed) == str(ip_address(packed))


@pytest.mark.parametrize(
    ("longer", "text"),
    [  # RFC 5952, sections 1, 2.2, 4.2 and 5
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:0DB8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("1:0:0:0:0:0:0:0", "1::"),
        ("::ffff:c000:221", "::ffff:192.0.2.33"),
    ],
)
def test_text_follows_rfc_5952(longer: str, text: str) -> None:
    assert address_text(IPv6Address(longer).packed) == text


def test_a_zone_does_not_belong_to_the_packed_form() -> None:
    assert packed_address("fe80::1%eth0") == packed_address("fe80::1")


@pytest.mark.parametrize("length", [0, 3, 5, 15, 17])
def test_bytes_of_another_length_are_an_error(length: int) -> None:
    with pytest.raises(ValueError, match="4 or 16 bytes"):
        address_text(bytes(length))
    with pytest.raises(ValueError, match="4 or 16 bytes"):
        scope_of(bytes(length))


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "x", "::g", "1.2.3.4/8"])
def test_what_is_no_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        packed_address(text)


_NETWORKS = {
    Scope.LOOPBACK: ["127.0.0.0/8", "::1/128", "::ffff:127.0.0.0/104"],
    Scope.LAN: [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "::ffff:10.0.0.0/104",
    ],
    Scope.INTERNET: [
        "1.1.1.1/32",
        "9.0.0.0/8",
        "11.0.0.0/8",
        "100.0.0.0/10",
        "100.128.0.0/9",
        "128.0.0.0/8",
        "169.253.0.0/16",
        "172.15.0.0/16",
        "172.32.0.0/16",
        "192.0.2.0/24",
        "192.167.0.0/16",
        "203.0.113.0/24",
        "240.0.0.0/5",
        "255.255.255.254/32",
        "::2/128",
        "2000::/3",
        "64:ff9b::/96",
        "fe00::/9",
        "::ffff:8.8.8.0/120",
    ],
}


@pytest.mark.parametrize(
    ("network", "scope"), [(network, scope) for scope, networks in _NETWORKS.items() for network in networks]
)
def test_both_ends_of_a_network_are_in_its_scope(network: str, scope: Scope) -> None:
    parsed = ip_network(network)
    assert scope_of(parsed[0].packed) is scope
    assert scope_of(parsed[-1].packed) is scope


@given(packed=packed_addresses)
def test_every_address_is_somewhere(packed: bytes) -> None:
    assert scope_of(packed) is not Scope.UNSPECIFIED


@given(packed=packed_addresses)
def test_groups_are_those_of_the_standard_library(packed: bytes) -> None:
    assert is_multicast(packed) == ip_address(unmapped(packed)).is_multicast


def test_a_mapped_address_counts_as_ipv4() -> None:
    mapped = packed_address("::ffff:239.1.2.3")
    assert unmapped(mapped) == bytes([239, 1, 2, 3])
    assert is_multicast(mapped)
    assert unmapped(packed_address("2001:db8::1")) == packed_address("2001:db8::1")


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "::ffff:0.0.0.0"])  # noqa: S104 # no socket is bound here
def test_unspecified_means_any(text: str) -> None:
    assert is_unspecified(packed_address(text))
    assert not is_unspecified(packed_address("0.0.0.1"))
