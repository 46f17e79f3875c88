"""Which flows carry a tunnel: their packets hold others, which are counted again on the tunnel's own interface."""

from collections.abc import Iterable
from typing import Final

from netmon.model import Protocol, Scope
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.sockets import LocalNetwork, Tunnel

__all__ = ["Carriers"]

_HELD_PROTOCOLS: Final = frozenset({Protocol.TCP, Protocol.UDP})


class Carriers:
    """The tunnels of this machine, asked whether a flow is the outside of one."""

    def __init__(self, network: LocalNetwork, tun_holder_ids: Iterable[str] = ()) -> None:
        """Take the tunnels that are up. ``tun_holder_ids``: who holds an open tun device (``Process.id``)."""
        self._tunnels = tuple(tunnel for tunnel in network.tunnels if tunnel.ip_protocol or tunnel.udp_port)
        self._inside = network.inside
        self.has_kernel_sockets = any(tunnel.has_kernel_socket for tunnel in network.tunnels)
        """Whether a UDP socket that no process holds may be a tunnel's, as WireGuard's is."""
        self.tun_holder_ids = frozenset(tun_holder_ids)

    def is_inside(self, interface: str) -> bool:
        """Whether what an interface shows is counted on another one too, within the packets that carry it."""
        return interface in self._inside

    def is_kernels(self, key: FlowKey) -> bool:
        """Whether a flow is the outside of a tunnel that the kernel makes, as its ends and protocol tell."""
        if not self._tunnels:
            return False  # asked for each connection that begins
        return any(_is_outside(tunnel, key) for tunnel in self._tunnels)

    def is_held(self, flow: Flow, owner: Owner) -> bool:
        """Whether a flow is one that a process moves a tun device's packets with: it leaves the machine otherwise."""
        if not self.tun_holder_ids or flow.key.protocol not in _HELD_PROTOCOLS or not flow.has_peer:
            return False
        holders = {owner.process.id, *(holder.id for holder in owner.holders)}
        leaves = bool(flow.interface) and flow.scope is not Scope.LOOPBACK and not self.is_inside(flow.interface)
        return leaves and not holders.isdisjoint(self.tun_holder_ids)


def _is_outside(tunnel: Tunnel, key: FlowKey) -> bool:
    if tunnel.udp_port:
        # Of VXLAN each side sends from a port made of the inner headers, to the other's one port (RFC 7348, 5).
        return key.protocol is Protocol.UDP and tunnel.udp_port in {key.local_port, key.remote_port}
    return (
        key.ip_protocol == tunnel.ip_protocol
        and tunnel.local in {b"", key.local_address}
        and tunnel.remote in {b"", key.remote_address}
    )
