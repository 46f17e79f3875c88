"""Questions that this machine asked: an answer that nobody asked for names nothing.

Questions are compared as they lie in the messages, without reading their names: half of what passes by is questions,
and answers that nobody asked for are not read at all.
"""

from typing import NamedTuple

__all__ = ["LIFETIME_SECONDS", "MAX_QUERIES", "Path", "QueryBook", "question_of"]

LIFETIME_SECONDS = 10.0
"""How long an answer may take: resolvers give up after 5 s (resolv.conf(5), timeout)."""

MAX_QUERIES = 4_096

_HEADER_BYTES = 12
_MAX_LABELS = 128


class Path(NamedTuple):
    """Where a question went: protocol, this machine's end, the resolver's end."""

    ip_protocol: int
    address: bytes
    port: int
    server: bytes
    server_port: int


class QueryBook:
    """Open questions by their path and id, the oldest out first. Times are those of the capture, in Unix seconds."""

    __slots__ = ("_queries",)

    def __init__(self) -> None:
        """Start with none."""
        self._queries: dict[tuple[Path, bytes, bytes], float] = {}

    def __len__(self) -> int:
        return len(self._queries)

    def ask(self, path: Path, message: bytes, time: float) -> None:
        """Note a query; asked once more, it counts as new. ``ValueError``: it asks no single question."""
        key = (path, message[:2], question_of(message))
        self._queries.pop(key, None)
        self._queries[key] = time
        if len(self._queries) > MAX_QUERIES:
            del self._queries[next(iter(self._queries))]

    def take(self, path: Path, message: bytes, time: float) -> bool:
        """Tell whether a message answers an open question, once: who answers later was not the one who was heard.

        It must come from the server that was asked, to the same port, with the same id, and repeat the question. Case
        does not matter (RFC 1035, 2.3.3). ``ValueError``: it repeats no single question.
        """
        asked_at = self._queries.pop((path, message[:2], question_of(message)), None)
        # Capture times may step either way with the system's clock.
        return asked_at is not None and abs(time - asked_at) <= LIFETIME_SECONDS


def question_of(message: bytes) -> bytes:
    """Give the question of a message (name, type and class) in lower case, as it lies there.

    The first name of a message is never compressed. ``ValueError``: there is not exactly one, or it is cut off.
    """
    if message[4:6] != b"\0\1":
        raise ValueError("not one question")
    position = _HEADER_BYTES
    for _ in range(_MAX_LABELS):
        size = message[position] if position < len(message) else 0xFF
        if size == 0:
            break
        if size > 63:
            raise ValueError("a question that is cut off or compressed")
        position += 1 + size
    else:
        raise ValueError("a question with too many labels")
    end = position + 5
    if end > len(message):
        raise ValueError("a question that is cut off")
    return message[_HEADER_BYTES:position].lower() + message[position:end]
