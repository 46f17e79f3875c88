"""Who owns what: matches what the host says of sockets with the connections that packets showed."""

from collections.abc import Iterable
from dataclasses import replace

from netmon.model import (
    AttemptResult,
    ConnectionState,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    UnattributedReason,
)
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.network import scope_between
from netmon_collector.core.owner_decisions import Decisions
from netmon_collector.core.past_listeners import PastListeners
from netmon_collector.core.questions import Answer, Question
from netmon_collector.core.raw_index import RawIndex, is_kernels_own, is_portless
from netmon_collector.core.socket_index import Match, SocketIndex
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.core.succession import (
    START_ERROR_SECONDS,
    are_heirs,
    end_with_socket,
    give_way,
    is_doubt,
    may_be_heirs,
    settle_doubt,
)

_OVER = frozenset(
    {ConnectionState.TIME_WAIT, ConnectionState.CLOSED, ConnectionState.LAST_ACK, ConnectionState.CLOSING}
)

HANDING_SECONDS = 0.1
"""Who holds an accepted socket may hand it to a child or a worker at once; one that is older stays where it is, mostly.
"""

REVIVAL_SECONDS = 1.0
"""A socket that is listed as open this long after its connection was seen to end was not ended by what was seen."""


class Attribution:
    """Owners of connections, from rows of sockets and processes."""

    def __init__(self, book: FlowBook) -> None:
        """Work on the connections of ``book``."""
        self._book = book
        self._processes: dict[str, Process] = {}
        self._decisions = Decisions(book)
        self.journal = self._decisions.journal
        """What was tried; whoever hands something in says first whose word it is."""
        self._raw = RawIndex(SocketScan(rows=(), start_time=0.0), {})
        self._listed_since: dict[FlowKey, float] = {}
        """When each socket without a peer was first listed, among those of the newest listing (Unix seconds)."""
        self._settled_until = float("-inf")
        """When the newest whole listing began (Unix seconds)."""
        self._past = PastListeners()
        self.corrected = book.corrected

    def add_processes(self, processes: Iterable[Process]) -> None:
        """Take who processes are; needed before a scan that names them."""
        self._processes.update((process.id, process) for process in processes)

    def add_sockets(self, scan: SocketScan, now: float) -> None:
        """Take who holds which socket."""
        if scan.is_complete:
            self._book.scan_count += 1
            self._book.listed_protocols = scan.protocols
            self._book.set_tun_holders(scan.tun_holder_ids)
        rows = (*scan.rows, *scan.packet_sockets)
        named = {row.process_id for row in rows} | {holder for row in rows for holder in row.holder_ids}
        self._processes = {key: process for key, process in self._processes.items() if key in named}
        for row in scan.rows:
            self._add_row(row, scan, now)
        if not scan.is_complete:
            return
        peerless = [row for row in scan.rows if row.remote_address is None]
        index = SocketIndex(peerless)
        self._listed_since = {key: self._listed_since.get(key, scan.start_time) for key in map(_key, peerless)}
        self._past.follow(peerless, self._processes, scan.start_time)
        self._raw = RawIndex(scan, self._processes)
        pending_times: list[float] = []
        for flow in self._unsettled(scan):
            if flow not in self._book.table:
                continue  # displaced by one that left probation in this very loop
            if flow.owner is not None and self._book.carriers.is_held(flow, flow.owner):
                self._decisions.carry(flow, flow.owner)
            self._settle(flow, index, scan)
            if flow.reason is UnattributedReason.PENDING and flow.direction is not Direction.FORWARDED:
                pending_times.append(flow.start_time)
        self._book.pending_since = min(pending_times, default=None)

    def add_answers(
        self, processes: Iterable[Process], answers: Iterable[Answer], asked: Iterable[Question] = ()
    ) -> None:
        """Take whose single connections are, told by somebody who saw it happen, and the processes that they name."""
        named = {process.id: process for process in processes}
        unanswered = {question.id: question for question in asked}
        for answer in answers:
            question = unanswered.pop(answer.id, None)
            flow = self._book.table.by_id(answer.id)
            process = named.get(answer.process_id)
            if flow is None or process is None:
                continue
            if is_doubt(flow, question):
                flow = settle_doubt(flow, self._book, is_same=answer.cookie in {0, flow.cookie})
            holders = tuple(named[key] for key in answer.holder_ids if key in named)
            owner = Owner(process=process, holders=holders, method=answer.method, confidence=answer.confidence)
            self._decisions.answered(flow, owner, is_final=answer.is_final)
            if self._book.questions is not None:
                self._book.questions.heard(flow, answer)
            if answer.is_final:
                end_with_socket(flow, self._book, self.journal.time)
        for question in unanswered.values():
            flow = self._book.table.by_id(question.id)
            if flow is not None:
                self._hear_nothing(flow, question)

    def _hear_nothing(self, flow: Flow, question: Question) -> None:
        questions = self._book.questions
        if is_doubt(flow, question):
            flow = settle_doubt(flow, self._book, is_same=False)
            if questions is not None:
                questions.add(flow)
        self._decisions.nobody(flow, AttemptResult.NOTHING_KNOWN)
        if questions is not None:
            questions.heard_nothing(flow)

    def _unsettled(self, scan: SocketScan) -> list[Flow]:
        """Give the connections of which a listing may say something new.

        Of the resting ones these are those that ended since the listing before began.
        """
        table, since, self._settled_until = self._book.table, self._settled_until, scan.start_time
        return [*table.awake(), *(flow for flow in table.resting() if (flow.end_time or 0.0) >= since)]

    # Sockets that are listed.

    def _add_row(self, row: SocketRow, scan: SocketScan, now: float) -> None:
        key = _key(row)
        flow = self._book.table.get(key)
        if flow is not None and flow.end_time is not None and row.state not in _OVER:
            if scan.start_time < flow.end_time + REVIVAL_SECONDS:
                return  # the listing is older than the end
            self._book.displace(flow)
            flow = None
        owner = self._exact(row)
        if flow is not None and flow.follows_another and self._is_younger(flow, scan):
            return  # the listing may show the socket that had these ends before
        if flow is not None and flow.key.protocol is Protocol.UDP and owner is not None:
            flow = self._of_its_socket(flow, owner, scan)
        if flow is None:
            if not self._book.table.has_room:
                return  # a row without a byte must not displace one with bytes, nor itself at every listing
            flow = self._open_listed(key, row, scan.start_time, now)
        flow.listed_in = self._book.scan_count
        flow.is_listed = True
        flow.is_unconnected = False
        has_word = row.state is not ConnectionState.UNSPECIFIED and flow.state is not row.state
        if has_word and (not flow.has_ended or row.state is ConnectionState.TIME_WAIT):
            flow.state = row.state
            flow.refresh()
        if owner is not None:
            self._decisions.own(flow, _as_sure_as_may_be(owner, flow, scan))
        if row.state is not ConnectionState.SYN_RECV:
            self._book.table.promote(flow)

    def _of_its_socket(self, flow: Flow, owner: Owner, scan: SocketScan) -> Flow | None:
        """End a UDP connection that surely was another socket's."""
        if self._has_moved(flow, owner):
            self._end_gone(flow, scan.start_time)
            self._book.displace(flow)
            return None
        if flow.owner is None and are_heirs(flow, (owner.process, *owner.holders)):
            give_way(flow, self._book)
            return None
        return flow

    def _open_listed(self, key: FlowKey, row: SocketRow, time: float, now: float) -> Flow:
        flow = Flow(self._book.new_id(), key, start_time=time, now=now)
        flow.started_before = True
        flow.state = row.state
        is_loopback = bool(key.remote_address) and key.remote_address[0] == 127 and len(key.remote_address) == 4
        is_loopback = is_loopback or (bool(key.remote_address) and key.remote_address == key.local_address)
        flow.scope = scope_between(key.local_address, key.remote_address, is_loopback=is_loopback)
        self._book.ledger.join(flow)
        # Half-open ones are listed too, up to the listener's backlog of 4,096 (somaxconn, listen(2)).
        self._book.table.add(flow, is_protected=row.state is not ConnectionState.SYN_RECV)
        return flow

    def _exact(self, row: SocketRow) -> Owner | None:
        process = self._processes.get(row.process_id)
        if process is None:
            return None
        return Owner(
            process=process,
            holders=self._named(row.holder_ids),
            method=OwnerMethod.EXACT,
            confidence=OwnerConfidence.CERTAIN,
        )

    def _named(self, process_ids: Iterable[str]) -> tuple[Process, ...]:
        return tuple(self._processes[key] for key in process_ids if key in self._processes)

    def _settle(self, flow: Flow, index: SocketIndex, scan: SocketScan) -> None:
        if flow.key.protocol not in scan.protocols:
            return
        _settle_direction(flow, index)
        if flow.listed_in != self._book.scan_count:
            self._settle_unlisted(flow, index, scan)
        elif flow.owner is None:
            # Its socket is listed without a process, as those are that wait in the kernel.
            self._settle_owner(flow, index, scan, has_socket=True)

    # Connections without a socket of their own in the listing.

    def _settle_unlisted(self, flow: Flow, index: SocketIndex, scan: SocketScan) -> None:
        if flow.direction is Direction.FORWARDED:
            return
        if self._is_younger(flow, scan):
            if flow.owner is None:
                self._decisions.nobody(flow, AttemptResult.TOO_YOUNG)
            return
        if not flow.has_peer:
            self._end_gone(flow, scan.start_time)
            return
        if flow.key.protocol is Protocol.TCP and flow.is_listed:
            self._end_gone(flow, scan.start_time)
        self._settle_owner(flow, index, scan, has_socket=False)

    def _settle_owner(self, flow: Flow, index: SocketIndex, scan: SocketScan, *, has_socket: bool) -> None:
        """Find an owner among the sockets without a peer, or say why there is none."""
        if is_portless(flow.key) and flow.has_peer:
            self._settle_portless(flow, scan)
            return
        is_tcp = flow.key.protocol is Protocol.TCP
        match = self._of_its_time(flow, index.match(flow.key)) if flow.has_peer else None
        if not is_tcp and not has_socket:
            flow.is_listed = flow.is_unconnected = match is not None
        if is_tcp and flow.direction is not Direction.INBOUND:
            match = None  # who listens on the port is not who opened the connection
        owner = self._inferred(flow, match) if match is not None else None
        if match is None and flow.direction is Direction.INBOUND and not (flow.owner or _was_refused(flow)):
            owner = self._past.owner(flow.key, flow.start_time)
        if not is_tcp and self._has_moved(flow, owner):
            self._end_gone(flow, scan.start_time)
            self._book.displace(flow)
        elif owner is not None:
            self._decisions.own(flow, owner)
        elif flow.owner is None:
            has_socket = has_socket or match is not None
            self._decisions.nobody(flow, AttemptResult.NO_PROCESS if has_socket else AttemptResult.NOT_LISTED)
            if has_socket and not is_tcp and scan.sees_all_users and self._book.carriers.has_kernel_sockets:
                self._decisions.explain(flow, UnattributedReason.CARRIER)
            elif has_socket or not self._own_as_sent(flow):
                self._decisions.explain(flow, _reason(flow, scan, has_socket=has_socket))

    def _settle_portless(self, flow: Flow, scan: SocketScan) -> None:
        """Find an owner among the raw and ping sockets, or say why there is none."""
        match = self._of_its_time(flow, self._raw.match(flow))
        flow.is_listed = flow.is_unconnected = match is not None
        owner = self._inferred(flow, match) if match is not None else None
        if owner is not None:
            self._decisions.own(flow, owner)
        elif flow.owner is None and not self._own_as_sent(flow):
            self._decisions.nobody(flow, AttemptResult.NO_PROCESS if match is not None else AttemptResult.NOT_LISTED)
            reason = self._raw.reason(flow)
            is_open = reason is not UnattributedReason.KERNEL and not scan.sees_all_users
            self._decisions.explain(flow, UnattributedReason.NO_PRIVILEGE if is_open else reason)

    def _own_as_sent(self, flow: Flow) -> bool:
        """Credit what still goes out long after no socket was listed for it: no socket of its own can send it."""
        if flow.direction in {Direction.INBOUND, Direction.FORWARDED} or is_kernels_own(flow.key):
            return False
        before, flow.unlisted_packets = flow.unlisted_packets, flow.tally.sent_packets
        if before is None or flow.tally.sent_packets <= before:
            return False
        match = self._of_its_time(flow, self._raw.sender(flow))
        owner = self._inferred(flow, match) if match is not None else None
        if owner is not None:
            self._decisions.own(flow, owner)
        return owner is not None

    def _is_younger(self, flow: Flow, scan: SocketScan) -> bool:
        """Whether a connection may have begun after the listing did, which then says nothing of it.

        Times tell; after a step of the clock they do not, but a second listing surely began later.
        """
        return flow.start_time >= scan.start_time and self._book.scan_count - flow.born_in < 2

    def _end_gone(self, flow: Flow, time: float) -> None:
        """End a connection whose socket the system no longer lists."""
        flow.is_listed = False
        if flow.end_time is None:
            flow.end_time = max(time, flow.start_time)
            flow.state = ConnectionState.CLOSED
            flow.refresh()

    def _of_its_time(self, flow: Flow, match: Match | None) -> Match | None:
        """Leave out sockets whose process began after the last packet: the port has a new holder."""
        if match is None:
            return None
        last_time = (flow.last_time or flow.start_time) + START_ERROR_SECONDS
        if self._began(match.row) <= last_time and all(self._began(row) <= last_time for row in match.others):
            return match
        rows = [row for row in (match.row, *match.others) if self._began(row) <= last_time]
        return replace(match, row=rows[0], others=tuple(rows[1:])) if rows else None

    def _began(self, row: SocketRow) -> float:
        process = self._processes.get(row.process_id)
        return process.start_time if process is not None else 0.0

    def _inferred(self, flow: Flow, match: Match) -> Owner | None:
        process = self._processes.get(match.row.process_id)
        if process is None:
            return None
        others = dict.fromkeys(
            [*match.row.holder_ids, *(key for row in match.others for key in (row.process_id, *row.holder_ids))]
        )
        holders = self._named(key for key in others if key != process.id)
        # Packets from before its start may have been another's.
        is_older = process.start_time <= flow.start_time + START_ERROR_SECONDS
        confidence = match.confidence if self._was_there(flow, match.row) and is_older else OwnerConfidence.INFERRED
        return Owner(process=process, holders=holders, method=match.method, confidence=confidence)

    def _was_there(self, flow: Flow, row: SocketRow) -> bool:
        """Whether packets came after a socket without a peer was first listed: before, another may have had the port.

        Times of packets tell of the first one; of later ones their number does.
        """
        key, count = _key(row), flow.tally.sent_packets + flow.tally.received_packets
        if self._listed_since.get(key, float("inf")) <= flow.start_time:
            return True
        if flow.matched is None or flow.matched[0] != key:
            flow.matched = (key, count)
        return count > flow.matched[1]

    def _has_moved(self, flow: Flow, owner: Owner | None) -> bool:
        """Whether the port that a connection was seen on now belongs to somebody else."""
        if flow.owner is None or owner is None:
            return False
        return flow.owner.process.id not in {owner.process.id, *(holder.id for holder in owner.holders)}


