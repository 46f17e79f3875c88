"""Whose packets are whose: opens a connection for each new pair of ends, and moves counts from cells into the sums."""

from collections.abc import Container, Iterable, Sequence
from itertools import count

from netmon.address import scope_of
from netmon.model import Direction, Protocol, Scope, UnattributedReason
from netmon_collector.core.accounting import Accountant, Cell
from netmon_collector.core.carriers import Carriers
from netmon_collector.core.flow import Flow, FlowKey, Owner, Route, flow_key
from netmon_collector.core.flow_table import FLOW_LIMIT, FlowTable
from netmon_collector.core.ledger import EARLIER_INTERFACES, GONE_LIMIT, INTERFACE_LIMIT, Ledger
from netmon_collector.core.network import Network, Way, scope_between
from netmon_collector.core.packet import TCP_SYN, Packet
from netmon_collector.core.probation import has_proof, is_answer
from netmon_collector.core.questions import Questions
from netmon_collector.core.raw_index import is_asked_by_peer, is_kernels_own
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.core.tcp import begins_anew, follow

_ASKED_FOR = frozenset(
    {
        *(UnattributedReason.PENDING, UnattributedReason.PROTOCOL),
        *(UnattributedReason.FORWARDED, UnattributedReason.NO_HELPER),
    }
)


