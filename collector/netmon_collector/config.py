"""What the collector is told to do: flags before the environment before ``/etc/netmon/collector.toml``."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netmon import __version__
from netmon.program_settings import (
    Reader,
    SettingsError,
    a_number,
    a_path,
    a_whole_number,
    from_environment,
    from_file,
    from_flags,
    yes_or_no,
)

CONFIG_PATH = Path("/etc/netmon/collector.toml")
LINUX_SOCKET = Path("/run/netmon/collector.sock")
MACOS_SOCKET = Path("/var/run/netmon/collector.sock")

SHORTEST_INTERVAL = 0.1
LONGEST_INTERVAL = 60.0
RECORD_LIMIT_BYTES = 1 << 30
LARGEST_BYTES = 2.0**53

MOST_CLIENTS = 10_000
"""Of connections and of subscribers: 1,000 subscribers were measured to take 78 MB."""

OWNERS = ("auto", "ebpf", "sockdiag", "lookups", "procfs", "psutil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the collector is told to do. ``interval_seconds`` is the tick; paths are as given."""

    interfaces: tuple[str, ...] = ()
    excluded_interfaces: tuple[str, ...] = ()
    interval_seconds: float = 1.0
    socket: Path = LINUX_SOCKET
    read: Path | None = None
    is_paced: bool = True
    is_looped: bool = False
    record: Path | None = None
    record_limit_bytes: int = RECORD_LIMIT_BYTES
    owners: str = "auto"
    keep_command_lines: bool = False
    with_names: bool = True
    browsers: tuple[str, ...] = ()
    is_verbose: bool = False
    is_capturing: bool = True
    subscriber_limit: int = 1024
    subscribers_a_user: int = 64
    connection_limit: int = 1024
    connections_a_user: int = 64

    @property
    def names_off_because(self) -> str:
        """Why no names are learnt; empty where they are."""
        if not self.with_names:
            return "left out by --no-names"
        return "" if self.is_capturing else "left out by --no-capture"


def load_settings(
    arguments: Sequence[str], environment: Mapping[str, str], config_path: Path = CONFIG_PATH
) -> Settings:
    """Read all settings. ``SettingsError``: one is wrong; ``SystemExit`` for --help, --version and bad flags."""
    flags = build_parser().parse_args(arguments)
    values = {
        **from_file(config_path, _READERS),
        **from_environment(environment, "NETMON_", _READERS, _LISTS),
        **from_flags(flags),
    }
    return _settings(values)


def build_parser() -> ArgumentParser:
    """Give what reads the command line."""
    parser = ArgumentParser(
        prog="netmon-collector",
        description="Count what every program on this machine sends and receives, and serve it on a Unix socket.",
        epilog="Settings may stand in /etc/netmon/collector.toml under the same names, and in NETMON_… variables.",
    )
    add = parser.add_argument
    add("--interface", action="append", metavar="NAME", help="capture on this one only; repeatable")
    add("--exclude-interface", action="append", metavar="PATTERN", help="leave out, for example 'docker*'; repeatable")
    add("--interval", metavar="SECONDS", help="time between two snapshots (default 1)")
    add("--socket", metavar="PATH", help=f"where to serve (default {default_socket()})")
    add("--no-capture", action="store_const", const=True, help="needs no root: list sockets, capture no packets")
    add("--read", metavar="PATH", help="play a capture file, or a directory made by --record; needs no root")
    add("--at-once", action="store_const", const=True, help="with --read: as fast as it can be read")
    add("--loop", action="store_const", const=True, help="with --read: again and again")
    add("--record", metavar="DIR", help="write packets, sockets and processes there, to be played with --read")
    add("--record-limit", metavar="BYTES", help="stop recording when so much is written (default 1 GiB)")
    add("--owners", choices=OWNERS, help="how owners are found (default auto)")
    add(
        "--command-lines",
        action="store_const",
        const=True,
        help="serve command lines too, of the processes of the user who started it",
    )
    add("--no-names", action="store_const", const=True, help="learn no names: nothing of DNS, TLS or QUIC is read")
    add("--browser", action="append", metavar="NAME", help="this executable is a web browser too; repeatable")
    add("--max-subscribers", metavar="N", help="subscribers of snapshots and events, in all (default 1024)")
    add("--max-subscribers-per-user", metavar="N", help="how many of them one user can have (default 64)")
    add("--max-connections", metavar="N", help="connections of clients, in all (default 1024)")
    add("--max-connections-per-user", metavar="N", help="how many of them one user can have (default 64)")
    add("--verbose", action="store_const", const=True, help="log more, never names or addresses")
    add("--version", action="version", version=f"netmon-collector {__version__}")
    return parser


