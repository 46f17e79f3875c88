"""What a tab may send: one value a kind, read from JSON with every field checked."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from netmon_dashboard.hub.tab import REFUSED, TabClosed
from netmon_dashboard.hub.vocabulary import Json

_LONGEST_ID_CHARACTERS: Final = 64
ControlWhat = Literal["start", "stop", "clear"]
_LARGEST_ID: Final = 2**53  # JavaScript's exact integers
_LARGEST_TIME: Final = 1e12  # Unix seconds, far beyond every clock; NaN is not below it either


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Data is wanted, with or without rows, and domains."""

    with_rows: bool
    with_domains: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No data is wanted for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Data is wanted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRange:
    """Who moved how much within a span (Unix seconds)."""

    id: int
    from_time: float
    to_time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTrace:
    """What a row moved in the last minute."""

    id: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPayload:
    """How much payload the kernel counts of a row's socket."""

    id: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExplain:
    """How the owner of a connection was found.

    ``connection``: the collector's id of it; ``instance``: the run of the collector that gave it, as the next one gives
    the same ids to others.
    """

    id: int
    connection: str
    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStatus:
    """How the collector is."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskControl:
    """Start, stop or clear, for everybody."""

    id: int
    what: ControlWhat


Ask = AskRange | AskTrace | AskPayload | AskExplain | AskStatus | AskControl
Request = Watch | Pause | Resume | Ask


def request_of(message: dict[str, Json]) -> Request:
    """Give the request that a message is. Raise TabClosed for one that no tab of ours sends."""
    match message.get("type"):
        case "watch":
            rows, domains = message.get("rows"), message.get("domains", False)
            if not isinstance(rows, bool) or not isinstance(domains, bool):
                raise TabClosed(REFUSED, '"rows" and "domains" must be true or false')
            return Watch(with_rows=rows, with_domains=domains)
        case "pause":
            return Pause()
        case "resume":
            return Resume()
        case "ask":
            return _ask(message)
        case _:
            raise TabClosed(REFUSED, "the message has an unknown type")


def _ask(message: dict[str, Json]) -> Ask:
    number = _integer(message, "id")
    what = message.get("what")
    if what == "range":
        return AskRange(id=number, from_time=_time(message, "from"), to_time=_time(message, "to"))
    if what == "trace":
        return AskTrace(id=number, row=_integer(message, "row"))
    if what == "payload":
        return AskPayload(id=number, row=_integer(message, "row"))
    if what == "explain":
        return AskExplain(
            id=number, connection=_short_text(message, "connection"), instance=_short_text(message, "instance")
        )
    if what == "status":
        return AskStatus(id=number)
    for control in get_args(ControlWhat):
        if what == control:
            return AskControl(id=number, what=control)
    raise TabClosed(REFUSED, "the message asks for something unknown")


def _integer(message: dict[str, Json], key: str) -> int:
    value = message.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_ID:
        raise TabClosed(REFUSED, f'"{key}" must be a whole number')
    return value


def _short_text(message: dict[str, Json], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID_CHARACTERS:
        raise TabClosed(REFUSED, f'"{key}" must be an id')
    return value


def _time(message: dict[str, Json], key: str) -> float:
    value = message.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST_TIME:
        raise TabClosed(REFUSED, f'"{key}" must be a time in Unix seconds')
    return float(value)
