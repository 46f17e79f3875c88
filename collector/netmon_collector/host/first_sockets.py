"""The sockets of connections that begin right now, asked for at once where their first packets come in.

A short connection is in TIME_WAIT within a millisecond, where the kernel tells no inode, while the process that made it
lives on. To hand a first packet to another process and have that one ask takes 0.1 to 0.6 ms more: of 200 connections a
second that are over in 0.7 ms, 12 % were too late with it, and 6 % without.
"""

from collections.abc import Sequence
from typing import Final

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.allowance import Allowance
from netmon_collector.core.first_packets import FirstPacket, FirstSocket
from netmon_collector.host.sock_diag import SockDiag

__all__ = ["FirstSockets"]

LOOKS_A_SECOND: Final = 1_000
"""15 to 45 us each: what is beyond is asked for by whoever is handed the packet, within a budget of its own."""


class FirstSockets:
    """Asks sock_diag for the sockets of TCP connections that this machine opens. Belongs to one thread."""

    def __init__(self) -> None:
        """Open what is asked. Raises ``OSError`` where there is no such netlink."""
        self._diag = SockDiag()
        self._looks = Allowance(LOOKS_A_SECOND, at_once=LOOKS_A_SECOND / 4)

    def close(self) -> None:
        """Close it."""
        self._diag.close()

    def add(self, packets: Sequence[FirstPacket], now: float) -> list[FirstPacket]:
        """Give the same first packets, with the sockets that are there; ``now`` in monotonic seconds."""
        left = self._looks.take(sum(map(_is_opened_here, packets)), now)
        added: list[FirstPacket] = []
        # Where many waited, the latest are the likeliest to be there still.
        for packet in reversed(packets):
            is_asked = left > 0 and _is_opened_here(packet)
            left -= is_asked
            added.append(self._with_socket(packet) if is_asked else packet)
        return added[::-1]

    def _with_socket(self, packet: FirstPacket) -> FirstPacket:
        key = packet.key
        try:
            found = self._diag.find(
                key.protocol, key.local_address, key.local_port, key.remote_address, key.remote_port
            )
        except (OSError, ValueError):
            return packet  # the kernel is silent: whoever is handed the packet asks again
        if found is None or not found.inode or found.state is ConnectionState.LISTEN:
            return packet
        return packet._replace(socket=FirstSocket(found.cookie, found.inode, found.uid, found.control_group))


def _is_opened_here(packet: FirstPacket) -> bool:
    return not packet.is_inbound and packet.key.protocol is Protocol.TCP