def default_socket() -> Path:
    """Where the collector serves on this system if it is not told otherwise."""
    return MACOS_SOCKET if sys.platform == "darwin" else LINUX_SOCKET


def _settings(values: Mapping[str, object]) -> Settings:
    read = {name: _READERS[name](name, value) for name, value in values.items()}
    if "read" not in read and (read.get("at_once") or read.get("loop")):
        raise SettingsError("--at-once and --loop go with --read")
    if "read" in read and "record" in read:
        raise SettingsError("--read and --record exclude each other")
    if read.get("no_capture") and ("read" in read or "record" in read):
        raise SettingsError("--no-capture goes neither with --read nor with --record: there are no packets")
    if read.get("at_once") and read.get("loop"):
        raise SettingsError("--at-once and --loop exclude each other")
    fields = {_FIELDS.get(name, name): value for name, value in read.items()}
    fields.setdefault("socket", default_socket())
    if fields.pop("at_once", False):
        fields["is_paced"] = False
    if fields.pop("no_names", False):
        fields["with_names"] = False
    if fields.pop("no_capture", False):
        fields["is_capturing"] = False
    return Settings(**fields)  # type: ignore[arg-type]


def _names(name: str, value: object) -> tuple[str, ...]:
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise SettingsError(f"{name} must be a text or a list of texts")
    names: list[str] = []
    for part in parts:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(part, str) or not part.strip():
            raise SettingsError(f"{name} must hold texts that are not empty")
        names.append(part.strip())
    return tuple(names)


def _seconds(name: str, value: object) -> float:
    return a_number(name, value, SHORTEST_INTERVAL, LONGEST_INTERVAL, "seconds")


def _bytes(name: str, value: object) -> int:
    return int(a_number(name, value, 1, LARGEST_BYTES, "bytes"))


def _clients(name: str, value: object) -> int:
    return a_whole_number(name, value, 1, MOST_CLIENTS)


def _owners(name: str, value: object) -> str:
    if value not in OWNERS:
        raise SettingsError(f"{name} must be one of {', '.join(OWNERS)}")
    return str(value)


_READERS: dict[str, Reader] = {
    "interface": _names,
    "exclude_interface": _names,
    "interval": _seconds,
    "socket": a_path,
    "no_capture": yes_or_no,
    "read": a_path,
    "at_once": yes_or_no,
    "loop": yes_or_no,
    "record": a_path,
    "record_limit": _bytes,
    "owners": _owners,
    "command_lines": yes_or_no,
    "no_names": yes_or_no,
    "browser": _names,
    "max_subscribers": _clients,
    "max_subscribers_per_user": _clients,
    "max_connections": _clients,
    "max_connections_per_user": _clients,
    "verbose": yes_or_no,
}

_LISTS = frozenset({"interface", "exclude_interface", "browser"})

_FIELDS = {
    "browser": "browsers",
    "interface": "interfaces",
    "exclude_interface": "excluded_interfaces",
    "interval": "interval_seconds",
    "loop": "is_looped",
    "record_limit": "record_limit_bytes",
    "command_lines": "keep_command_lines",
    "max_subscribers": "subscriber_limit",
    "max_subscribers_per_user": "subscribers_a_user",
    "max_connections": "connection_limit",
    "max_connections_per_user": "connections_a_user",
    "verbose": "is_verbose",
}
