"""The heart: fed packets, sockets, processes and addresses, it gives a snapshot a tick. It opens and awaits nothing.

Times: ``now`` is a monotonic clock in seconds, ``wall_time`` Unix seconds.
"""

from collections.abc import Iterable, Sequence

from netmon.model import (
    BandwidthSample,
    Connection,
    Degradation,
    EventKind,
    Explanation,
    Filter,
    Gap,
    GapCause,
    InterfaceLedger,
    MonitoringChanged,
    MonitoringState,
    PacketSource,
    Process,
    Remainder,
    RowOrder,
    Snapshot,
    StatisticsCleared,
    View,
)
from netmon_collector.core.aging import CLOSED_SECONDS
from netmon_collector.core.attribution import Attribution
from netmon_collector.core.audiences import Audiences
from netmon_collector.core.batch import Batch, CaptureCounts
from netmon_collector.core.browsers import Browsers
from netmon_collector.core.domain_rows import DomainRows, unnamed_of
from netmon_collector.core.events import EventRing, EventSlice
from netmon_collector.core.explanation import RECORDED, explanation_of
from netmon_collector.core.flow import EndedRows
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.flow_table import FLOW_LIMIT
from netmon_collector.core.foreign import Foreign
from netmon_collector.core.interface_ledger import InterfaceBooks, LinkCounters
from netmon_collector.core.name_facts import NameFact
from netmon_collector.core.naming import NameSettings, Naming
from netmon_collector.core.own_part import parts_of
from netmon_collector.core.period_book import PeriodBook
from netmon_collector.core.questions import Answer, Question, Questions
from netmon_collector.core.redaction import Redactor
from netmon_collector.core.roster import RollCall, Roster
from netmon_collector.core.rows import EVICTED_ID, remainder_of
from netmon_collector.core.sockets import LocalNetwork, SocketScan
from netmon_collector.core.statement import (
    ApplicationRows,
    attributed_share,
    drops_of,
    interfaces_of,
    scopes_of,
    unattributed_of,
)
from netmon_collector.core.tcp_counts import TcpCounts
from netmon_collector.core.timeline import Timeline
from netmon_collector.core.veil import Veil
from netmon_collector.core.views import Tick, compose, listed


