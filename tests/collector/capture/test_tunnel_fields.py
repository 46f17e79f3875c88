"""Tunnels in a recording; that all of them read back the same, test_sidecar.py proves."""

import pytest

from netmon_collector.capture.tunnel_fields import decode_tunnels, encode_tunnels
from netmon_collector.core.sockets import LocalNetwork, Tunnel


def test_a_network_without_tunnels_has_no_fields_for_them() -> None:
    assert encode_tunnels(LocalNetwork()) == {}
    assert decode_tunnels({}) == ()


def test_what_a_tunnel_does_not_have_is_left_out() -> None:
    network = LocalNetwork(tunnels=(Tunnel(name="wg0", has_kernel_socket=True),), inside=frozenset({"wg0", "tun0"}))
    assert encode_tunnels(network) == {
        "tunnels": [{"name": "wg0", "has_kernel_socket": True}],
        "inside": ["tun0", "wg0"],
    }


@pytest.mark.parametrize(
    "tunnel",
    [{}, {"name": 1}, {"name": "t", "ip_protocol": 256}, {"name": "t", "udp_port": -1}, {"name": "t", "local": "here"}],
)
def test_what_nobody_would_have_written_is_refused(tunnel: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_tunnels({"tunnels": [tunnel]})
