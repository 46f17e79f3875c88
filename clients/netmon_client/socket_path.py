"""Where the collector's public socket is."""

import os
import shlex
import sys


def default_socket_path() -> str:
    """Give ``NETMON_SOCKET`` where it is set, else the system's path."""
    configured = os.environ.get("NETMON_SOCKET", "")
    if configured:
        return configured
    return _system_path()


def start_command(path: str) -> str:
    """Give the command that starts a collector at ``path``; sudo hands no environment on, so the option says it."""
    return "sudo netmon-collector" + ("" if path == _system_path() else f" --socket {shlex.quote(path)}")


def check_command(path: str) -> str:
    """Give the command that looks what is wrong with the collector at ``path``."""
    return cli_command(path, "doctor")


def cli_command(path: str, command: str) -> str:
    """Give a command of ``netmon-cli`` for the collector at ``path``."""
    return "netmon-cli" + ("" if path == default_socket_path() else f" --socket {shlex.quote(path)}") + f" {command}"


def _system_path() -> str:
    return "/var/run/netmon/collector.sock" if sys.platform == "darwin" else "/run/netmon/collector.sock"
