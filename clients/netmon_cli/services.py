"""Names of well-known ports."""

import socket
from functools import cache

__all__ = ["port_name"]

# Above these the system's list (services(5)) names what chance puts there: ephemeral ports.
_LAST_NAMED_PORT = 9999


@cache
def port_name(port: int, protocol: str) -> str:
    """Give the service of ``port``, or its digits. ``protocol`` is ``tcp``, ``udp`` or ``sctp``."""
    if port > _LAST_NAMED_PORT:
        return str(port)
    try:
        return socket.getservbyport(port, protocol)
    except OSError:
        return str(port)
