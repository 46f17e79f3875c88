"""Which socket a connection has, as sock_diag tells of one by its ends."""

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.host.seen_sockets import Seen
from netmon_collector.host.sock_diag import DiagSocket, SockDiag

__all__ = ["SocketLookup"]


class SocketLookup:
    """Asks for the socket of a connection, or of who listens for it, and tells whether it is still the same one."""

    def __init__(self, diag: SockDiag) -> None:
        """Ask ``diag``, which is closed with this object."""
        self._diag = diag

    def look_up(self, seen: Seen) -> bool:
        """Ask for the socket that has these ends now; tell whether it is the one, and somebody may hold it."""
        found = self.ask(seen.key)
        if found is None:
            return False
        is_tcp = seen.key.protocol is Protocol.TCP
        is_listener = is_tcp and found.state is ConnectionState.LISTEN
        if is_listener:
            if seen.cookie and not seen.is_listener:
                return False  # its own socket is gone
            seen.is_inbound = True
        elif seen.cookie and not seen.is_listener and found.cookie != seen.cookie:
            return False  # another one has its ends
        if not found.inode:
            if not seen.cookie:
                seen.cookie = found.cookie
            return False
        if found.cookie != seen.cookie:
            seen.grip = None
        seen.cookie, seen.inode = found.cookie, found.inode
        seen.uid, seen.control_group = found.uid, found.control_group
        seen.is_listener, seen.is_unconnected = is_listener, not is_tcp and not found.remote_port
        return True

    def look_for_listener(self, seen: Seen) -> None:
        """Ask who listens, for a connection that nobody has accepted yet, or that is over."""
        if seen.key.protocol is not Protocol.TCP:
            return
        found = self.ask(seen.key._replace(remote_port=0))
        if found is not None and found.state is ConnectionState.LISTEN:
            seen.cookie, seen.inode, seen.is_listener = found.cookie, found.inode, True

    def ask(self, key: FlowKey) -> DiagSocket | None:
        """Give the socket that has these ends now, or the listener that took them; None: none is known."""
        try:
            return self._diag.find(key.protocol, key.local_address, key.local_port, key.remote_address, key.remote_port)
        except (OSError, ValueError):
            return None  # the kernel is silent, or has no such handler: a listing may find it

    def close(self) -> None:
        """Ask no more."""
        self._diag.close()
