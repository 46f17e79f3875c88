"""The rows of a made-up workstation: how they begin, move and end."""

import math
import random
from dataclasses import dataclass, field, replace
from typing import Final

from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    DomainSource,
    Endpoint,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Scope,
    Traffic,
    UnattributedReason,
    UnnamedReason,
)
from tests.support.busy_programs import Program, processes_of

_HERE: Final = "192.168.1.20"
_HERE_V6: Final = "2001:db8:1::20"
_IDLE_SECONDS: Final = 5.0
_UNOWNED_SHARE: Final = 0.04
_PACKET_BYTES: Final = 1_200
# Mean bytes a second of a row, and how many rows of a hundred have it.
_PACES: Final = ((0, 58), (600, 26), (9_000, 12), (240_000, 3), (1_900_000, 1))
_ENDING: Final = {
    ConnectionState.ESTABLISHED: ConnectionState.FIN_WAIT_1,
    ConnectionState.FIN_WAIT_1: ConnectionState.FIN_WAIT_2,
    ConnectionState.FIN_WAIT_2: ConnectionState.TIME_WAIT,
    ConnectionState.TIME_WAIT: ConnectionState.CLOSED,
    ConnectionState.CLOSE_WAIT: ConnectionState.LAST_ACK,
    ConnectionState.LAST_ACK: ConnectionState.CLOSED,
    ConnectionState.SYN_SENT: ConnectionState.CLOSED,
    ConnectionState.SYN_RECV: ConnectionState.CLOSED,
    ConnectionState.ACTIVE: ConnectionState.CLOSED,
    ConnectionState.IDLE: ConnectionState.CLOSED,
}
_STATES: Final = (
    *(ConnectionState.ESTABLISHED,) * 16,
    ConnectionState.TIME_WAIT,
    ConnectionState.CLOSE_WAIT,
    ConnectionState.FIN_WAIT_2,
    ConnectionState.SYN_SENT,
)
_REASONS: Final = (
    UnattributedReason.GONE,
    UnattributedReason.GONE,
    UnattributedReason.KERNEL,
    UnattributedReason.NO_PRIVILEGE,
    UnattributedReason.OTHER_NAMESPACE,
)


