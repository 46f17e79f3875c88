"""Owners of single connections where eBPF is not to be had: the exact sock_diag lookup, then the likely processes.

A socket has an owner while its process lives: so first packets are looked up within a few milliseconds (``see``), and
what was found is kept until the core asks.
"""

from collections.abc import Sequence
from typing import Final

from netmon.model import Process, Protocol
from netmon_collector import clock
from netmon_collector.core.allowance import Allowance
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.frames import TCP, UDP
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.habits import Habits
from netmon_collector.host.holder_search import Grip, HolderSearch
from netmon_collector.host.look_plan import MOST_LOOKS, LookPlan
from netmon_collector.host.ports import Answers
from netmon_collector.host.processes import Kin, ProcessTable
from netmon_collector.host.seen_sockets import KEPT_SECONDS, SAME_PACKET_SECONDS, Seen, SeenSockets, answer_of
from netmon_collector.host.shared_sockets import SharedSockets
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.socket_lookup import SocketLookup
from netmon_collector.host.takers import Takers
from netmon_collector.host.young_processes import YoungProcesses

__all__ = ["DiagFinder"]

LOOKS_A_SECOND: Final = 2_000
"""Lookups that first packets may cause, 8 us each and as much around it; beyond that they are left out."""

START_ERROR_SECONDS: Final = 0.02
"""Start times of processes are good to this much: /proc/PID/stat and /proc/uptime count in 10 ms each (proc(5))."""

SURE_SECONDS: Final = 0.1
"""Who still holds a socket this long after its first packet did not make it for somebody else. With half of it, one of
480 sockets that were handed on at once was named wrongly, on a machine with 17 programs for each core."""

LATE_SECONDS: Final = 0.005
"""A lookup this long after the first packet may find the next socket with the same ends: it is never sure."""

HEAR_BESIDE_SECONDS: Final = 0.1
"""How long what the kernel tells of processes may wait, for whoever has something else to do: for many at once it takes
4 us each."""

TAKER_SEARCHES_A_SECOND: Final = 8
"""Searches for who takes a process's sockets, where nobody is known to: most that it holds no more are closed."""
TAKER_LINKS: Final = 300
"""How much one of them may read."""

SWEEP_SECONDS: Final = 5.0
"""How often what is old is forgotten: a walk over all that is kept."""


