"""What the model is called to people, in every front end: states with glyph and colour, reasons, shares, times."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from netmon.model import (
    Connection,
    ConnectionState,
    DomainSource,
    GapCause,
    MonitoringState,
    NamesStatus,
    OwnerMethod,
    OwnerWay,
    Protocol,
    Remainder,
    UnattributedReason,
    UnnamedReason,
)

__all__ = [
    "CAPTURE_OFF",
    "MONITORING",
    "Colour",
    "StateLook",
    "brief_application",
    "brief_reason",
    "brief_remainder",
    "clock_time",
    "counted",
    "gap_words",
    "group_words",
    "method_words",
    "names_words",
    "owner_words",
    "percent",
    "protocol_name",
    "reason_words",
    "remainder_words",
    "source_words",
    "state_look",
    "unnamed_words",
    "ways_words",
]

CAPTURE_OFF: Final = "capture.off"
"""What a collector calls degraded that was told to capture no packets (``--no-capture``)."""

Colour = Literal["green", "blue", "yellow", "orange", "red", "violet", "grey", "struck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLook:
    """How a state is shown: always glyph and text, so that nothing hangs on the colour alone.

    ``brief`` is a form of at most eight cells with the glyph; ss(8) has used such forms for decades.
    """

    glyph: str
    colour: Colour
    name: str
    brief: str


def _look(glyph: str, colour: Colour, name: str, brief: str = "") -> StateLook:
    return StateLook(glyph=glyph, colour=colour, name=name, brief=brief or name)


_STATES: Final[dict[ConnectionState, StateLook]] = {
    ConnectionState.UNSPECIFIED: _look("?", "grey", "unknown", "unkn"),
    ConnectionState.LISTEN: _look("◎", "blue", "LISTEN"),
    ConnectionState.SYN_SENT: _look("◐", "yellow", "SYN_SENT", "SYN_S"),
    ConnectionState.SYN_RECV: _look("◐", "yellow", "SYN_RECV", "SYN_R"),
    ConnectionState.ESTABLISHED: _look("●", "green", "ESTABLISHED", "ESTAB"),
    ConnectionState.FIN_WAIT_1: _look("◔", "orange", "FIN_WAIT_1", "FIN_W1"),
    ConnectionState.FIN_WAIT_2: _look("◔", "orange", "FIN_WAIT_2", "FIN_W2"),
    ConnectionState.CLOSE_WAIT: _look("◕", "red", "CLOSE_WAIT", "CLOSE_W"),
    ConnectionState.CLOSING: _look("◔", "orange", "CLOSING"),
    ConnectionState.LAST_ACK: _look("◔", "orange", "LAST_ACK", "LAST_A"),
    ConnectionState.TIME_WAIT: _look("○", "grey", "TIME_WAIT", "TIME_W"),
    ConnectionState.CLOSED: _look("✕", "struck", "closed"),
    ConnectionState.ACTIVE: _look("●", "violet", "active"),
    ConnectionState.IDLE: _look("○", "grey", "idle"),
}

_REASONS: dict[UnattributedReason, str] = {
    UnattributedReason.UNSPECIFIED: "not known why",
    UnattributedReason.PENDING: "lookup is due",
    UnattributedReason.GONE: "gone before it could be looked up",
    UnattributedReason.KERNEL: "answered by the kernel, no process",
    UnattributedReason.FORWARDED: "forwarded, not of this machine",
    UnattributedReason.OTHER_NAMESPACE: "in another network namespace",
    UnattributedReason.NO_PRIVILEGE: "the collector may not see the process",
    UnattributedReason.PROTOCOL: "owners of this protocol cannot be looked up",
    UnattributedReason.FRAGMENT: "fragment without its first part",
    UnattributedReason.TABLE_FULL: "given up, the table was full",
    UnattributedReason.NO_LOOKUP: "recording without owners",
    UnattributedReason.CARRIER: "carries a tunnel, whose inside is counted",
    UnattributedReason.NO_HELPER: "whoever finds owners is being restarted",
}

_BRIEF_REASONS: dict[UnattributedReason, str] = {
    UnattributedReason.PENDING: "lookup due",
    UnattributedReason.OTHER_NAMESPACE: "other netns",
    UnattributedReason.NO_PRIVILEGE: "no right",
    UnattributedReason.PROTOCOL: "no lookup",
    UnattributedReason.CARRIER: "tunnel",
    UnattributedReason.NO_HELPER: "no helper",
}

_REMAINDERS: dict[Remainder, str] = {
    Remainder.CLOSED: "ended connections",
    Remainder.EVICTED: "evicted connections",
    Remainder.OTHER_USERS: "other users",
}

_METHODS: dict[OwnerMethod, str] = {
    OwnerMethod.EXACT: "exact socket",
    OwnerMethod.LISTENER: "listening socket",
    OwnerMethod.WILDCARD: "socket bound to the port",
    OwnerMethod.CREATOR: "seen by the kernel making the socket",
    OwnerMethod.USER: "seen by the kernel using the socket",
    OwnerMethod.SIBLING: "like the connections just before",
}

_SOURCES: dict[DomainSource, str] = {
    DomainSource.SNI: "TLS server name of the connection",
    DomainSource.QUIC: "QUIC server name of the connection",
    DomainSource.DNS: "inferred from a DNS answer with its address",
    DomainSource.HOSTS_FILE: "inferred from the hosts file",
}

_UNNAMED: dict[UnnamedReason, str] = {
    UnnamedReason.UNSPECIFIED: "no domain to be expected",
    UnnamedReason.OLDER: "began before names were watched",
    UnnamedReason.NOT_SEEN: "no name was seen for its address",
    UnnamedReason.NO_SERVER_NAME: "its hello names no server",
    UnnamedReason.ENCRYPTED_HELLO: "the name in its hello is encrypted",
    UnnamedReason.ENCRYPTED_DNS: "encrypted DNS",
    UnnamedReason.NOT_ASKED: "the address was used without asking in the open",
    UnnamedReason.SWITCHED_OFF: "names are switched off",
    UnnamedReason.OTHER_USERS: "of other users or of nobody, which you may not see",
}

_WAYS: Final = {
    "ebpf": "eBPF",
    "tracepoints": "tracepoints",
    "sockdiag": "sock_diag lookups",
    "sock_diag": "sock_diag lists",
    "procfs": "/proc tables",
    "proc": "/proc descriptors",
    "task_file": "eBPF file lists",
    "recording": "the recording",
}
"""Ways of finding owners by their names in the contract: what asks for one connection, what lists all sockets."""

_GAPS: dict[GapCause, str] = {
    GapCause.UNSPECIFIED: "for an unknown reason",
    GapCause.SLOW_READER: "this reader was too slow",
    GapCause.STOPPED: "monitoring was stopped",
    GapCause.SUSPENDED: "the machine slept",
    GapCause.EXPIRED: "the collector no longer holds them",
    GapCause.OVERLOAD: "the collector did not get to its ticks in time",
}

MONITORING: dict[MonitoringState, str] = {
    MonitoringState.UNSPECIFIED: "unknown",
    MonitoringState.RUNNING: "running",
    MonitoringState.STOPPED: "stopped",
}


def state_look(state: ConnectionState) -> StateLook:
    """Say how a state is shown."""
    return _STATES[state]


def protocol_name(protocol: Protocol, ip_protocol: int) -> str:
    """Give ``tcp``, ``udp``, ``icmp``, ``sctp``, or ``ip 47`` for what has no name here."""
    if protocol in (Protocol.OTHER, Protocol.UNSPECIFIED):
        return f"ip {ip_protocol}"
    return protocol.name.lower()


def _plain(name: str) -> str:
    """Give an enum's word as the SDK writes it in the label of a group."""
    return "unknown" if name == "UNSPECIFIED" else name.lower().replace("_", " ")


