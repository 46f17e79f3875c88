"""The closed sets of words of the filter language, and what people write instead of them."""

from typing import Final

from netmon.model import ConnectionState, Direction, DomainSource, FilterField, Protocol, Scope

FIELDS: Final = {
    "app": FilterField.APPLICATION,
    "pid": FilterField.PID,
    "user": FilterField.USER,
    "unit": FilterField.UNIT,
    "exe": FilterField.EXECUTABLE,
    "proto": FilterField.PROTOCOL,
    "port": FilterField.PORT,
    "lport": FilterField.LOCAL_PORT,
    "rport": FilterField.REMOTE_PORT,
    "ip": FilterField.ADDRESS,
    "lip": FilterField.LOCAL_ADDRESS,
    "rip": FilterField.REMOTE_ADDRESS,
    "domain": FilterField.DOMAIN,
    "state": FilterField.STATE,
    "dir": FilterField.DIRECTION,
    "scope": FilterField.SCOPE,
    "iface": FilterField.INTERFACE,
    "sent": FilterField.SENT_BYTES,
    "received": FilterField.RECEIVED_BYTES,
    "rate": FilterField.RATE,
    "sent_rate": FilterField.SENT_RATE,
    "received_rate": FilterField.RECEIVED_RATE,
    "total": FilterField.TOTAL,
    "age": FilterField.AGE,
    "source": FilterField.DOMAIN_SOURCE,
    "is": FilterField.IS,
}
"""Short names of the fields, in the order of the grammar."""

WHOLE_NUMBERS: Final = frozenset({FilterField.PID, FilterField.PORT, FilterField.LOCAL_PORT, FilterField.REMOTE_PORT})
SIZES: Final = frozenset(
    {
        FilterField.SENT_BYTES,
        FilterField.RECEIVED_BYTES,
        FilterField.RATE,
        FilterField.SENT_RATE,
        FilterField.RECEIVED_RATE,
        FilterField.TOTAL,
    }
)
NUMBERS: Final = WHOLE_NUMBERS | SIZES | {FilterField.AGE}
ADDRESSES: Final = frozenset({FilterField.ADDRESS, FilterField.LOCAL_ADDRESS, FilterField.REMOTE_ADDRESS})

IS_WORDS: Final = ("local", "remote", "listen", "active", "idle", "new", "closed", "unknown", "own")


def _names(
    words: type[Protocol] | type[ConnectionState] | type[Direction] | type[Scope] | type[DomainSource],
) -> tuple[str, ...]:
    return tuple(word.name.lower() for word in words if word.value)


WORDS: Final = {
    FilterField.PROTOCOL: _names(Protocol),
    FilterField.STATE: _names(ConnectionState),
    FilterField.DIRECTION: _names(Direction),
    FilterField.SCOPE: _names(Scope),
    FilterField.DOMAIN_SOURCE: _names(DomainSource),
    FilterField.IS: IS_WORDS,
}
"""The words that a field can have, for the fields that have a closed set."""

FIELD_SYNONYMS: Final = {
    "application": "app",
    "process": "app",
    "name": "app",
    "executable": "exe",
    "path": "exe",
    "protocol": "proto",
    "interface": "iface",
    "direction": "dir",
    "address": "ip",
    "host": "rip",
    "remote": "rip",
    "dst": "rip",
    "local": "lip",
    "src": "lip",
    "dport": "rport",
    "sport": "lport",
    "container": "unit",
    "dns": "domain",
    "sent_bytes": "sent",
    "received_bytes": "received",
    "up": "sent",
    "down": "received",
    "bytes": "total",
    "speed": "rate",
}
"""What people who know the words of the contract or of other tools write in place of a field."""

WORD_SYNONYMS: Final = {
    "out": "outbound",
    "outgoing": "outbound",
    "in": "inbound",
    "incoming": "inbound",
    "private": "lan",
    "lo": "loopback",
    "localhost": "loopback",
    "public": "internet",
    "wan": "internet",
    "open": "established",
    "listening": "listen",
    "hosts": "hosts_file",
    "tls": "sni",
    "icmpv6": "icmp",
    "icmp6": "icmp",
    "tcp6": "tcp",
    "udp6": "udp",
}
"""The same for the words of the closed sets; a suggestion is made only where the field has the word."""


def nearest(word: str, known: tuple[str, ...], synonyms: dict[str, str]) -> str:
    """Give the known word that was meant; empty if none is near.

    A synonym, else a word that begins so (three letters or more), else the one with the fewest edits (a letter more,
    less, other, or two swapped): at most one, or two in words of five letters or more. The first of equals wins.
    """
    word = word.lower()
    if synonyms.get(word, "") in known:
        return synonyms[word]
    if len(word) >= 3:  # shorter beginnings fit too much
        for candidate in known:
            if candidate.startswith(word):
                return candidate
    limit = 2 if len(word) >= 5 else 1
    # Each letter of difference in length is an edit: a word of four thousand letters need not be compared at all.
    alike = [candidate for candidate in known if abs(len(candidate) - len(word)) <= limit]
    best = min(alike, key=lambda candidate: _edits(word, candidate), default="")
    return best if best and _edits(word, best) <= limit else ""


def _edits(first: str, second: str) -> int:
    """Count edits between two words (optimal string alignment)."""
    older: list[int] = []
    previous = list(range(len(second) + 1))
    for i, letter in enumerate(first):
        row = [i + 1]
        for j, other in enumerate(second):
            cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (letter != other))
            if i and j and letter == second[j - 1] and first[i - 1] == other:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
        older, previous = previous, row
    return previous[-1]