class FlowBook:
    """Connections by their packets. Implements the port that the accountant asks for cells."""

    def __init__(self, *, limit: int = FLOW_LIMIT) -> None:
        """Start with no connection and no address."""
        self.ledger = Ledger()
        self.table = FlowTable(self._evict, is_proven=self._is_proven, limit=limit)
        self.accountant: Accountant[Route] = Accountant(self)
        self.now = 0.0
        self.has_lookup = True
        self._waiting = UnattributedReason.PENDING
        self.pending_since: float | None = None
        self.scan_count = 0
        self.listed_protocols: frozenset[Protocol] = frozenset({Protocol.TCP, Protocol.UDP})
        """Whose sockets the listings show, as the newest one says."""
        self.questions: Questions | None = None
        """Where new connections ask for their owner, if somebody can answer for single ones."""
        self.departed: list[Flow] = []
        """Connections that were shown and are no longer tracked; the monitor takes them."""
        self.displaced: dict[FlowKey, list[Flow]] = {}
        """TCP connections whose ends another one has by now, and whose socket's last counts have not come yet."""
        self.corrected: list[tuple[Flow, str]] = []
        """Connections whose owner came late or changed, with the id of the process before; the monitor takes them."""
        self.carriers = Carriers(LocalNetwork())
        self._addresses = LocalNetwork()
        self._network = Network(self._addresses)
        self._numbers = count(1)

    def set_network(self, local: LocalNetwork) -> None:
        """Take new addresses: every next packet is looked at anew."""
        self.collect()
        self.accountant.clear_cells()
        for flow in self.table:
            flow.cells.clear()
        self._addresses = local
        self._network = Network(local)
        self.set_tun_holders(self.carriers.tun_holder_ids)
        for flow in self.table:
            if flow.owner is None and self._is_carrier(flow.key, flow.direction):
                self.assign(flow, None, UnattributedReason.CARRIER)

    def set_tun_holders(self, process_ids: Iterable[str]) -> None:
        """Take who holds an open tun device: the flows of these processes carry its packets."""
        self.carriers = Carriers(self._addresses, process_ids)

    def set_finding(self, *, is_possible: bool) -> None:
        """Say whether anybody finds owners at the moment: connections that wait for theirs give it as their reason."""
        before, after = self._waiting, UnattributedReason.PENDING if is_possible else UnattributedReason.NO_HELPER
        if before is after:
            return
        self._waiting = after
        waiting = [flow for flow in self.table if flow.owner is None and flow.reason is before]
        for flow in waiting:
            self.assign(flow, None, after)
        self.pending_since = min((flow.start_time for flow in waiting), default=None) if is_possible else None

    def carry(self, flow: Flow, owner: Owner) -> None:
        """Say that a process carries a tunnel by a connection: its bytes are others', whom the inside shows."""
        if flow.owner is not None and not flow.is_new:
            self.corrected.append((flow, flow.owner.process.id))
        flow.carried_by = (owner.process, *owner.holders)
        self.assign(flow, None, UnattributedReason.CARRIER)
        flow.change()

    def assign(self, flow: Flow, owner: Owner | None, reason: UnattributedReason) -> None:
        """Give a connection, with all that it moved, to an owner, or say why it has none."""
        if (owner, reason) == (flow.owner, flow.reason):
            return
        self.ledger.leave(flow)
        flow.owner, flow.reason = owner, reason
        self.ledger.join(flow)
        flow.change()

    def new_id(self) -> str:
        """Give an id that this instance never used."""
        return f"c{next(self._numbers):x}"

    # What the accountant asks.

    def open_cell(self, packet: Packet, interface: str) -> Cell[Route]:
        """Give the cell for a packet's ends and direction, and the connections that it counts for."""
        route = self._route(packet, interface)
        # On loopback the second of the two may displace the first from a full table: that is then opened anew.
        flows = route.flows
        if len(flows) > 1 and any(flow not in self.table for flow in flows):
            route = self._route(packet, interface)
            flows = route.flows
        cell = Cell(route)
        for flow in flows:
            flow.cells.append(cell)
        return cell

    def control(self, cell: Cell[Route], packet: Packet, interface: str) -> Cell[Route]:
        """Follow a SYN, FIN or RST; give another cell where it opens another connection on the same ends."""
        flows = cell.owner.flows
        if packet.tcp_flags & TCP_SYN and any(begins_anew(flow, packet) for flow in flows):
            # It ends what had these ends before: `_local` finds it by its key.
            return self.open_cell(packet, interface)
        for flow in flows:
            # One that is forwarded is seen coming in and going out: there the end that opened it counts as this one.
            is_forwarded = flow.direction is Direction.FORWARDED
            is_sent = flow.key == flow_key(packet, source_is_local=True) if is_forwarded else flow is cell.owner.sender
            follow(flow, packet, is_sent=is_sent)
        return cell

    def count_uncelled(self, packet: Packet, interface: str) -> None:
        """Count a fragment whose first part was not seen."""
        way = self._network.way(packet)
        is_loopback = way is Way.BOTH
        for is_sent, ways in (
            (True, {Way.SENT, Way.BOTH, Way.FORWARDED_OUT}),
            (False, {Way.RECEIVED, Way.BOTH, Way.FORWARDED_IN}),
        ):
            if way in ways:
                scope = Scope.LOOPBACK if is_loopback else scope_of(packet.destination if is_sent else packet.source)
                self.ledger.count_lone(scope, UnattributedReason.FRAGMENT, packet.length, is_sent=is_sent)
                sums = self.ledger.interface(interface)
                (sums.add_sent if is_sent else sums.add_received)(packet.length, 1)
                if self.carriers.is_inside(interface) and not is_loopback:
                    inside = self.ledger.inside
                    (inside.add_sent if is_sent else inside.add_received)(packet.length, 1)
                sums.ownerless_of(UnattributedReason.FRAGMENT).add(packet.length, 1)

    # Which connection.

    def _route(self, packet: Packet, interface: str) -> Route:
        way = self._network.way(packet)
        sender = receiver = None
        if way is Way.FORWARDED_IN:
            receiver = self._forwarded(packet, interface)
        elif way is Way.FORWARDED_OUT:
            sender = self._forwarded(packet, interface)
        is_loopback = way is Way.BOTH
        if is_loopback or way is Way.SENT:
            sender = self._local(packet, interface, is_sent=True, is_loopback=is_loopback)
        if is_loopback or way is Way.RECEIVED:
            receiver = self._local(packet, interface, is_sent=False, is_loopback=is_loopback)
        return Route(self.ledger.interface(interface), sender, receiver, is_inside=self.carriers.is_inside(interface))

    def _local(self, packet: Packet, interface: str, *, is_sent: bool, is_loopback: bool) -> Flow:
        key = flow_key(packet, source_is_local=is_sent)
        before = flow = self.table.get(key)
        if before is not None and _is_anothers(before, packet):
            self._end_for_another(before, packet.time)
            flow = None
        if flow is None:
            scope = scope_between(key.local_address, key.remote_address, is_loopback=is_loopback)
            direction = Direction.OUTBOUND if is_sent and not is_asked_by_peer(key) else Direction.INBOUND
            if key.protocol is Protocol.TCP:
                direction = Direction.UNSPECIFIED  # its SYN tells, where it was seen
            flow = self._open(key, scope, packet, interface, direction=direction, is_ours=is_sent)
            flow.follows_another = before is not None
        flow.seen_at = self.now
        if flow.is_silent and self.questions is not None:
            self.questions.doubt(flow, packet.time)
        if not flow.interface:
            flow.scope = scope_between(key.local_address, key.remote_address, is_loopback=is_loopback)
            self._show_first_packet(flow, packet, interface)
        self._follow(flow, packet, is_sent=is_sent)
        return flow

    def _show_first_packet(self, flow: Flow, packet: Packet, interface: str) -> None:
        """Let a socket that the system listed be seen by its first packet, which may be older than the listing."""
        flow.interface = interface
        flow.start_time, flow.first_packet_time = min(flow.start_time, packet.time), packet.time
        flow.started_before = flow.started_before and not packet.tcp_flags & TCP_SYN
        if flow.owner is None:
            # What the listing made of a socket without a process was said before anything was known of its packets.
            self.ledger.leave(flow)
            flow.reason = self.first_reason(flow.key, flow.direction)
            self.ledger.join(flow)
            if self.questions is not None and flow.reason in _ASKED_FOR:
                self.questions.add(flow)
        elif self.carriers.is_held(flow, flow.owner):
            self.carry(flow, flow.owner)
        flow.change()

    def _follow(self, flow: Flow, packet: Packet, *, is_sent: bool) -> None:
        if flow.key.protocol is Protocol.TCP:
            follow(flow, packet, is_sent=is_sent)
        elif flow.direction is Direction.UNSPECIFIED:
            flow.direction = Direction.OUTBOUND if is_sent else Direction.INBOUND
            flow.change()
        if not flow.is_proven and is_answer(flow, packet, is_sent=is_sent):
            self.prove(flow)

    def _forwarded(self, packet: Packet, interface: str) -> Flow:
        key = flow_key(packet, source_is_local=True)
        flow = self.table.get(key) or self.table.get(flow_key(packet, source_is_local=False))
        if flow is not None and _is_anothers(flow, packet):
            self._end_for_another(flow, packet.time)
            flow = None
        if flow is None:
            scope = max(scope_of(packet.source), scope_of(packet.destination))
            flow = self._open(key, scope, packet, interface, direction=Direction.FORWARDED)
        elif flow.key != key:
            flow.is_both_ways = True
        if key.protocol is Protocol.TCP:
            follow(flow, packet, is_sent=flow.key == key)
        return flow

    def _open(
        self,
        key: FlowKey,
        scope: Scope,
        packet: Packet,
        interface: str,
        *,
        direction: Direction,
        is_ours: bool = False,
    ) -> Flow:
        flow = Flow(self.new_id(), key, start_time=packet.time, now=self.now)
        flow.born_in = self.scan_count
        flow.interface = interface
        flow.scope = scope
        flow.direction = direction
        flow.reason = self.first_reason(key, direction)
        # A TCP connection whose SYN was not seen is older than its first packet here.
        flow.started_before = key.protocol is Protocol.TCP and not packet.tcp_flags & TCP_SYN
        if flow.reason is UnattributedReason.PENDING and self.pending_since is None:
            self.pending_since = packet.time
        self.ledger.join(flow)
        self.table.add(flow, is_ours=is_ours)
        if self.questions is not None and flow.reason in _ASKED_FOR:
            self.questions.add(flow, is_strange=not is_ours)
        return flow

    def first_reason(self, key: FlowKey, direction: Direction) -> UnattributedReason:
        """Give why a connection has no owner as long as nobody said otherwise."""
        if direction is Direction.FORWARDED:
            return UnattributedReason.FORWARDED
        if not self.has_lookup:
            return UnattributedReason.NO_LOOKUP
        if self._is_carrier(key, direction):
            return UnattributedReason.CARRIER
        if is_asked_by_peer(key):
            return UnattributedReason.KERNEL
        if key.protocol in self.listed_protocols and not is_kernels_own(key):
            return self._waiting
        return UnattributedReason.PROTOCOL

    def _is_carrier(self, key: FlowKey, direction: Direction) -> bool:
        return direction is not Direction.FORWARDED and bool(key.remote_address) and self.carriers.is_kernels(key)

    def _end_for_another(self, flow: Flow, time: float) -> None:
        if self.questions is not None:
            self.questions.hurry()
        if flow.end_time is None:
            flow.end_time = time
            flow.change()
        self.displace(flow)

    def displace(self, flow: Flow) -> None:
        """Let the next packet or socket with a connection's ends begin another one."""
        self.drop_cells(flow)
        if flow.key.protocol is Protocol.TCP and not flow.is_counted and self.table.get(flow.key) is flow:
            self.displaced.setdefault(flow.key, []).append(flow)
        self.table.release_key(flow)

    # Counts.

    def collect(self) -> None:
        """Move what the cells hold into connections and sums."""
        for cell in self.accountant.cells():
            if cell.packets:
                self._collect_cell(cell)

    def silent_interfaces(self, counted: Iterable[str], open_names: Container[str] | None) -> list[str]:
        """Give the longest silent interfaces if there are too many: down to three quarters of those that may stay.

        ``counted``: names that the system counts for, also of interfaces that showed nothing; ``open_names``: those
        that are captured now, None where nobody tells.
        """
        names = dict.fromkeys((*self.ledger.interfaces, *self.accountant.interfaces, *counted))
        names.pop(EARLIER_INTERFACES, None)
        gone = [] if open_names is None else [name for name in names if name not in open_names]
        for limit, found in ((GONE_LIMIT, gone), (INTERFACE_LIMIT, list(names))):
            if len(found) > limit:
                found.sort(key=lambda name: self.accountant.last_packet_time(name) or 0.0)
                return found[: len(found) - limit * 3 // 4]
        return []

    def fold_interfaces(self, names: Sequence[str]) -> None:
        """Sum up these interfaces as earlier ones. Only right after ``collect``."""
        for name in names:
            self.accountant.fold_interface(name, EARLIER_INTERFACES)
        self.ledger.fold_interfaces(names)
        for flow in self.table:
            flow.follow_folded_places()

    def _collect_cell(self, cell: Cell[Route]) -> None:
        byte_count, packet_count = cell.bytes, cell.packets
        cell.bytes = cell.packets = 0
        route = cell.owner
        if not packet_count:
            return
        if route.sender is not None:
            self.ledger.count_sent(route.sender, byte_count, packet_count)
            if route.is_inside and route.sender.scope is not Scope.LOOPBACK:
                self.ledger.inside.add_sent(byte_count, packet_count)
            route.interface.add_sent(byte_count, packet_count)
            self.ledger.count_place(route.sender, route.interface, byte_count, packet_count)
            route.sender.seen_at = self.now
            if route.sender.wakes is not None:
                route.sender.wake()
        if route.receiver is not None:
            self.ledger.count_received(route.receiver, byte_count, packet_count)
            if route.is_inside and route.receiver.scope is not Scope.LOOPBACK:
                self.ledger.inside.add_received(byte_count, packet_count)
            route.interface.add_received(byte_count, packet_count)
            self.ledger.count_place(route.receiver, route.interface, byte_count, packet_count)
            route.receiver.seen_at = self.now
            if route.receiver.wakes is not None:
                route.receiver.wake()

    def drop_cells(self, flow: Flow) -> None:
        """Count what a connection's cells still hold, and let its next packet ask anew."""
        for cell in flow.cells:
            self._collect_cell(cell)
            self.accountant.drop(cell)
            for other in cell.owner.flows:
                if other is not flow and cell in other.cells:
                    other.cells.remove(cell)
        flow.cells.clear()

    def rest(self, flow: Flow) -> None:
        """Lay an ended connection to rest."""
        if flow.key.protocol is Protocol.TCP:
            self.drop_cells(flow)  # a late packet finds it by its ends, and wakes it
        self.table.rest(flow)

    def forget(self, flow: Flow) -> None:
        """Track an ended connection no longer; the sums keep what it moved."""
        self.drop_cells(flow)
        self.ledger.forget(flow)
        self.table.remove(flow)
        self.departed.append(flow)

    def prove(self, flow: Flow) -> None:
        """Say that the other side of a connection is there."""
        flow.is_proven = True
        self.table.promote(flow)
        if self.questions is not None:
            self.questions.trust(flow)

    def _is_proven(self, flow: Flow) -> bool:
        """Look once more at one that is about to be given up: what came since the last tick is still in its cells."""
        for cell in flow.cells:
            self._collect_cell(cell)
        flow.is_proven = has_proof(flow)
        return flow.is_proven

    def _evict(self, flow: Flow) -> None:
        self.drop_cells(flow)
        waiting = self.displaced.get(flow.key)
        if waiting is not None and flow in waiting:
            waiting.remove(flow)
        self.ledger.evict(flow)
        if self.questions is not None:
            self.questions.forget(flow)
        if not flow.is_new:
            self.departed.append(flow)


def _is_anothers(flow: Flow, packet: Packet) -> bool:
    """Whether a packet begins another connection; what was captured before an end may be handed over after it."""
    if flow.key.protocol is Protocol.TCP:
        return begins_anew(flow, packet)
    return flow.end_time is not None and packet.time > flow.end_time
