"""What the model's enums are called to people: states with glyph and colour, reasons in words."""

from netmon.model import (
    Connection,
    ConnectionState,
    GapCause,
    MonitoringState,
    OwnerMethod,
    Protocol,
    Remainder,
    UnattributedReason,
)
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell

__all__ = [
    "brief_reason",
    "brief_remainder",
    "gap_words",
    "group_words",
    "owner_words",
    "protocol_name",
    "reason_words",
    "remainder_words",
    "state_cell",
]

_STATES: dict[ConnectionState, tuple[str, Style, str]] = {
    ConnectionState.UNSPECIFIED: ("?", Style.GREY, "unknown"),
    ConnectionState.LISTEN: ("◎", Style.BLUE, "LISTEN"),
    ConnectionState.SYN_SENT: ("◐", Style.YELLOW, "SYN_SENT"),
    ConnectionState.SYN_RECV: ("◐", Style.YELLOW, "SYN_RECV"),
    ConnectionState.ESTABLISHED: ("●", Style.GREEN, "ESTABLISHED"),
    ConnectionState.FIN_WAIT_1: ("◔", Style.ORANGE, "FIN_WAIT_1"),
    ConnectionState.FIN_WAIT_2: ("◔", Style.ORANGE, "FIN_WAIT_2"),
    ConnectionState.CLOSE_WAIT: ("◕", Style.RED, "CLOSE_WAIT"),
    ConnectionState.CLOSING: ("◔", Style.ORANGE, "CLOSING"),
    ConnectionState.LAST_ACK: ("◔", Style.ORANGE, "LAST_ACK"),
    ConnectionState.TIME_WAIT: ("○", Style.GREY, "TIME_WAIT"),
    ConnectionState.CLOSED: ("✕", Style.STRUCK, "closed"),
    ConnectionState.ACTIVE: ("●", Style.VIOLET, "active"),
    ConnectionState.IDLE: ("○", Style.GREY, "idle"),
}

# The same in at most eight cells with the glyph, for narrow terminals; ss(8) has used such forms for decades.
_BRIEF: dict[ConnectionState, str] = {
    ConnectionState.UNSPECIFIED: "unkn",
    ConnectionState.ESTABLISHED: "ESTAB",
    ConnectionState.SYN_SENT: "SYN_S",
    ConnectionState.SYN_RECV: "SYN_R",
    ConnectionState.FIN_WAIT_1: "FIN_W1",
    ConnectionState.FIN_WAIT_2: "FIN_W2",
    ConnectionState.CLOSE_WAIT: "CLOSE_W",
    ConnectionState.LAST_ACK: "LAST_A",
    ConnectionState.TIME_WAIT: "TIME_W",
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
}

_BRIEF_REASONS: dict[UnattributedReason, str] = {
    UnattributedReason.PENDING: "lookup due",
    UnattributedReason.OTHER_NAMESPACE: "other netns",
    UnattributedReason.NO_PRIVILEGE: "no right",
    UnattributedReason.PROTOCOL: "no lookup",
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
}

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


def state_cell(state: ConnectionState) -> Cell:
    """Give the state with its glyph and colour, and a brief form."""
    glyph, style, name = _STATES[state]
    return Cell(text=f"{glyph} {name}", style=style, brief=f"{glyph} {_BRIEF.get(state, name)}")


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


def owner_words(row: Connection) -> str:
    """Say how the owner of a row was found, or why there is none."""
    facts = row.facts
    if not row.is_owned:
        return reason_words(facts.unattributed_reason)
    return _METHODS.get(facts.owner_method, "")


def gap_words(cause: GapCause) -> str:
    """Say why something is missing from a stream."""
    return _GAPS[cause]
