"""What the recorder is told to do: flags before the environment before files."""

import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon import __version__
from netmon_recorder.keeping_seconds import LONGEST_HOURS

DAY_SECONDS: Final = 86_400
LONGEST_DAYS: Final = 36_500.0
SMALLEST_QUOTA_BYTES: Final = 16 << 20

SYSTEM_DATABASE: Final = Path("/var/lib/netmon/history.db")


class SettingsError(ValueError):
    """A setting is wrong; the text says which and why."""


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
        values.update(_from_file(path))
    values.update(_from_environment(environment))
    values.update(_from_flags(flags))
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


def default_zone(environment: Mapping[str, str], localtime: Path = Path("/etc/localtime")) -> str:
    """Give the name of the machine's time zone: that of TZ, else of what /etc/localtime leads to, else UTC."""
    named = environment.get("TZ", "").removeprefix(":")
    if named and not named.startswith("/"):
        return named
    try:
        target = localtime.resolve(strict=True).as_posix()
    except OSError:
        return "UTC"
    return target.partition("/zoneinfo/")[2] or "UTC"


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


def _from_flags(flags: Namespace) -> dict[str, object]:
    return {name: value for name, value in vars(flags).items() if value is not None}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in _READERS:
        text = environment.get(f"NETMON_RECORDER_{name.upper()}", "")
        if text:
            values[name] = text
    return values


def _from_file(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise SettingsError(f"{path}: {error}") from error
    unknown = sorted(set(values) - set(_READERS))
    if unknown:
        raise SettingsError(f"{path}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(_READERS))}")
    return values


def _number(name: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise SettingsError(f"{name} must be a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise SettingsError(f"{name} must be a number, not {value!r}") from None
    if not least <= number <= most:
        raise SettingsError(f"{name} must be from {least:g} to {most:g}")
    return number


def _hours(name: str, value: object) -> float:
    return _number(name, value, 0, LONGEST_HOURS)


def _days(name: str, value: object) -> float:
    return _number(name, value, 0, LONGEST_DAYS)


def _quota(name: str, value: object) -> int:
    size = int(_number(name, value, 0, 2.0**53))
    if 0 < size < SMALLEST_QUOTA_BYTES:
        raise SettingsError(f"{name} must be 0 (no limit), or at least {SMALLEST_QUOTA_BYTES} bytes")
    return size


def _month_day(name: str, value: object) -> int:
    day = _number(name, value, 1, 31)
    if day % 1:
        raise SettingsError(f"{name} must be a whole number")
    return int(day)


def _path(name: str, value: object) -> Path:
    return Path(_text(name, value))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise SettingsError(f"{name} must be a text")
    return value


def _yes(name: str, value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    yes = value if isinstance(value, bool) else words.get(str(value).lower())
    if yes is None:
        raise SettingsError(f"{name} must be true or false")
    return yes


_READERS: dict[str, Callable[[str, object], object]] = {
    "database": _path,
    "socket": _path,
    "collector": _text,
    "keep_seconds": _hours,
    "keep_minutes": _days,
    "keep_hours": _days,
    "keep_days": _days,
    "quota": _quota,
    "time_zone": _text,
    "month_starts_on": _month_day,
    "verbose": _yes,
}

_FIELDS = {
    "keep_seconds": "keep_seconds_hours",
    "keep_minutes": "keep_minutes_days",
    "keep_hours": "keep_hours_days",
    "keep_days": "keep_days_days",
    "quota": "quota_bytes",
    "verbose": "is_verbose",
}