@dataclass(slots=True, kw_only=True)
class Row:
    """One connection over time; ``pace`` is the mean of its bytes a second."""

    facts: ConnectionFacts
    state: ConnectionState
    pace: int
    phase: float
    traffic: Traffic = field(default_factory=Traffic)
    last_time: float | None = None
    end_time: float | None = None
    is_ending: bool = False

    def begin_to_end(self) -> None:
        """Walk through the closing states from now on, one a tick."""
        self.is_ending = True
        self.pace = 0

    def step(self, now: float) -> None:
        """Change the state as one interval does."""
        if self.is_ending:
            self.state = _ENDING[self.state]
            if self.state is ConnectionState.CLOSED:
                self.end_time = now - 0.2
        elif self.state in {ConnectionState.SYN_SENT, ConnectionState.SYN_RECV} and self.pace:
            self.state = ConnectionState.ESTABLISHED
        elif self.facts.protocol is not Protocol.TCP and self.state is not ConnectionState.LISTEN:
            quiet = self.last_time is None or now - self.last_time > _IDLE_SECONDS
            self.state = ConnectionState.IDLE if quiet else ConnectionState.ACTIVE

    def move(self, source: random.Random, now: float, seconds: float) -> None:
        """Move the bytes of one interval: waves with noise, so that charts look alive."""
        wave = max(0.0, 1 + 0.8 * math.sin(now / 9 + self.phase) + source.uniform(-0.4, 0.4))
        received = int(self.pace * seconds * wave)
        sent = received // 11 if self.phase < 5 else received * 3
        if self.state in {ConnectionState.LISTEN, ConnectionState.TIME_WAIT, ConnectionState.CLOSED}:
            sent = received = 0
        old = self.traffic
        packets_in, packets_out = -(-received // _PACKET_BYTES), -(-sent // _PACKET_BYTES)
        self.traffic = Traffic(
            sent_bytes=old.sent_bytes + sent,
            received_bytes=old.received_bytes + received,
            sent_packets=old.sent_packets + packets_out,
            received_packets=old.received_packets + packets_in,
            interval_sent_bytes=sent,
            interval_received_bytes=received,
            interval_sent_packets=packets_out,
            interval_received_packets=packets_in,
            sent_bytes_per_second=sent / seconds,
            received_bytes_per_second=received / seconds,
        )
        if sent or received:
            self.last_time = now - 0.05

    def connection(self) -> Connection:
        """Give the row as it is now."""
        is_tcp = self.facts.protocol is Protocol.TCP and self.state is ConnectionState.ESTABLISHED
        return Connection(
            facts=self.facts,
            traffic=self.traffic,
            state=self.state,
            last_time=self.last_time,
            end_time=self.end_time,
            round_trip_seconds=round(0.008 + self.phase / 90, 4) if is_tcp else None,
            retransmitted_packets=int(self.phase) if is_tcp else None,
        )


class RowMaker:
    """Makes rows for these programs; ids and ports count up."""

    def __init__(self, programs: tuple[Program, ...], source: random.Random, now: float) -> None:
        self._random = source
        self._owners = [(program, processes_of(program, place, now)) for place, program in enumerate(programs)]
        self._weights = [program.weight for program in programs]
        self._count = 0

    def first_rows(self, count: int, now: float) -> list[Row]:
        """Give what is there at the start: a listener where a program has one, then a row of each, then by weight."""
        rows = [self._listener(program, owners[0], now) for program, owners in self._owners if program.port]
        rows += [self._row(program, owners, now) for program, owners in self._owners]
        while len(rows) < count:
            rows.append(self._row(*self._any(), now))
        for row in rows:
            self._give_past(row, now)
        return rows[:count]

    def opened(self, now: float) -> Row:
        """Give one that has just begun."""
        row = self._row(*self._any(), now - 0.3)
        tcp = row.facts.protocol is Protocol.TCP
        row.state = ConnectionState.SYN_SENT if tcp else ConnectionState.ACTIVE
        row.pace = max(row.pace, 600)
        return row

    def _any(self) -> tuple[Program, tuple[Process, ...]]:
        return self._random.choices(self._owners, self._weights)[0]

    def _give_past(self, row: Row, now: float) -> None:
        """Let it have begun, and moved, before the first snapshot."""
        age = self._random.choice((7, 45, 300, 2_000, 5_000)) * self._random.uniform(0.5, 1.5)
        start = max(now - age, row.facts.process.start_time) if row.facts.process else now - age
        row.facts = replace(row.facts, start_time=start, started_before=self._random.random() < 0.1)
        moved = int((now - start) * max(row.pace, 40))
        if row.state is not ConnectionState.LISTEN:
            row.traffic = Traffic(
                sent_bytes=moved // 11,
                received_bytes=moved,
                sent_packets=-(-(moved // 11) // _PACKET_BYTES),
                received_packets=-(-moved // _PACKET_BYTES),
            )
            row.last_time = now - self._random.uniform(0, min(age, 60))

    def _listener(self, program: Program, process: Process, now: float) -> Row:
        self._count += 1
        facts = ConnectionFacts(
            id=f"c{self._count:08x}",
            protocol=program.protocol,
            ip_protocol=17 if program.protocol is Protocol.UDP else 6,
            local=Endpoint(address=program.listens_on, port=program.port),
            direction=Direction.INBOUND,
            scope=Scope.LOOPBACK if program.listens_on.startswith(("127.", "::1")) else Scope.UNSPECIFIED,
            start_time=now,
            process=process,
            application_id=process.application_id,
            application_name=process.application_name,
            unit=process.unit,
            container=process.container,
            owner_method=OwnerMethod.EXACT,
            owner_confidence=OwnerConfidence.CERTAIN,
        )
        return Row(facts=facts, state=ConnectionState.LISTEN, pace=0, phase=0.0)

    def _row(self, program: Program, owners: tuple[Process, ...], now: float) -> Row:
        self._count += 1
        is_owned = self._random.random() >= _UNOWNED_SHARE
        scope = self._random.choices((Scope.INTERNET, Scope.LAN, Scope.LOOPBACK), (8, 1, 1))[0]
        inbound = bool(program.port) and not program.domains
        ends = self._ends(program, scope, inbound=inbound)
        process = self._random.choice(owners) if is_owned else None
        domain = self._random.choice(program.domains or ("",)) if scope is Scope.INTERNET and is_owned else ""
        guessed = is_owned and self._random.random() < 0.08
        facts = ConnectionFacts(
            id=f"c{self._count:08x}",
            protocol=program.protocol,
            ip_protocol=17 if program.protocol is Protocol.UDP else 6,
            local=ends[0],
            remote=ends[1],
            direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
            scope=scope,
            interface="lo" if scope is Scope.LOOPBACK else ("wlan0" if self._count % 3 else "eth0"),
            start_time=now,
            process=process,
            application_id=process.application_id if process else "",
            application_name=process.application_name if process else "",
            unit=process.unit if process else "",
            container=process.container if process else "",
            owner_method=_method(process, guessed=guessed),
            owner_confidence=_confidence(process, guessed=guessed),
            unattributed_reason=UnattributedReason.UNSPECIFIED if is_owned else self._random.choice(_REASONS),
            domain=domain,
            domain_source=program.source if domain else DomainSource.UNSPECIFIED,
            registrable_domain=".".join(domain.split(".")[-2:]),
            unnamed_reason=_unnamed_reason(scope, domain, self._count),
        )
        pace = self._random.choices([pace for pace, _ in _PACES], [share for _, share in _PACES])[0]
        state = self._random.choice(_STATES) if program.protocol is Protocol.TCP else ConnectionState.IDLE
        return Row(facts=facts, state=state, pace=pace, phase=self._random.uniform(0, 2 * math.pi))

    def _ends(self, program: Program, scope: Scope, *, inbound: bool) -> tuple[Endpoint, Endpoint]:
        """Give the local and the remote end: an own port that is free, a remote one that fits the program."""
        own_port = 32_768 + self._count % 28_000
        remote_port = own_port if inbound else program.remote_port
        local_port = program.port if inbound else own_port
        number = self._random.randrange(1, 250)
        if scope is Scope.LOOPBACK:
            here, there = "127.0.0.1", "127.0.0.1"
        elif scope is Scope.LAN:
            here, there = _HERE, f"192.168.1.{number}"
        elif self._count % 7 == 0:
            here, there = _HERE_V6, f"2001:db8:{number:x}::{self._count % 65_000:x}"
        else:
            here, there = _HERE, f"{self._random.choice(('203.0.113', '198.51.100'))}.{number}"
        return Endpoint(address=here, port=local_port), Endpoint(address=there, port=remote_port)


def _unnamed_reason(scope: Scope, domain: str, number: int) -> UnnamedReason:
    if domain or scope is not Scope.INTERNET:
        return UnnamedReason.UNSPECIFIED
    return (UnnamedReason.ENCRYPTED_DNS, UnnamedReason.NOT_SEEN, UnnamedReason.OLDER)[number % 3]


def _method(process: Process | None, *, guessed: bool) -> OwnerMethod:
    if process is None:
        return OwnerMethod.UNSPECIFIED
    return OwnerMethod.LISTENER if guessed else OwnerMethod.EXACT


def _confidence(process: Process | None, *, guessed: bool) -> OwnerConfidence:
    if process is None:
        return OwnerConfidence.UNSPECIFIED
    return OwnerConfidence.INFERRED if guessed else OwnerConfidence.CERTAIN