def group_words(label: str) -> str:
    """Say what a group without a key stands for; ``label`` is the SDK's name for it."""
    reasons = {f"unattributed: {_plain(reason.name)}": words for reason, words in _REASONS.items()}
    remainders = {_plain(remainder.name): words for remainder, words in _REMAINDERS.items()}
    return reasons.get(label) or remainders.get(label) or label


def brief_application(name: str) -> str:
    """Give what tells ``python3 → backup.py`` from other scripts, which is the script; empty for other names."""
    return name.partition(" → ")[2]


def brief_remainder(remainder: Remainder) -> str:
    """Say what a row without endpoints stands for, in a word."""
    return remainder_words(remainder).removesuffix(" connections")


def brief_reason(reason: UnattributedReason) -> str:
    """Say why something has no owner, in a word or two."""
    return _BRIEF_REASONS.get(reason, _plain(reason.name))


def reason_words(reason: UnattributedReason) -> str:
    """Say why something has no owner."""
    return _REASONS[reason]


def remainder_words(remainder: Remainder) -> str:
    """Say what a row without endpoints stands for; empty for ordinary rows."""
    return _REMAINDERS.get(remainder, "")


def method_words(method: OwnerMethod) -> str:
    """Say how an owner was found; empty where nothing tells."""
    return _METHODS.get(method, "")


def owner_words(row: Connection) -> str:
    """Say how the owner of a row was found, or why there is none."""
    facts = row.facts
    if not row.is_owned:
        return reason_words(facts.unattributed_reason)
    return method_words(facts.owner_method)


def source_words(source: DomainSource) -> str:
    """Say where a domain was learnt, and whether it is inferred; empty where there is none."""
    return _SOURCES.get(source, "")


def unnamed_words(reason: UnnamedReason) -> str:
    """Say why something has no domain."""
    return _UNNAMED[reason]


def names_words(names: NamesStatus) -> str:
    """Say how names are learnt, or why they are not."""
    if not names.is_on:
        return f"switched off{f': {names.reason}' if names.reason else ''}"
    known = f"{names.name_count:,} of {counted(names.name_limit, 'name')} held"
    shed = f", {names.shed_count:,} given up" if names.shed_count else ""
    why = f"; {names.reason}" if names.reason else "" if names.has_quic else "; those of QUIC cannot be read"
    return f"{counted(names.answer_count, 'DNS answer')}, {counted(names.hello_count, 'hello')}; {known}{shed}{why}"


def ways_words(ways: Iterable[OwnerWay]) -> str:
    """Say how owners are found, and why no better way is in use; empty where none is."""
    ways = tuple(ways)
    used = ", ".join(_WAYS.get(way.name, way.name) for way in ways if way.in_use)
    unused = "".join(
        f", not {_WAYS.get(way.name, way.name)} ({way.reason})" for way in ways if not way.in_use and way.reason
    )
    return used + unused if used else ""


def gap_words(cause: GapCause) -> str:
    """Say why something is missing from a stream."""
    return _GAPS[cause]


def clock_time(unix_seconds: float) -> str:
    """Give the local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(unix_seconds))


def percent(share: float) -> str:
    """Give per cent that never round up to all: 99.96 % is not 100 %."""
    if share >= 1:
        return "100 %"
    return f"{min(share * 100, 99.9):.1f} %"


def counted(count: int, noun: str) -> str:
    """Give ``1 row`` or ``1,234 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
