"""Snapshots that may be shown to others: pseudonyms in place of domains, addresses and command lines.

A pseudonym is a keyed digest of what it stands for, so that it stays the same in a run and tells nothing without the
key; of another run it is another one. Domains keep their shape: what has one registrable domain still has.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2s

from netmon.address import address_text, packed_address
from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionFacts,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    DomainTraffic,
    Endpoint,
    Event,
    Explanation,
    Process,
    Snapshot,
)
from netmon_collector.core.makings import Makings

__all__ = ["Redactor"]

_REMEMBERED = 16_384


class Redactor:
    """Replaces texts by pseudonyms. ``key`` is secret, and new in each run."""

    def __init__(self, key: bytes) -> None:
        """Take the key, of 64 bytes at the most (BLAKE2s takes 32; longer ones are digested first)."""
        self._key = blake2s(key).digest()
        self._domain: Callable[[str, str], str] = lru_cache(maxsize=_REMEMBERED)(self._make_domain)
        self._address: Callable[[str], str] = lru_cache(maxsize=_REMEMBERED)(self._make_address)
        self._facts = Makings(self._redacted)
        self._domains = Makings(self._redacted_domain)
        self._processes = Makings(self._redacted_process)

    def begin_tick(self, sequence: int) -> None:
        """Forget what nobody asked for lately."""
        for kept in (self._facts, self._domains, self._processes):
            kept.begin_tick(sequence)

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Give the snapshot with pseudonyms. What did not change since the last one stays the same object."""
        return replace(
            snapshot,
            connections=tuple(self.row(row) for row in snapshot.connections),
            domains=tuple(self._domain_row(row) for row in snapshot.domains),
        )

    def rows(self, rows: tuple[Connection, ...]) -> tuple[Connection, ...]:
        """Give rows with pseudonyms."""
        return tuple(self.row(row) for row in rows)

    def row(self, row: Connection) -> Connection:
        """Give a row with pseudonyms."""
        return row._replace(facts=self._facts.of(row.facts))

    def event(self, event: Event) -> Event:
        """Give an event with pseudonyms."""
        match event.kind:
            case (
                ConnectionOpened(connection=row)
                | ConnectionClosed(connection=row)
                | ConnectionNamed(connection=row)
                | ConnectionReattributed(connection=row)
            ) as kind:
                return replace(event, kind=replace(kind, connection=self.row(row)))
            case _:
                return event

    def explanation(self, explanation: Explanation) -> Explanation:
        """Give an explanation with pseudonyms."""
        return replace(
            explanation,
            connection=self.row(explanation.connection),
            processes=tuple(self._process(process) for process in explanation.processes),
        )

    def _redacted(self, facts: ConnectionFacts) -> ConnectionFacts:
        return replace(
            facts,
            local=self._endpoint(facts.local),
            remote=self._endpoint(facts.remote),
            process=self._process(facts.process) if facts.process is not None else None,
            holders=tuple(self._process(holder) for holder in facts.holders),
            domain=self._domain(facts.domain, facts.registrable_domain),
            registrable_domain=self._domain(facts.registrable_domain, facts.registrable_domain),
        )

    def _process(self, process: Process) -> Process:
        return self._processes.of(process) if process.command_line else process

    def _redacted_process(self, process: Process) -> Process:
        return replace(process, command_line=f"(redacted {self._digest('line', process.command_line)[:8]})")

    def _endpoint(self, endpoint: Endpoint | None) -> Endpoint | None:
        if endpoint is None:
            return None
        address = self._address(endpoint.address)
        return endpoint if address == endpoint.address else replace(endpoint, address=address)

    def _domain_row(self, row: DomainTraffic) -> DomainTraffic:
        return row if row.is_others else self._domains.of(row)

    def _redacted_domain(self, row: DomainTraffic) -> DomainTraffic:
        return replace(
            row,
            name=self._domain(row.name, row.registrable_domain),
            registrable_domain=self._domain(row.registrable_domain, row.registrable_domain),
        )

    def _make_domain(self, name: str, registrable: str) -> str:
        """Give ``host-….site-….invalid``; .invalid is nobody's (RFC 6761, 6.4)."""
        if not name:
            return ""
        if not registrable:
            return f"name-{self._digest('domain', name)[:8]}.invalid"
        site = f"site-{self._digest('domain', registrable)[:8]}.invalid"
        return site if name == registrable else f"host-{self._digest('domain', name)[:8]}.{site}"

    def _make_address(self, text: str) -> str:
        """Give an address of the same family that is nobody's; those that stand for no host alone stay."""
        packed = packed_address(text.partition("%")[0])
        if not _is_of_a_host(packed):
            return text
        digest = bytes.fromhex(self._digest("address", text))
        if len(packed) == 4:
            return address_text(bytes((240 | digest[0] & 0x0F, *digest[1:4])))  # 240.0.0.0/4: RFC 1112, section 4
        return address_text(b"\x20\x01\x0d\xb8" + digest[:12])  # 2001:db8::/32: RFC 3849

    def _digest(self, kind: str, text: str) -> str:
        return blake2s(f"{kind}:{text}".encode(), key=self._key, digest_size=16).hexdigest()


def _is_of_a_host(packed: bytes) -> bool:
    """Whether an address is one host's: not loopback, unspecified, multicast or broadcast."""
    if len(packed) == 4:
        return packed[0] not in {0, 127} and not 224 <= packed[0] <= 239 and packed != b"\xff" * 4
    return packed[0] != 0xFF and packed[:15] != bytes(15)
