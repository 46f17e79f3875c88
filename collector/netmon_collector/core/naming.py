"""What connections are called: takes what was learnt of names, and once a tick gives each connection its name.

What is learnt may come before the connection that it is about, or after its row was shown: both wait for each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from netmon.model import Direction, NamesStatus, Scope
from netmon_collector.core.flow import Flow, FlowKey
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.flow_name import FlowName, Hello
from netmon_collector.core.name_choice import SLACK_SECONDS, best_answer, chosen_name, is_nameable, unnamed_reason
from netmon_collector.core.name_facts import (
    DnsFact,
    EchConfig,
    EncryptedDns,
    HelloFact,
    HelloWithoutName,
    HostsFact,
    NameFact,
)
from netmon_collector.core.name_table import NAME_LIMIT, Asker, NameAnswer, NameTable, used_until

__all__ = ["NameSettings", "Naming"]

WAITING_LIMIT = 4_096
"""How many hellos of connections that were not yet counted, and how many answers without an asker, are kept waiting."""

WAITING_SECONDS = 30.0
"""How long they wait: packets are counted within a second, owners are found within fifteen."""

LATEST_HELLO_BYTES = 32_768
"""Behind the SYN, by sequence numbers, a hello may end: what looks like one further on is something that the connection
carries. Before it there may be STARTTLS or a request to a proxy; the longest hello that is read has 16 kB."""

_SEQUENCE_NUMBERS = 1 << 32

COVER_LIMIT = 1_024
ASKER_LIMIT = 1_024


def _no_registrable_domain(_name: str) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSettings:
    """How names are learnt in a run.

    ``reason``: why not, or what is missing. ``registrable`` gives the registrable part of a domain, "" where it has
    none. ``browsers``: see ``browsers.Browsers``. ``pseudonym_key``: the secret behind pseudonyms.
    """

    is_on: bool = True
    reason: str = ""
    has_quic: bool = False
    registrable: Callable[[str], str] = _no_registrable_domain
    browsers: tuple[str, ...] = ()
    pseudonym_key: bytes = b""
    name_limit: int = NAME_LIMIT


@dataclass(slots=True)
class _Waiting:
    """What was said in a connection that is not tracked yet. ``time`` in Unix seconds."""

    time: float
    hello: Hello | None = None
    is_encrypted_dns: bool = False
    tcp_sequence: int | None = None
    """Of the segment that said it."""


class Naming:
    """Names of the connections of a book."""

    def __init__(self, book: FlowBook, settings: NameSettings, since_time: float) -> None:
        """Name the connections of ``book``; names are watched since ``since_time`` (Unix seconds)."""
        self._book = book
        self._settings = settings
        self._since_time = since_time
        self._registrable = lru_cache(maxsize=4_096)(settings.registrable)
        self._table = NameTable(limit=settings.name_limit)
        self._waiting: dict[FlowKey, _Waiting] = {}
        self._unasked: list[tuple[NameAnswer, FlowKey]] = []
        self._hosts: dict[bytes, str] = {}
        self._covers: dict[str, float] = {}
        self._askers: dict[tuple[str, int | None], None] = {}
        self._changed: dict[bytes, float] = {}
        """Addresses of which something was learnt, and since when (Unix seconds): what began earlier used none of it.
        """
        self._is_all_changed = False
        self._answer_count = 0
        self._last_answer: DnsFact | None = None
        self._last_asker: Asker | None = None
        """Who asked for the last answer, if that was known as it came."""
        self._hello_count = 0
        self._shed_count = 0
        self.left_out_count = 0
        """Packets that may have named something and were not read, for want of time; whoever reads them sets it."""
        self.named: list[Flow] = []
        """Connections whose name was learnt or changed after their row was shown; the monitor takes them."""

    # What it is fed.

    def add(self, facts: Iterable[NameFact]) -> None:
        """Take what was learnt. Nothing where names are switched off."""
        if not self._settings.is_on:
            return
        self._last_answer = None
        for fact in facts:
            match fact:
                case DnsFact():
                    self._add_answer(fact)
                case HelloFact():
                    self._add_hello(fact, fact.server_name)
                case HelloWithoutName():
                    self._add_hello(fact, "")
                case EncryptedDns():
                    self._add_to_flow(fact.key, _Waiting(fact.time, is_encrypted_dns=True))
                case EchConfig():
                    self._add_cover(fact)
                case HostsFact():
                    self._hosts = {row.address: row.names[0] for row in fact.rows if row.names}
                    self._is_all_changed = True

    def _add_answer(self, fact: DnsFact) -> None:
        self._answer_count += 1
        last = self._last_answer
        if last is None or last.asker != fact.asker or last.time != fact.time:  # else the same message says more
            self._last_asker = _asker_of(self._flow_of(fact.asker, fact.time)) if fact.asker is not None else None
            self._note_asker(self._last_asker)
        self._last_answer, asker = fact, self._last_asker
        answer = NameAnswer(
            address=fact.address,
            name=fact.asked_name,
            first_time=fact.time,
            time=fact.time,
            until=used_until(fact.time, fact.ttl_seconds),
            asker=asker or Asker(),
            is_multicast=fact.is_multicast,
            is_hint=fact.is_hint,
            is_waiting=fact.asker is not None and asker is None and len(self._unasked) < WAITING_LIMIT,
        )
        self._table.add(answer)
        if answer.is_waiting and fact.asker is not None:
            self._unasked.append((answer, fact.asker))
        self._note_change(fact.address, fact.time)

    def _add_hello(self, fact: HelloFact | HelloWithoutName, name: str) -> None:
        self._hello_count += 1
        if fact.is_sent:  # else the name is one of this machine's own
            hello = Hello(name=name, source=fact.source, has_ech=fact.has_ech)
            self._add_to_flow(fact.key, _Waiting(fact.time, hello=hello, tcp_sequence=fact.tcp_sequence))

    def _add_cover(self, fact: EchConfig) -> None:
        until = used_until(fact.time, fact.ttl_seconds)
        if fact.public_name not in self._covers:
            self._is_all_changed = True
        self._covers[fact.public_name] = max(until, self._covers.pop(fact.public_name, 0.0))
        while len(self._covers) > COVER_LIMIT:
            del self._covers[next(iter(self._covers))]

    def _add_to_flow(self, key: FlowKey, said: _Waiting) -> None:
        flow = self._book.table.get(key)
        if flow is None or _is_in_doubt(flow, said.time) or _is_over(flow, said.time):
            self._wait(key, said)
        elif _is_said_in(flow, said):
            _hear(flow, said)
        elif _is_of(flow, said.time):
            self._wait(key, said)  # of one that is about to take these ends, or something that this one carries
        else:
            self._shed_count += 1  # of a connection that had these ends before

    def _wait(self, key: FlowKey, said: _Waiting) -> None:
        before = self._waiting.pop(key, None)
        if before is not None and abs(before.time - said.time) <= WAITING_SECONDS:
            said.hello = said.hello or before.hello
            said.is_encrypted_dns = said.is_encrypted_dns or before.is_encrypted_dns
        self._waiting[key] = said
        if len(self._waiting) > WAITING_LIMIT:
            del self._waiting[next(iter(self._waiting))]
            self._shed_count += 1

    # What it decides.

    def settle(self, wall_time: float) -> None:
        """Give each connection its name for which something may have changed. Once a tick, before the rows are made."""
        self._settle_askers(wall_time)
        self._table.expire(wall_time - WAITING_SECONDS)
        table, since, never = self._book.table, self._changed.get, float("inf")
        if self._is_all_changed:
            due = list(table)
        elif self._changed:
            due = [
                flow for flow in table if flow.facts is None or flow.start_time >= since(flow.key.remote_address, never)
            ]
        else:
            due = [flow for flow in table.awake() if flow.facts is None]
        for flow in due:
            self._settle_flow(flow)
        self._changed.clear()
        self._is_all_changed = False
        if self._waiting:
            earliest = wall_time - WAITING_SECONDS
            self._waiting = {key: said for key, said in self._waiting.items() if said.time >= earliest}

    def status(self) -> NamesStatus:
        """Give how names are learnt."""
        settings = self._settings
        return NamesStatus(
            is_on=settings.is_on,
            reason=settings.reason,
            answer_count=self._answer_count,
            hello_count=self._hello_count,
            name_count=len(self._table),
            name_limit=self._table.limit,
            shed_count=self._shed_count + self._table.given_up_count + self.left_out_count,
            has_quic=settings.has_quic,
        )

    def _settle_flow(self, flow: Flow) -> None:
        said = self._waiting.get(flow.key)
        if said is not None and _is_said_in(flow, said) and self._book.table.get(flow.key) is flow:
            del self._waiting[flow.key]
            _hear(flow, said)
        name = self._name_of(flow)
        if name == flow.name:
            return
        is_news = bool(name.domain) and name.domain != flow.name.domain and not flow.is_new
        self._book.ledger.rename(flow, name)
        flow.change()
        if is_news:
            self.named.append(flow)

    def _name_of(self, flow: Flow) -> FlowName:
        answer, hosts_name = None, ""
        if is_nameable(flow):
            address = flow.key.remote_address
            hosts_name = self._hosts.get(address, "") if flow.scope is not Scope.LOOPBACK else ""
            answers = self._table.of(address)
            if flow.answer is not None and flow.answer not in answers:
                answers.append(flow.answer)  # the table gave it up meanwhile
            answer = best_answer(flow, answers, hosts=bool(hosts_name)) if answers else None
            # A copy: what the table keeps changes with the next answer.
            flow.answer = replace(answer) if answer is not None else None
        hello = flow.hello
        process = flow.owner.process if flow.owner is not None else None
        return chosen_name(
            flow,
            answer,
            hosts_name,
            is_cover=hello is not None and hello.has_ech and self._covers.get(hello.name, 0.0) >= flow.start_time,
            registrable=self._registrable,
            reason=unnamed_reason(
                flow,
                is_on=self._settings.is_on,
                since_time=self._since_time,
                has_asked=process is not None and (process.application_id, process.uid) in self._askers,
            ),
        )

    def _settle_askers(self, wall_time: float) -> None:
        """Find out who asked for what, as soon as owners of queries are known."""
        still: list[tuple[NameAnswer, FlowKey]] = []
        for answer, key in self._unasked:
            asker = _asker_of(self._flow_of(key, answer.first_time))
            if asker is not None or wall_time - answer.first_time > WAITING_SECONDS:
                self._note_asker(asker)
                self._table.settle(answer, asker or Asker())
                self._note_change(answer.address, answer.first_time)
            else:
                still.append((answer, key))
        self._unasked = still

    def _flow_of(self, key: FlowKey, time: float) -> Flow | None:
        """Give the connection that had these ends at that time."""
        flow = self._book.table.get(key)
        return flow if flow is not None and _is_of(flow, time) else None

    def _note_change(self, address: bytes, time: float) -> None:
        """Look again at what began since an answer was given, at ``time``: also if it only repeats an earlier one."""
        since = time - SLACK_SECONDS
        self._changed[address] = min(since, self._changed.get(address, since))

    def _note_asker(self, asker: Asker | None) -> None:
        """Remember that an application asks in the open: what it uses without is not asked for."""
        if asker is None or not asker.application_id:
            return
        self._askers.pop((asker.application_id, asker.uid), None)
        self._askers[asker.application_id, asker.uid] = None
        if len(self._askers) > ASKER_LIMIT:
            del self._askers[next(iter(self._askers))]


def _asker_of(flow: Flow | None) -> Asker | None:
    if flow is None or flow.owner is None:
        return None
    process = flow.owner.process
    return Asker(process.id, process.application_id, process.uid)


def _is_of(flow: Flow, time: float) -> bool:
    """Whether what was said at ``time`` between a connection's ends was said in it, and not in one before or after."""
    if _is_in_doubt(flow, time):
        return False
    if not flow.started_before and time < flow.start_time - SLACK_SECONDS:
        return False
    return not _is_over(flow, time)


def _is_over(flow: Flow, time: float) -> bool:
    return flow.end_time is not None and time > flow.end_time + SLACK_SECONDS


def _is_in_doubt(flow: Flow, time: float) -> bool:
    """Whether another socket may have had a connection's ends then: who asks for what is not told of it so far."""
    return flow.doubted_since is not None and time >= flow.doubted_since


def _is_said_in(flow: Flow, said: _Waiting) -> bool:
    """The same, by the sequence number too where this machine opened the connection and both are known."""
    if not _is_of(flow, said.time):
        return False
    if said.tcp_sequence is None or flow.syn_sequence is None or flow.direction is not Direction.OUTBOUND:
        return True
    return (said.tcp_sequence - flow.syn_sequence) % _SEQUENCE_NUMBERS <= LATEST_HELLO_BYTES


def _hear(flow: Flow, said: _Waiting) -> None:
    hello, before = said.hello, flow.hello
    if hello is not None and before is not None and before.name != hello.name:
        hello = replace(hello, is_mixed=True)
    if hello is not None and not (before is not None and before.is_mixed):
        flow.hello = hello
    flow.is_encrypted_dns = flow.is_encrypted_dns or said.is_encrypted_dns
    flow.change()