class DiagFinder:
    """Asks sock_diag for the socket behind a connection, and looks for its holder among the likely processes."""

    name = "sockdiag"
    tells_sockets = is_told_of_tcp = False
    later_seconds = rest_seconds = 0.0

    def __init__(self, diag: SockDiag, young: YoungProcesses, table: ProcessTable) -> None:
        """Ask ``diag``; read processes with ``table``, nobody else's. ``close`` closes ``diag`` and ``young``."""
        self._lookup = SocketLookup(diag)
        self._young = young
        self._table = table
        self._search = HolderSearch(young)
        self._seen = SeenSockets()
        self._shared = SharedSockets(self._search, table)
        self._habits = Habits()
        self._plan = LookPlan()
        self._takers = Takers()
        self._taker_searches = Allowance(TAKER_SEARCHES_A_SECOND)
        self._round_at = float("-inf")
        self._looks = float(LOOKS_A_SECOND)
        self._refilled_at = float("-inf")
        self._heard_at = float("-inf")
        self._swept_at = 0.0
        self._first_left_out_count = 0

    @property
    def left_out_count(self) -> int:
        """Connections that were not looked up, or not to the end, because it would have taken too much CPU."""
        return self._first_left_out_count + self._search.left_out_count

    def fileno(self) -> int:
        """There is nothing to wait on: what the kernel tells of processes is taken when somebody asks."""
        return -1

    def hear(self, now: float, now_wall: float) -> int:
        """Take what the kernel told of processes; none of it says who made a socket."""
        del now_wall
        self._refresh(now)
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            self._sweep(now)
        return 0

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        """Look up connections that begin right now, while their processes live."""
        self._refill(now)
        looked: list[Seen] = []
        for packet in reversed(packets):  # where many waited, the latest are the likeliest to be there still
            last = self._seen.newest(packet.key)
            if last is not None and self._is_known(last, packet, now):
                continue
            if self._looks < 1:
                self._first_left_out_count += 1
                continue
            seen = Seen(packet.key, packet.time, now, packet.is_inbound)
            # All sockets first: they may be gone in a moment, processes mostly live a little longer.
            if packet.socket is not None:
                seen.cookie, seen.inode, seen.uid, seen.control_group = packet.socket
            else:
                self._looks -= 1
                self._lookup.look_up(seen)
            if seen.cookie or not (seen.is_inbound or packet.key.protocol is Protocol.UDP):
                looked.append(seen)
        if not looked:
            return
        looked_at = clock.wall_time()  # a busy machine may have taken its time
        for seen in looked:
            seen.is_late = looked_at - seen.time >= LATE_SECONDS
        for seen in sorted(looked, key=lambda seen: not seen.inode):  # what is left over comes last
            self._find_first(seen, now, now_wall)

    def look_again(self, now: float, now_wall: float) -> float | None:
        """Look again at what is due; give when to be called next (monotonic), None: nothing waits."""
        is_due = self._plan.is_due(now)
        if is_due:
            self._refill(now)
        patience = HEAR_BESIDE_SECONDS if is_due else self._young.patience_seconds
        if self._young.is_told and now - self._heard_at >= patience:
            self._refresh(now)
        while (seen := self._plan.take(now)) is not None:
            if self._looks < 1:
                self._first_left_out_count += 1
                continue
            self._look_once_more(seen, now, now_wall)
        return self._next_look()

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        """Answer for the connections whose socket was seen, or is there now, with a process that is likely or known."""
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        for question in questions:
            key = question.key
            if question.is_passing:
                continue  # sock_diag tells of this network namespace alone
            if key.local_port == NO_PORT or key.ip_protocol not in (TCP, UDP):
                continue
            if question.owner is not None and question.end_time is None:
                self._search.remember(question.owner.pid)
            seen = self._of(question, now, now_wall)
            if seen is None or seen.process is None:
                continue
            named[seen.process.id] = seen.process
            answers.append(answer_of(question, seen))
        return Answers(answers=tuple(answers), processes=tuple(named.values()))

    def note_inbound(self, question: Question, now: float) -> None:
        """Say that the other side opened a connection: if its socket is gone, its listener is to be asked for."""
        if self._seen.newest(question.key) is None:
            self._seen.keep(Seen(question.key, question.start_time, now, is_inbound=True))

    def close(self) -> None:
        """Close what it asks."""
        self._lookup.close()
        self._young.close()

    # Which socket.

    def _of(self, question: Question, now: float, now_wall: float) -> Seen | None:
        """Give the socket of a connection: the one that was seen at its first packet, or the one that is there."""
        seen, is_latest = self._seen.of(question)
        if question.end_time is not None or not is_latest:
            if seen is not None and seen.process is None and seen.is_inbound:
                if not seen.is_listener:
                    self._lookup.look_for_listener(seen)
                if seen.is_listener:
                    self._find_holder(seen, now, now_wall, is_wide=True)  # who listened does so still
            return seen  # whatever has these ends by now is another connection
        if seen is None:
            return self._look_late(question, now, now_wall)
        if not seen.is_sure:
            self._look_once_more(seen, now, now_wall)
        return seen

    def _look_late(self, question: Question, now: float, now_wall: float) -> Seen | None:
        """Look up a connection whose first packet was not seen here."""
        seen = Seen(question.key, question.start_time, now, is_inbound=False)
        seen.looks, seen.is_late = MOST_LOOKS, True
        self._look(seen, now, now_wall)
        if question.cookie and seen.cookie != question.cookie:
            return None
        # Whoever began after the connection has the ends of another one.
        if seen.process is None or seen.process.start_time > question.start_time + START_ERROR_SECONDS:
            return None
        self._seen.keep(seen)
        return seen

    def _look(self, seen: Seen, now: float, now_wall: float, *, is_wide: bool = True) -> None:
        """Ask for the socket that has these ends now, and who holds it."""
        self._looks -= 1
        if self._lookup.look_up(seen):
            self._find_holder(seen, now, now_wall, is_wide=is_wide)

    # Who holds it.

    def _find_first(self, seen: Seen, now: float, now_wall: float) -> None:
        """Find who holds a socket whose first packet has just passed, and keep what there is to keep."""
        if seen.is_inbound and not seen.inode:
            self._lookup.look_for_listener(seen)
        if seen.inode:
            self._find_holder(seen, now, now_wall, is_wide=seen.is_listener)
        if not seen.is_inbound and not seen.is_unconnected:
            self._learn(seen, now, now_wall)
        if seen.cookie or seen.process is not None:
            self._seen.keep(seen)
            self._plan.add(seen, now)

    def _find_holder(self, seen: Seen, now: float, now_wall: float, *, is_wide: bool) -> None:
        self._begin(now, now_wall)
        if self._shared.find(seen):
            return
        began, born_after, born_before = now - (now_wall - seen.time), None, None
        if seen.is_inbound and not seen.is_listener:
            born_after = began
        elif not seen.is_inbound and not seen.is_unconnected and self._young.is_told:
            born_before = began  # where their starts are only seen, they are seen late
        grip = self._search.search(seen.inode, now, born_after=born_after, born_before=born_before, is_wide=is_wide)
        # Read after the descriptor: whoever took over the pid meanwhile began after this round.
        process = None if grip is None else self._process_of(seen, grip.pid)
        if grip is None or process is None:
            return
        if born_before is not None and process.start_time > seen.time + START_ERROR_SECONDS:
            return  # its ends have been used again
        self._take(seen, grip, process, now_wall)

    def _take(self, seen: Seen, grip: Grip, process: Process, now_wall: float) -> None:
        if seen.is_listener or seen.is_unconnected:
            self._shared.keep(seen.inode, seen.cookie, grip, process)
        seen.grip, seen.process, seen.is_sibling = grip, process, False
        seen.family = self._young.parent_of(grip.pid) or grip.pid
        seen.is_sure = _is_sure(seen, now_wall)
        is_accepted = seen.is_inbound and not seen.is_listener and seen.key.protocol is Protocol.TCP
        if is_accepted and process.start_time < seen.time - START_ERROR_SECONDS:
            self._shared.note_acceptor(seen.key.local_port, process)

    def _process_of(self, seen: Seen, pid: int) -> Process | None:
        """Tell who holds a socket; of those that the same parent forked, only the first is read in full.

        Not where a server may have taken the call for a child, whose user is another one then than the socket's.
        """
        parent_pid = self._young.parent_of(pid)
        if not parent_pid or not seen.control_group or seen.is_inbound or seen.is_unconnected:
            return self._table.find(pid)
        kin = Kin(b"%d" % parent_pid, seen.uid, seen.control_group)
        sighting = self._table.sight(pid, kin)
        return self._table.find(pid, kin) if sighting is None else self._table.recall(sighting)

    def _learn(self, seen: Seen, now: float, now_wall: float) -> None:
        """Learn who opens connections to a remote end; give the one that was missed to whoever alone does."""
        if seen.process is not None:
            self._habits.learn(seen.key, seen.process, seen.family, now)
            return
        heir = self._habits.of(seen.key, now)
        if heir is None:
            self._find_left_over(seen, now, now_wall)
            return
        self._begin(now, now_wall)
        running = self._table.find(heir.pid)
        if running is not None and running.id == heir.id:
            seen.process, seen.is_sibling = running, True

    def _find_left_over(self, seen: Seen, now: float, now_wall: float) -> None:
        """Give a connection that was over too soon to the one of a family that has a socket which is no other's.

        Its process still holds the socket, of which the kernel tells no more whose connection it was.
        """
        parent_pid = 0 if seen.inode or not self._young.is_told else self._habits.family_of(seen.key, now)
        if not parent_pid:
            return
        self._begin(now, now_wall)
        found = self._search.left_over(parent_pid, now, born_before=now - (now_wall - seen.time))
        if found is None:
            return
        grip, inode = found
        process = self._table.find(grip.pid)
        if process is None or process.parent_pid != parent_pid or not self._search.holds(grip, inode):
            return
        seen.inode, seen.grip, seen.process, seen.is_sibling, seen.family = inode, grip, process, True, parent_pid

    def _look_once_more(self, seen: Seen, now: float, now_wall: float) -> None:
        seen.looks += 1
        before, family = seen.grip, seen.family
        if before is not None and not seen.is_listener and self._search.holds(before, seen.inode):
            self._looks -= 0.5
            if seen.is_inbound and self._was_forked(seen, now, now_wall):
                self._find_holder(seen, now, now_wall, is_wide=False)
            else:
                seen.is_sure = _is_sure(seen, now_wall)
            if seen.looks == 1 and not seen.is_inbound:
                self._plan.note(family, is_held=True)
        else:
            has_ended = before is not None and not seen.is_inbound and self._search.has_ended(before.pid)
            if not seen.is_inbound and not has_ended:
                self._find_taker(seen, now, now_wall)
            if seen.grip == before:
                self._look(seen, now, now_wall)
            if before is not None and not seen.is_inbound:
                self._note_lost(before, seen, family, has_ended=has_ended)
        self._plan.add(seen, now)

    def _note_lost(self, before: Grip, seen: Seen, family: int, *, has_ended: bool) -> None:
        """Learn from a socket that its holder has no more: it was handed on, or closed."""
        was_handed_on = seen.grip is not None and seen.grip != before
        if seen.grip is not None and seen.grip.pid != before.pid:
            self._takers.note(before.pid, seen.grip.pid)
        if was_handed_on or (seen.looks == 1 and not has_ended):
            self._plan.note(family, is_held=False)

    def _find_taker(self, seen: Seen, now: float, now_wall: float) -> None:
        """Find who took a socket that was handed on, by its inode alone; its giver runs still, or is not known.

        Of a connection that is at its end already sock_diag does not tell it, whoever holds the socket still.
        """
        giver = seen.grip
        if not seen.inode or (seen.is_sibling and giver is not None):
            return  # which socket that one has is a guess itself
        taker_pid = self._takers.of(0 if giver is None else giver.pid)
        grip = self._search.grip_of(taker_pid, seen.inode) if taker_pid else None
        if grip is None and self._taker_searches.take(1, now):
            self._begin(now, now_wall)
            grip = self._search.search(seen.inode, now, is_wide=False, most_links=TAKER_LINKS)
        if grip is None:
            return
        self._begin(now, now_wall)
        process = self._table.find(grip.pid)  # not by its kin: it may be another user's than the socket's maker
        if process is None or (giver is None and process.start_time > seen.time + START_ERROR_SECONDS):
            return  # its ends have been used again
        if giver is None:
            self._takers.note(0, grip.pid)
        self._take(seen, grip, process, now_wall)

    def _was_forked(self, seen: Seen, now: float, now_wall: float) -> bool:
        self._begin(now, now_wall)
        return bool(self._young.since(now - (now_wall - seen.time)))

    # When what is done.

    def _begin(self, now: float, now_wall: float) -> None:
        """Take what is known of processes as of now, once for all that is looked at in one call."""
        if self._round_at == now:
            return
        self._round_at = now
        self._table.begin(now_wall)
        self._refresh(now)

    def _refresh(self, now: float) -> None:
        self._heard_at = now
        self._young.refresh(now)

    def _next_look(self) -> float | None:
        due = self._plan.next_at()
        if not self._young.is_told:
            return due
        heard = self._heard_at + self._young.patience_seconds
        return heard if due is None else min(due, heard)

    # What is kept.

    def _is_known(self, last: Seen, packet: FirstPacket, now: float) -> bool:
        """Whether nothing is new: a further packet of what is no TCP, or a SYN once more."""
        if packet.key.protocol is Protocol.TCP:
            if packet.time - last.time >= SAME_PACKET_SECONDS or last.grip is None or last.is_listener:
                return False
            found = self._lookup.ask(packet.key)  # ends may be used again as soon as this, after a reset
            return found is not None and found.cookie == last.cookie
        if now - last.kept_at < KEPT_SECONDS / 2 and last.process is not None:
            last.kept_at = max(last.kept_at, now - KEPT_SECONDS / 4)
            return last.grip is not None and self._search.holds(last.grip, last.inode)
        return False

    def _sweep(self, now: float) -> None:
        self._seen.sweep(now)
        self._shared.sweep()
        self._table.prune(self._seen.process_ids() | self._shared.process_ids())

    def _refill(self, now: float) -> None:
        elapsed = min(1.0, max(0.0, now - self._refilled_at))
        self._refilled_at = now
        self._looks = min(LOOKS_A_SECOND / 4, self._looks + elapsed * LOOKS_A_SECOND)


def _is_sure(seen: Seen, now_wall: float) -> bool:
    return not seen.is_inbound and not seen.is_late and now_wall - seen.time >= SURE_SECONDS
