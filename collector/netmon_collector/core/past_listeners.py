"""Who listened until lately: a connection may be looked for in a listing that came after its server had ended."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from netmon.model import OwnerConfidence, Process, Protocol
from netmon_collector.core.flow import FlowKey, Owner
from netmon_collector.core.socket_index import SocketIndex
from netmon_collector.core.sockets import SocketRow

__all__ = ["PastListeners"]

KEPT_SECONDS: Final = 60.0
"""How long one that is gone is remembered: as long as ended connections are listed."""

_WITH_PORTS: Final = frozenset({Protocol.TCP, Protocol.UDP, Protocol.SCTP})

LIMIT: Final = 256
"""How many that are gone are remembered, the latest ones."""


class _Listener(NamedTuple):
    row: SocketRow
    process: Process
    holders: tuple[Process, ...]
    since: float
    """When it was first listed (Unix seconds)."""


class PastListeners:
    """Sockets that took calls or datagrams of anybody, which whole listings showed, and later ones no longer."""

    def __init__(self) -> None:
        """Know none."""
        self._present: dict[SocketRow, _Listener] = {}
        self._gone: dict[_Listener, float] = {}
        """With the start of the first listing that did not show it."""

    def follow(self, rows: Iterable[SocketRow], processes: Mapping[str, Process], time: float) -> None:
        """Take the sockets of the next whole listing, which began at ``time``, and the processes that they name."""
        before, self._present = self._present, {}
        for row in rows:
            if row.remote_address is not None or row.protocol not in _WITH_PORTS or row.is_raw:
                continue
            if row in self._present:
                continue  # another one like it (SO_REUSEPORT)
            known, process = before.pop(row, None), processes.get(row.process_id)
            if known is not None:
                self._present[row] = known
            elif process is not None:
                holders = tuple(processes[key] for key in row.holder_ids if key in processes)
                self._present[row] = _Listener(row, process, holders, time)
        for listener in before.values():
            self._gone[listener] = time
        oldest = time - KEPT_SECONDS
        kept = [(listener, until) for listener, until in self._gone.items() if until >= oldest]
        self._gone = dict(kept[-LIMIT:])

    def owner(self, key: FlowKey, start_time: float) -> Owner | None:
        """Give who listened on a connection's local end when it began (Unix seconds), and no longer does: a guess.

        One that was listed before and after that moment, or that had ended when the next listing came.
        """
        then = [one for one, until in self._gone.items() if one.since <= start_time < until and _is_at(one, key)]
        match = SocketIndex(tuple(one.row for one in then)).match(key) if then else None
        if match is None:
            return None
        fitting = _of([match.row, *match.others], then)
        people = list({one.id: one for listener in fitting for one in (listener.process, *listener.holders)}.values())
        return Owner(
            process=people[0],
            holders=tuple(people[1:]),
            method=match.method,
            confidence=OwnerConfidence.INFERRED,
        )


def _is_at(listener: _Listener, key: FlowKey) -> bool:
    return (listener.row.protocol, listener.row.local_port) == (key.protocol, key.local_port)


def _of(rows: Iterable[SocketRow], listeners: Iterable[_Listener]) -> list[_Listener]:
    by_row = {listener.row: listener for listener in listeners}
    return [by_row[row] for row in rows]
