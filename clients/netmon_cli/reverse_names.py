"""Names by reverse lookup, made by this program alone and only where somebody asked for it.

What such a lookup tells is what the owner of the address says, not what was asked for: it is shown as inferred.
"""

import queue
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from netmon.model import Connection, Scope
from netmon_client.clock import monotonic

__all__ = ["ReverseNames", "reverse_lookup"]

LOOKUP_LIMIT = 256
"""How many addresses are looked up for one listing at the most."""

WORKER_COUNT = 16
WAIT_SECONDS = 3.0
"""How long a listing waits for all of them; resolvers give a lookup up after five seconds or more (resolv.conf(5))."""

Lookup = Callable[[str], str]


def reverse_lookup(address: str) -> str:
    """Give the name that the system's resolver has for an address; empty where it has none."""
    try:
        name, _ = socket.getnameinfo((address, 0), socket.NI_NAMEREQD)
    except (OSError, UnicodeError):
        return ""
    return name.rstrip(".").lower()


class ReverseNames:
    """Looks names up, each address once; what is not there in time is left out."""

    def __init__(self, lookup: Lookup = reverse_lookup, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._lookup = lookup
        self._wait_seconds = wait_seconds
        self._names: dict[str, str] = {}

    def named(self, rows: Sequence[Connection]) -> tuple[Connection, ...]:
        """Give the rows; those without a domain get the name of their other end, if that is another host's."""
        self._learn(dict.fromkeys(row.remote.address for row in rows if row.remote is not None and _is_asked(row)))
        return tuple(self._with_name(row) for row in rows)

    def _with_name(self, row: Connection) -> Connection:
        if row.remote is None or not _is_asked(row):
            return row
        name = self._names.get(row.remote.address, "")
        return row._replace(facts=replace(row.facts, domain=name)) if name else row

    def _learn(self, addresses: Iterable[str]) -> None:
        """Look up what is not known yet, by threads that nobody waits for at the end of the program."""
        wanted = [address for address in addresses if address not in self._names][:LOOKUP_LIMIT]
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        found: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        for address in wanted:
            waiting.put(address)
        for _ in range(min(WORKER_COUNT, len(wanted))):
            threading.Thread(target=_work, args=(self._lookup, waiting, found), daemon=True).start()
        end = monotonic() + self._wait_seconds
        for _ in wanted:
            try:
                address, name = found.get(timeout=max(0.0, end - monotonic()))
            except queue.Empty:
                return
            self._names[address] = name


def _work(lookup: Lookup, waiting: "queue.SimpleQueue[str]", found: "queue.SimpleQueue[tuple[str, str]]") -> None:
    while True:
        try:
            address = waiting.get_nowait()
        except queue.Empty:
            return
        found.put((address, lookup(address)))


def _is_asked(row: Connection) -> bool:
    return row.remote is not None and not row.facts.domain and row.facts.scope in (Scope.INTERNET, Scope.LAN)
