"""Where the public sockets of collector and recorder are."""

import os
import shlex
import sys
from pathlib import Path

from netmon.sudo import sudo_command


def default_socket_path() -> str:
    """Give ``NETMON_SOCKET`` where it is set, else the system's path."""
    configured = os.environ.get("NETMON_SOCKET", "")
    if configured:
        return configured
    return _system_path()


def default_recorder_path() -> str:
    """Give ``NETMON_RECORDER_SOCKET`` where it is set, else this user's recorder where it runs, else the system's.

    Without any of them it is where this user's own recorder would be, so that errors name a place that can be mended.
    """
    configured = os.environ.get("NETMON_RECORDER_SOCKET", "")
    if configured:
        return configured
    own, system = own_recorder_path(), system_recorder_path()
    return system if Path(system).is_socket() and not Path(own).is_socket() else own


def own_recorder_path() -> str:
    """Give where a recorder of this user has its socket; root's own is the system's."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"{runtime}/netmon/recorder.sock" if runtime.startswith("/") else system_recorder_path()


def system_recorder_path() -> str:
    """Give where a recorder that is a system service has its socket."""
    return f"{_system_folder()}/netmon-recorder/recorder.sock"


def start_command(path: str) -> str:
    """Give the command that starts a collector at ``path``; sudo hands no environment on, so the option says it."""
    return sudo_command("netmon-collector") + ("" if path == _system_path() else f" --socket {shlex.quote(path)}")


def check_command(path: str) -> str:
    """Give the command that looks what is wrong with the collector at ``path``."""
    return cli_command(path, "doctor")


def cli_command(path: str, command: str) -> str:
    """Give a command of ``netmon-cli`` for the collector at ``path``."""
    return "netmon-cli" + ("" if path == default_socket_path() else f" --socket {shlex.quote(path)}") + f" {command}"


def recorder_cli_command(path: str, command: str) -> str:
    """Give a command of ``netmon-cli`` for the recorder at ``path``."""
    option = "" if path == default_recorder_path() else f" --recorder-socket {shlex.quote(path)}"
    return f"netmon-cli{option} {command}"


def _system_path() -> str:
    return f"{_system_folder()}/netmon/collector.sock"


def _system_folder() -> str:
    return "/var/run" if sys.platform == "darwin" else "/run"