def _reason(flow: Flow, scan: SocketScan, *, has_socket: bool) -> UnattributedReason:
    """Say why a connection has no owner after a listing that could have shown one."""
    if not scan.sees_all_users:
        return UnattributedReason.NO_PRIVILEGE
    if has_socket:
        # A socket without a process: closed ones live on in the kernel, a few are the kernel's own.
        is_over = flow.has_ended or flow.state in _OVER or flow.tally.has_packets
        return UnattributedReason.GONE if is_over else UnattributedReason.KERNEL
    is_inbound = flow.direction is Direction.INBOUND
    return UnattributedReason.KERNEL if is_inbound and _was_refused(flow) else UnattributedReason.GONE


def _was_refused(flow: Flow) -> bool:
    """Whether nobody was there for a connection that another end began, or the kernel answered that."""
    is_reset = flow.key.protocol is Protocol.TCP and flow.state is ConnectionState.CLOSED
    return (not flow.tally.sent_packets or is_reset) and not flow.fin_sent and not flow.fin_received


def _settle_direction(flow: Flow, index: SocketIndex) -> None:
    """Tell who opened a TCP connection whose SYN was not seen: the other side, if its local end is listened on."""
    if flow.direction is Direction.UNSPECIFIED and flow.key.protocol is Protocol.TCP and flow.has_peer:
        flow.direction = Direction.OUTBOUND if index.match(flow.key) is None else Direction.INBOUND
        flow.change()


def _key(row: SocketRow) -> FlowKey:
    return FlowKey(
        row.protocol,
        row.number,
        row.local_address,
        row.local_port,
        row.remote_address or b"",
        row.remote_port,
        row.process_id if row.remote_address is None else "",
    )


def _as_sure_as_may_be(owner: Owner, flow: Flow, scan: SocketScan) -> Owner:
    """Give the owner that a listing shows, as a guess where the socket was on its way from who accepted it.

    And where packets may be of a socket before: unless somebody else was taken for its owner, whom a guess leaves so.
    """
    before = flow.owner
    is_young = scan.start_time - HANDING_SECONDS < flow.start_time and not flow.started_before
    is_guess = is_young and flow.direction is Direction.INBOUND
    if before is None or (before.process.id == owner.process.id and before.confidence is OwnerConfidence.INFERRED):
        is_guess = is_guess or may_be_heirs(flow, (owner.process, *owner.holders))
    return replace(owner, confidence=OwnerConfidence.INFERRED) if is_guess else owner
