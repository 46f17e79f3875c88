"""Where the collector's public socket is."""

import os
import sys


def default_socket_path() -> str:
    """Give ``NETMON_SOCKET`` where it is set, else the system's path."""
    configured = os.environ.get("NETMON_SOCKET", "")
    if configured:
        return configured
    return "/var/run/netmon/collector.sock" if sys.platform == "darwin" else "/run/netmon/collector.sock"
