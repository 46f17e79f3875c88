"""What the recorder is told to do: flags before the environment before files."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon import __version__
from netmon.program_settings import (
    Reader,
    SettingsError,
    a_number,
    a_path,
    a_text,
    a_whole_number,
    from_environment,
    from_file,
    from_flags,
    yes_or_no,
)
from netmon_recorder.keeping_seconds import LONGEST_HOURS

DAY_SECONDS: Final = 86_400
LONGEST_DAYS: Final = 36_500.0
SMALLEST_QUOTA_BYTES: Final = 16 << 20

SYSTEM_DATABASE: Final = Path("/var/lib/netmon/history.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the recorder is told to do. None: where it usually is, and as long as usual.

    Empty ``time_zone``: the machine's own.
    """

    database: Path | None = None
    socket: Path | None = None
    collector: str | None = None
    keep_seconds_hours: float | None = None
    keep_minutes_days: float = 30.0
    keep_hours_days: float = 366.0
    keep_days_days: float = 0.0
    quota_bytes: int = 0
    time_zone: str = ""
    month_starts_on: int = 1
    is_verbose: bool = False


def load_settings(
    arguments: Sequence[str], environment: Mapping[str, str], config_paths: Iterable[Path] | None = None
) -> Settings:
    """Read all settings; of the files the later one wins.

    ``SettingsError``: one of them is wrong; ``SystemExit`` for --help, --version and bad flags.
    """
    flags = build_parser().parse_args(arguments)
    values: dict[str, object] = {}
    for path in default_config_paths(environment) if config_paths is None else config_paths:
        values.update(from_file(path, _READERS))
    values.update(from_environment(environment, "NETMON_RECORDER_", _READERS))
    values.update(from_flags(flags))
    read = {name: _READERS[name](name, value) for name, value in values.items()}
    return Settings(**{_FIELDS.get(name, name): value for name, value in read.items()})  # type: ignore[arg-type]


def default_config_paths(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Give the files in the order in which they are read."""
    system = Path("/etc/netmon/recorder.toml")
    configured = environment.get("XDG_CONFIG_HOME", "")
    home = environment.get("HOME", "")
    if configured.startswith("/"):
        return system, Path(configured) / "netmon" / "recorder.toml"
    return (system, Path(home) / ".config" / "netmon" / "recorder.toml") if home.startswith("/") else (system,)


def default_database(environment: Mapping[str, str]) -> Path:
    """Give where history is kept: in the state directory that systemd gives, else the user's, else the system's."""
    given = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    if given.startswith("/"):
        return Path(given) / "history.db"
    state, home = environment.get("XDG_STATE_HOME", ""), environment.get("HOME", "")
    if state.startswith("/"):
        return Path(state) / "netmon" / "history.db"
    return Path(home) / ".local" / "state" / "netmon" / "history.db" if home.startswith("/") else SYSTEM_DATABASE


def build_parser() -> ArgumentParser:
    """Give what reads the command line."""
    parser = ArgumentParser(
        prog="netmon-recorder",
        description="Keep history of what the collector counts, and serve it on a Unix socket. Needs no root.",
        epilog="Settings may stand in /etc/netmon/recorder.toml and ~/.config/netmon/recorder.toml under the same"
        " names, and in NETMON_RECORDER_… variables; NETMON_SOCKET is the collector's.",
    )
    add = parser.add_argument
    add("--database", metavar="PATH", help="where history is kept (default ~/.local/state/netmon/history.db)")
    add("--socket", metavar="PATH", help="where to serve (default $XDG_RUNTIME_DIR/netmon/recorder.sock)")
    add("--collector", metavar="PATH", help="socket of the collector (default: the system's)")
    add(
        "--keep-seconds",
        metavar="HOURS",
        help="how long seconds are kept, with processes (default 3 where 20 GB are free, and not on battery; else 0)",
    )
    add("--keep-minutes", metavar="DAYS", help="how long minutes are kept (default 30; 0: none)")
    add("--keep-hours", metavar="DAYS", help="how long hours are kept (default 366; 0: none)")
    add("--keep-days", metavar="DAYS", help="how long days are kept (default 0: for ever)")
    add("--quota", metavar="BYTES", help="most bytes that the file may have (default 0: no limit)")
    add("--time-zone", metavar="NAME", help="whose days are kept, for example Europe/Berlin (default: the machine's)")
    add("--month-starts-on", metavar="DAY", help="day that a month begins on, as the bill does (default 1)")
    add("--verbose", action="store_const", const=True, help="log more, never names or addresses")
    add("--version", action="version", version=f"netmon-recorder {__version__}")
    return parser


def _hours(name: str, value: object) -> float:
    return a_number(name, value, 0, LONGEST_HOURS, "hours")


def _days(name: str, value: object) -> float:
    return a_number(name, value, 0, LONGEST_DAYS, "days")


def _quota(name: str, value: object) -> int:
    size = int(a_number(name, value, 0, 2.0**53))
    if 0 < size < SMALLEST_QUOTA_BYTES:
        raise SettingsError(f"{name} must be 0 (no limit), or at least {SMALLEST_QUOTA_BYTES} bytes")
    return size


def _month_day(name: str, value: object) -> int:
    return a_whole_number(name, value, 1, 31)


_READERS: dict[str, Reader] = {
    "database": a_path,
    "socket": a_path,
    "collector": a_text,
    "keep_seconds": _hours,
    "keep_minutes": _days,
    "keep_hours": _days,
    "keep_days": _days,
    "quota": _quota,
    "time_zone": a_text,
    "month_starts_on": _month_day,
    "verbose": yes_or_no,
}

_FIELDS = {
    "keep_seconds": "keep_seconds_hours",
    "keep_minutes": "keep_minutes_days",
    "keep_hours": "keep_hours_days",
    "keep_days": "keep_days_days",
    "quota": "quota_bytes",
    "verbose": "is_verbose",
}
