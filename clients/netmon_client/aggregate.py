"""Sums of rows by what people ask for: application, host, protocol and more. Works on any rows, filtered before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from netmon.model import Connection, Remainder, Traffic

GroupBy = Literal["application", "host", "domain", "protocol", "scope", "interface", "user", "unit", "container"]

_Key = tuple[str, str]
"""Stable key, and the text to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sums of the rows with one key; ``label`` is the text to show.

    Rows that have no key of this kind (no owner, no remote end) are one group a reason, with an empty key. The sums are
    those of the rows alone: an application's own sums in a snapshot also hold its connections that are rows no more.
    """

    key: str
    label: str
    traffic: Traffic
    connection_count: int


def group_connections(connections: Iterable[Connection], by: GroupBy) -> tuple[Group, ...]:
    """Give a group a key: busiest now first, then by total, then by label. Remainders count as no connection."""
    key_of = _KEYS[by]
    parts: dict[_Key, list[Traffic]] = {}
    counts: dict[_Key, int] = {}
    for connection in connections:
        key = key_of(connection)
        parts.setdefault(key, []).append(connection.traffic)
        counts[key] = counts.get(key, 0) + (connection.facts.remainder is Remainder.UNSPECIFIED)
    groups = [
        Group(key=key, label=label, traffic=sum_traffic(traffic), connection_count=counts[key, label])
        for (key, label), traffic in parts.items()
    ]
    return tuple(sorted(groups, key=_busiest_first))


def sum_traffic(parts: Iterable[Traffic]) -> Traffic:
    """Give the sum of each counter and rate."""
    columns = zip(*parts, strict=True)
    return Traffic(*map(sum, columns))


def _busiest_first(group: Group) -> tuple[float, int, str]:
    traffic = group.traffic
    rate = traffic.sent_bytes_per_second + traffic.received_bytes_per_second
    return -rate, -(traffic.sent_bytes + traffic.received_bytes), group.label


def _application(connection: Connection) -> _Key:
    facts = connection.facts
    if facts.application_id:
        return facts.application_id, facts.application_name or facts.application_id
    return _nothing(connection)


def _host(connection: Connection) -> _Key:
    facts = connection.facts
    if facts.remote is None:
        return ("", "no remote end") if facts.local is not None else _nothing(connection)
    name = facts.domain or facts.remote.address
    return name, name


def _domain(connection: Connection) -> _Key:
    facts = connection.facts
    return (facts.domain, facts.domain) if facts.domain else ("", "no domain")


def _protocol(connection: Connection) -> _Key:
    return _word(connection.facts.protocol.name)


def _scope(connection: Connection) -> _Key:
    return _word(connection.facts.scope.name)


def _interface(connection: Connection) -> _Key:
    name = connection.facts.interface
    return (name, name) if name else ("", "no interface")


def _user(connection: Connection) -> _Key:
    process = connection.process
    if process is None:
        return _nothing(connection)
    name = process.user or (str(process.uid) if process.uid is not None else "")
    return (name, name) if name else ("", "unknown user")


def _unit(connection: Connection) -> _Key:
    unit = connection.facts.unit
    return (unit, unit) if unit else ("", "no unit")


def _container(connection: Connection) -> _Key:
    container = connection.facts.container
    return (container, container) if container else ("", "no container")


def _nothing(connection: Connection) -> _Key:
    """Name the group of rows without an owner by the reason, that of remainders by what they stand for."""
    facts = connection.facts
    if facts.remainder is not Remainder.UNSPECIFIED:
        return "", _plain(facts.remainder.name)
    return "", f"unattributed: {_plain(facts.unattributed_reason.name)}"


def _word(name: str) -> _Key:
    return ("", "unknown") if name == "UNSPECIFIED" else (name.lower(), _plain(name))


def _plain(name: str) -> str:
    return "unknown" if name == "UNSPECIFIED" else name.lower().replace("_", " ")


_KEYS: Final[dict[GroupBy, Callable[[Connection], _Key]]] = {
    "application": _application,
    "host": _host,
    "domain": _domain,
    "protocol": _protocol,
    "scope": _scope,
    "interface": _interface,
    "user": _user,
    "unit": _unit,
    "container": _container,
}
