"""The words of the messages to a tab: schema, columns of its tables, and codes with what they mean to people."""

from enum import IntEnum
from typing import Any, Final
from typing import Protocol as Port

from netmon.model import (
    AttemptResult,
    CaptureState,
    ConnectionState,
    Direction,
    DomainSource,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    Remainder,
    Scope,
    UnattributedReason,
    UnnamedReason,
)
from netmon_client.words import (
    method_words,
    reason_words,
    remainder_words,
    source_words,
    state_look,
    unnamed_words,
)

__all__ = [
    "APP_COLUMNS",
    "DOMAIN_COLUMNS",
    "PROCESS_COLUMNS",
    "ROW_COLUMNS",
    "SCHEMA",
    "IconPort",
    "Json",
    "code",
    "no_icon",
    "state_code",
    "words",
]

SCHEMA: Final = "netmon.dashboard.v1"

Json = Any
"""What ``json.dumps`` takes: a message or a part of one."""

APP_COLUMNS: Final = (
    "n",
    "id",
    "name",
    "path",
    "icon",
    "users",
    "first",
    "is_browser",
    "sent",
    "received",
    "ds",
    "dr",
    "connections",
    "listening",
    "processes",
    "remotes",
)
PROCESS_COLUMNS: Final = (
    "n",
    "pid",
    "name",
    "executable",
    "user",
    "uid",
    "parent_pid",
    "parent_name",
    "command_line",
    "unit",
    "container",
    "start",
    "app",
)
DOMAIN_COLUMNS: Final = (
    "n",
    "name",
    "registrable",
    "source",
    "is_others",
    "first",
    "last",
    "sent",
    "received",
    "ds",
    "dr",
    "connections",
    "apps",
)
ROW_COLUMNS: Final = (
    "n",
    "id",
    "app",
    "process",
    "protocol",
    "local_address",
    "local_port",
    "remote_address",
    "remote_port",
    "direction",
    "scope",
    "interface",
    "domain",
    "domain_source",
    "unit",
    "container",
    "state",
    "start",
    "started_before",
    "last",
    "end",
    "sent",
    "received",
    "ds",
    "dr",
    "owner_method",
    "owner_confidence",
    "reason",
    "holders",
    "is_netmon",
    "remainder",
    "rtt_milliseconds",
    "retransmits",
    "sent_payload",
    "received_payload",
    "unnamed_reason",
)


class IconPort(Port):
    """Where an application's icon comes from."""

    def __call__(self, path: str, name: str, /) -> str:
        """Give the URL path of the icon of an executable or bundle, or "" where there is none. Never blocks.

        Asked at each tick: an icon that is still looked for appears in a later answer.
        """
        ...


def no_icon(_path: str, _name: str, /) -> str:
    """Know no icons."""
    return ""


_CODED: Final = (
    AttemptResult,
    CaptureState,
    Direction,
    DomainSource,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    Remainder,
    Scope,
    UnattributedReason,
    UnnamedReason,
)
_CODES: Final[dict[type[IntEnum], tuple[str, ...]]] = {
    kind: tuple("" if member.value == 0 else member.name.lower() for member in kind) for kind in _CODED
}


def code(member: IntEnum) -> str:
    """Give the code of an enumeration's member: its name in lower case, "" for UNSPECIFIED."""
    return _CODES[type(member)][member]


_STATE_CODES: Final = {state: state.name.lower() for state in ConnectionState}


def state_code(state: ConnectionState) -> str:
    """Give the code of a connection's state; also UNSPECIFIED has one, since it has a look."""
    return _STATE_CODES[state]


def words() -> Json:
    """Give what the codes mean to people: reasons, states with their looks, methods, remainders, sources of names."""
    looks = {state_code(state): state_look(state) for state in ConnectionState}
    return {
        "reasons": {code(reason): reason_words(reason) for reason in UnattributedReason if reason},
        "states": {
            key: {"glyph": look.glyph, "colour": look.colour, "name": look.name, "brief": look.brief}
            for key, look in looks.items()
        },
        "methods": {code(method): method_words(method) for method in OwnerMethod if method},
        "remainders": {code(remainder): remainder_words(remainder) for remainder in Remainder if remainder},
        "sources": {code(source): source_words(source) for source in DomainSource if source},
        "unnamed": {code(reason): unnamed_words(reason) for reason in UnnamedReason},
    }