class Monitor:
    """Connections, owners and sums of one run of the collector."""

    def __init__(
        self,
        instance_id: str,
        *,
        now: float,
        wall_time: float,
        packet_source: PacketSource = PacketSource.LIVE,
        has_lookup: bool = True,
        flow_limit: int = FLOW_LIMIT,
        names: NameSettings | None = None,
    ) -> None:
        """Begin at ``now``. ``has_lookup`` False: nobody will say who owns what; ``names``: how they are learnt."""
        self.instance_id = instance_id
        self.packet_source = packet_source
        self.monitoring_state = MonitoringState.RUNNING
        self.monitoring_since = wall_time
        self.statistics_epoch = wall_time
        self.events = EventRing()
        self.tracked_limit = flow_limit
        """How many connections the table can hold."""
        self._book = FlowBook(limit=flow_limit)
        self._book.now = now
        self._book.has_lookup = has_lookup
        self._attribution = Attribution(self._book)
        self.foreign = Foreign(self._book)
        """Takes what is known of sockets in other network namespaces."""
        self.tcp = TcpCounts(self._book)
        names = names or NameSettings()
        self.naming = Naming(self._book, names, wall_time)
        self.redactor = Redactor(names.pseudonym_key)
        self._book.ledger.browsers = Browsers(names.browsers)
        self._roster = Roster(self._book, self._tell)
        self._applications = ApplicationRows()
        self._interface_books = InterfaceBooks()
        self.interface_ledgers: tuple[InterfaceLedger, ...] = ()
        self._timeline = Timeline()
        self._counts: dict[str, CaptureCounts] = {}
        self._dropped_packets = 0
        self._degraded: tuple[Degradation, ...] = ()
        self._domains = DomainRows()
        self._periods = PeriodBook()
        self._sequence = 0
        self._tick_at = self._now = now
        self._wall_time = wall_time
        self._audiences = Audiences()
        self._latest: Snapshot | None = None

    # What it is fed.

    def add_batch(self, batch: Batch) -> None:
        """Take packets, from capture."""
        if self.monitoring_state is MonitoringState.RUNNING:
            self._book.accountant.add_batch(batch)

    def add_network(self, local: LocalNetwork) -> None:
        """Take the machine's addresses; packets before the first call count as forwarded."""
        self._book.set_network(local)

    def add_processes(self, rows: Iterable[Process], now: float) -> None:
        """Take who processes are, from host; needed before the sockets that name them."""
        self._book.now = now
        self._attribution.add_processes(rows)

    def add_sockets(self, scan: SocketScan, now: float, *, way: str = RECORDED) -> None:
        """Take who holds which socket, from host; ``way`` is the name of who listed them."""
        self._book.now = now
        self._attribution.journal.begin(way, scan.start_time)
        self._book.collect()
        self._attribution.add_sockets(scan, now)

    def ask_for_owners(self, way: str = RECORDED) -> None:
        """Say that somebody, ``way``, will take questions about single connections, and answer them."""
        self._book.questions = Questions(way)

    def set_finding(self, *, is_possible: bool) -> None:
        """Say whether anybody finds owners at the moment."""
        self._book.set_finding(is_possible=is_possible)

    @property
    def questions(self) -> Questions | None:
        """What is to be asked for, true if there is a new one; None where nobody answers."""
        return self._book.questions

    def take_questions(self, now: float) -> tuple[Question, ...]:
        """Give which connections have no owner yet: new ones, and once a second those that had no answer."""
        return self._book.questions.take(now) if self._book.questions is not None else ()

    def add_answers(
        self,
        processes: Iterable[Process],
        answers: Sequence[Answer],
        now: float,
        *,
        way: str = RECORDED,
        asked: Iterable[Question] = (),
    ) -> None:
        """Take whose they are. What ``way`` was ``asked`` for and has not answered waits for a listing."""
        self._book.now = now
        self._attribution.journal.begin(way, self._wall_time + (now - self._now))
        self._attribution.add_answers(processes, answers, asked)

    def add_names(self, facts: Iterable[NameFact], now: float) -> None:
        """Take what was learnt of names."""
        self._book.now = now
        self.naming.add(facts)

    def add_capture_counts(self, counts: Iterable[CaptureCounts]) -> None:
        """Take libpcap's own counts, of all interfaces that there are and were."""
        self._counts = {count.interface: count for count in counts}

    def add_link_counters(self, rows: Iterable[LinkCounters], wall_time: float) -> None:
        """Take the system's own counts: when handles open, before each tick, before handles are closed."""
        self._interface_books.add(rows, wall_time)

    def set_degraded(self, degraded: tuple[Degradation, ...]) -> None:
        """Say what works less well than it could."""
        self._degraded = degraded

    @property
    def pending_since(self) -> float | None:
        """When the oldest connection was first seen that a listing could still name (Unix seconds)."""
        if self._book.questions is not None:
            return self._book.questions.pending_since
        return self._book.pending_since

    def tell(self, kind: EventKind, now: float, wall_time: float) -> None:
        """Put somebody else's event into the ring."""
        self._now, self._wall_time = now, wall_time
        self._tell(kind)

    # What it is told to do.

    def start(self, now: float, wall_time: float) -> bool:
        """Count again; tell whether that changed anything."""
        if self.monitoring_state is MonitoringState.RUNNING:
            return False
        self._add_gap(GapCause.STOPPED, self.monitoring_since, now, wall_time)
        self._set_state(MonitoringState.RUNNING, now, wall_time)
        return True

    def stop(self, now: float, wall_time: float) -> bool:
        """Count no more; tell whether that changed anything."""
        if self.monitoring_state is MonitoringState.STOPPED:
            return False
        self._book.collect()
        self._set_state(MonitoringState.STOPPED, now, wall_time)
        return True

    def clear(self, now: float, wall_time: float) -> float:
        """Move the baseline of all sums to now; give it in Unix seconds."""
        self._book.collect()
        self._book.ledger.clear()
        for flow in self._book.table:
            flow.tally.clear()
            flow.refresh()
        self.statistics_epoch = wall_time
        self.tell(StatisticsCleared(statistics_epoch=wall_time), now, wall_time)
        return wall_time

    def resume(self, slept_seconds: float, now: float, wall_time: float) -> None:
        """Say that the machine slept before ``now``."""
        self._add_gap(GapCause.SUSPENDED, wall_time - slept_seconds, now, wall_time)

    # What it gives.

    def tick(self, now: float, wall_time: float) -> Snapshot:
        """End the interval and give all that is true of it."""
        interval_seconds = max(0.0, now - self._tick_at)
        self._now, self._wall_time, self._tick_at = now, wall_time, now
        self._book.now = now
        self._book.collect()
        self._interface_books.fold_silent(self._book, self._counts)
        self._sequence += 1
        self.naming.settle(wall_time)
        self.tcp.settle()
        roll = self._roster.call(self._sequence, now, wall_time, interval_seconds)
        self._roster.tell_corrections(self._attribution.corrected, interval_seconds)
        self._attribution.corrected.clear()
        self._roster.tell_named(self.naming.named, interval_seconds)
        self.naming.named.clear()
        snapshot = self._snapshot(roll, interval_seconds)
        self.interface_ledgers = self._interface_books.statement(self._book, self._counts, interval_seconds, wall_time)
        tick = Tick(
            snapshot=snapshot,
            closed=self._book.ledger.closed.traffic(interval_seconds),
            ended_rows=EndedRows((*roll.resting_rows, tuple(roll.ended_rows))),
        )
        self._audiences.begin(tick, parts_of(self._book.ledger, self._applications, self._domains, interval_seconds))
        self.redactor.begin_tick(self._sequence)
        limit = self._book.table.limit + 3  # room for all tracked connections and the remainders
        self._latest = compose(tick, View(), row_limit=limit)
        self._timeline.add_tick(snapshot, self._book.ledger)
        self._periods.add(
            self._latest,
            self._book.departed,
            tick.ended_rows,
            lambda uid: self._audiences.audience(uid, row_limit=limit),
        )
        self._book.departed.clear()
        self._begin_interval()
        return self._latest

    @property
    def latest(self) -> Snapshot | None:
        """The newest snapshot, whole; None before the first tick."""
        return self._latest

    def compose(self, view: View, *, every: int, since_sequence: int | None, only_uid: int | None = None) -> Snapshot:
        """Give the newest snapshot as somebody sees it who gets one each ``every`` ticks, see ``views.compose``.

        ``only_uid``: with this user's own, and the rest as one sum. LookupError before the first tick.
        """
        tick = self._audiences.tick_of(only_uid)
        sums = self._periods.ended_with(every, self._sequence, only_uid)
        if sums is not None:
            # What ended within the period is in it for everybody, as its intervals are.
            begin = self._sequence - every
            since_sequence = begin if since_sequence is None else min(since_sequence, begin)
        snapshot = compose(tick, view, sums=sums, since_sequence=since_sequence)
        return self.redactor.snapshot(snapshot) if view.redacted else snapshot

    def hold_period(self, every: int, only_uid: int | None = None) -> None:
        """Add up intervals for snapshots each ``every`` ticks from now on, until as often released."""
        self._periods.hold(every, only_uid)

    def release_period(self, every: int, only_uid: int | None = None) -> None:
        """Take back one ``hold_period``."""
        self._periods.release(every, only_uid)

    def connections(
        self, filter_: Filter, order: RowOrder, closed_within_seconds: float, only_uid: int | None = None
    ) -> tuple[Connection, ...]:
        """Give open connections and those that ended lately, of the newest tick; nothing before the first one."""
        if self._audiences.tick is None:
            return ()
        since = self._now - min(closed_within_seconds, CLOSED_SECONDS) if closed_within_seconds > 0 else None
        tick = self._audiences.tick_of(only_uid)
        return listed(tick, View(filter=filter_, order=order), closed_since=since)

    def bandwidth(
        self, window_seconds: float, only_uid: int | None = None
    ) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        """Give samples and gaps of the last ``window_seconds``, oldest first."""
        return self._timeline.since(window_seconds, self._now, only_uid=only_uid)

    def explain(self, connection_id: str, only_uid: int | None = None) -> Explanation | None:
        """Say how the owner of a tracked connection was found, or why there is none; None: nothing is held of it."""
        flow = self._book.table.by_id(connection_id)
        if flow is None:
            return None
        explanation = explanation_of(flow, self._degraded)
        return explanation if only_uid is None else self.veil(only_uid).explanation(explanation)

    def veil(self, uid: int) -> Veil:
        """Give what shows rows and events as this user may see them."""
        return self._audiences.veil(uid)

    def events_after(self, sequence: int | None) -> EventSlice:
        """Give the events after ``sequence``, oldest first."""
        return self.events.after(sequence)

    def take_gaps(self) -> tuple[Gap, ...]:
        """Give the gaps since the last call, for those who follow snapshots and not events."""
        return self._timeline.take_gaps()

    @property
    def newest_event_sequence(self) -> int:
        """Sequence of the newest event; 0 before the first."""
        return self.events.newest_sequence

    @property
    def tracked_count(self) -> int:
        """Connections in the table, ended ones included."""
        return len(self._book.table)

    def last_packet_time(self, interface: str) -> float | None:
        """When an interface's newest packet was captured (Unix seconds)."""
        return self._book.accountant.last_packet_time(interface)

    # Steps of a tick.

    def _snapshot(self, roll: RollCall, interval_seconds: float) -> Snapshot:
        ledger = self._book.ledger
        drops = drops_of(self._counts, self._book.accountant.malformed, self._dropped_packets)
        self._dropped_packets = drops.kernel_dropped_packets + drops.interface_dropped_packets
        evicted = remainder_of(EVICTED_ID, Remainder.EVICTED, ledger.evicted, interval_seconds)
        return Snapshot(
            instance_id=self.instance_id,
            sequence=self._sequence,
            time=self._wall_time,
            monotonic_seconds=self._now,
            interval_seconds=interval_seconds,
            statistics_epoch=self.statistics_epoch,
            monitoring_state=self.monitoring_state,
            packet_source=self.packet_source,
            totals=ledger.totals.traffic(interval_seconds),
            headline=ledger.headline.traffic(interval_seconds),
            scopes=scopes_of(ledger, interval_seconds),
            interfaces=interfaces_of(ledger, self._book.accountant, interval_seconds),
            connections=(*roll.rows, *((evicted,) if evicted is not None else ())),
            applications=self._applications.of(ledger, interval_seconds),
            unattributed=unattributed_of(ledger, roll.reasons, interval_seconds),
            attributed_share=attributed_share(ledger),
            drops=drops,
            degraded=self._degraded,
            active_connection_count=roll.active_count,
            listening_count=roll.listening_count,
            domains=self._domains.of(ledger.domains, interval_seconds),
            unnamed=unnamed_of(ledger.domains, roll.unnamed, interval_seconds),
        )

    def _begin_interval(self) -> None:
        self._book.ledger.begin_interval()
        self._interface_books.begin_interval()
        for flow in self._book.table.awake():
            tally = flow.tally
            if tally.interval_sent_packets or tally.interval_received_packets:
                flow.begin_interval()
                flow.row = None
        self.events.expire(self._now)

    def _add_gap(self, cause: GapCause, since_time: float, now: float, wall_time: float) -> None:
        gap = Gap(cause=cause, since_time=since_time, until_time=wall_time)
        self._timeline.add_gap(gap, now)
        self.tell(gap, now, wall_time)

    def _set_state(self, state: MonitoringState, now: float, wall_time: float) -> None:
        self.monitoring_state = state
        self.monitoring_since = wall_time
        self.tell(MonitoringChanged(state=state), now, wall_time)

    def _tell(self, kind: EventKind, *, is_lone: bool = False) -> None:
        self.events.add(kind, self._now, self._wall_time, is_lone=is_lone)
