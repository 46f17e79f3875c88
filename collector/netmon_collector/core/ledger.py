"""The sums: everything that is counted goes into the totals once and into one account, so that both sides agree."""

from collections.abc import Iterable

from netmon.model import Process, Scope, UnattributedReason, UnnamedReason
from netmon_collector.core.account import Account, UserSums
from netmon_collector.core.browsers import Browsers
from netmon_collector.core.domain_book import DomainBook
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_name import FlowName
from netmon_collector.core.interface_sums import Amount, InterfaceSums
from netmon_collector.core.tally import Tally

APPLICATION_LIMIT = 4_096
"""How many applications are kept apart; what the longest silent ones moved is then summed up as earlier ones."""

USER_LIMIT = 1_024
"""How many users' sums are kept apart before those without a connection are summed up: a container may have 65,536."""

INTERFACE_LIMIT = 256
"""How many interfaces are kept apart; what the longest silent ones carried is then summed up: containers come and go,
each with an interface of its own."""

GONE_LIMIT = 32
"""How many of them may be gone. A tick costs 0.04 ms an interface (measured): 256 that went would be 1 % of a core."""

EARLIER_INTERFACES = "(earlier interfaces)"

EARLIER_ID = "earlier"
EARLIER_NAME = "(earlier applications)"

SCOPES = (Scope.LOOPBACK, Scope.LAN, Scope.INTERNET)


class Ledger:
    """Sums by scope, which make up the totals; and the accounts, which must come to the same."""

    def __init__(self) -> None:
        """Start at zero."""
        self.scopes = {scope: Tally() for scope in SCOPES}
        self.interfaces: dict[str, InterfaceSums] = {}
        self.accounts: dict[tuple[str, int | None], Account] = {}
        """By the application and its user."""
        self.users: dict[int | None, UserSums] = {}
        self.browsers = Browsers()
        self.domains = DomainBook()
        self.unattributed: dict[UnattributedReason, Tally] = {}
        self.inside = Tally()
        """What the insides of tunnels showed: it is in the totals, and once more within the packets that carry it."""
        self.change_count = 0
        """Grows whenever a connection comes, goes or changes hands: as long as it stays, nobody's counts differ."""

    @property
    def totals(self) -> Tally:
        """All that was counted."""
        return _sum(self.scopes.values())

    @property
    def headline(self) -> Tally:
        """All but loopback and the insides of tunnels."""
        outside = _sum(tally for scope, tally in self.scopes.items() if scope is not Scope.LOOPBACK)
        outside.leave(self.inside)
        outside.leave_interval(self.inside)
        return outside

    @property
    def closed(self) -> Tally:
        """All that owned connections moved which have ended."""
        return _sum(user.closed for user in self.users.values())

    @property
    def evicted(self) -> Tally:
        """All that owned connections moved whose rows were given up."""
        return _sum(user.evicted for user in self.users.values())

    def interface(self, name: str) -> InterfaceSums:
        """Give the sums of an interface."""
        sums = self.interfaces.get(name)
        if sums is None:
            sums = self.interfaces[name] = InterfaceSums()
        return sums

    def fold_interfaces(self, names: Iterable[str]) -> None:
        """Sum up these interfaces under one name. One that is heard again begins anew."""
        for name in names:
            sums = self.interfaces.pop(name, None)  # none where no IP packet was seen
            if sums is not None:
                sums.fold_into(self.interface(EARLIER_INTERFACES))

    def count_sent(self, flow: Flow, byte_count: int, packet_count: int) -> None:
        """Count what a connection sent."""
        flow.tally.add_sent(byte_count, packet_count)
        flow.home.add_sent(byte_count, packet_count)
        flow.name_home.add_sent(byte_count, packet_count)
        self.scopes[flow.scope].add_sent(byte_count, packet_count)
        account = flow.account
        if account is not None:
            if flow.scope is not Scope.LOOPBACK:
                account.network_sent_bytes += byte_count
            if flow.closed_sequence:
                account.user.closed.sent_bytes += byte_count
                account.user.closed.sent_packets += packet_count

    def count_received(self, flow: Flow, byte_count: int, packet_count: int) -> None:
        """Count what a connection received."""
        flow.tally.add_received(byte_count, packet_count)
        flow.home.add_received(byte_count, packet_count)
        flow.name_home.add_received(byte_count, packet_count)
        self.scopes[flow.scope].add_received(byte_count, packet_count)
        account = flow.account
        if account is not None:
            if flow.scope is not Scope.LOOPBACK:
                account.network_received_bytes += byte_count
            if flow.closed_sequence:
                account.user.closed.received_bytes += byte_count
                account.user.closed.received_packets += packet_count

    def count_place(self, flow: Flow, interface: InterfaceSums, byte_count: int, packet_count: int) -> None:
        """Say on which interface a connection moved what was just counted for it."""
        if flow.place is not interface:
            if flow.place is None:
                flow.place = interface
            else:
                if flow.elsewhere is None:
                    flow.elsewhere = {}
                flow.elsewhere.setdefault(interface, Amount()).add(byte_count, packet_count)
        if flow.account is None:
            interface.ownerless_of(flow.reason).add(byte_count, packet_count)

    def count_lone(self, scope: Scope, reason: UnattributedReason, byte_count: int, *, is_sent: bool) -> None:
        """Count one packet that belongs to no connection."""
        nameless = self.domains.unnamed_of(UnnamedReason.UNSPECIFIED, None)
        for tally in (self.scopes[scope], self.unattributed_of(reason), nameless):
            if is_sent:
                tally.add_sent(byte_count, 1)
            else:
                tally.add_received(byte_count, 1)

    def unattributed_of(self, reason: UnattributedReason) -> Tally:
        """Give the sums of what has no owner for this reason."""
        tally = self.unattributed.get(reason)
        if tally is None:
            tally = self.unattributed[reason] = Tally()
        return tally

    def account(self, process: Process, first_time: float) -> Account:
        """Give the account of a process's application and user; one is opened where there is none."""
        key = process.application_id, process.uid
        account = self.accounts.get(key)
        if account is None:
            if len(self.accounts) >= APPLICATION_LIMIT:
                self._fold_accounts()
            account = Account(
                process.application_id,
                process.application_name,
                process.application_path,
                first_time,
                uid=process.uid,
                user=self._user(process.uid),
            )
            account.is_browser = self.browsers.has(account.id, account.path)
            self.accounts[key] = account
        return account

    def leave(self, flow: Flow) -> None:
        """Take a connection's sums out of its account, before its owner or reason changes."""
        if flow.tally.has_packets:  # most get their owner before their cells are collected
            flow.home.leave(flow.tally)
            flow.home.leave_interval(flow.tally)
        if flow.account is None:
            for interface, amount in _places(flow):
                interface.now.ownerless_of(flow.reason).leave(amount)
        if flow.account is not None and flow.closed_sequence:
            flow.account.user.closed.leave(flow.tally)
        self.domains.leave(flow)
        self._untrack(flow)

    def join(self, flow: Flow) -> None:
        """Put a connection's sums into the account of its owner, or where its reason is summed up."""
        if flow.owner is None:
            flow.account = None
            flow.home = self.unattributed_of(flow.reason)
        else:
            flow.account = self.account(flow.owner.process, flow.start_time)
            flow.account.flow_count += 1
            flow.account.user.flow_count += 1
            flow.home = flow.account.tally
            if flow.closed_sequence:
                flow.account.user.closed.join(flow.tally)
        if flow.account is None:
            for interface, amount in _places(flow):
                interface.now.ownerless_of(flow.reason).join(amount)
        if flow.tally.has_packets:
            flow.home.join(flow.tally)
            flow.home.join_interval(flow.tally)
        self.domains.join(flow)
        self.change_count += 1

    def forget(self, flow: Flow) -> None:
        """Say that a connection is no longer tracked; its account and its domain keep what it moved."""
        self._untrack(flow)
        self.domains.forget(flow)

    def rename(self, flow: Flow, name: FlowName) -> None:
        """Give a connection another name, and move its sums there."""
        self.domains.leave(flow)
        flow.name = name
        self.domains.join(flow)
        self.change_count += 1

    def _untrack(self, flow: Flow) -> None:
        if flow.account is not None:
            flow.account.flow_count -= 1
            flow.account.user.flow_count -= 1
        self.change_count += 1

    def close(self, flow: Flow) -> None:
        """Say that a connection has ended; from now on its sums stand under ``closed`` too, if it has an owner."""
        if flow.account is not None:
            flow.account.user.closed.join(flow.tally)
        self.change_count += 1

    def evict(self, flow: Flow) -> None:
        """Say that a connection's row is given up: its account keeps what it moved, and a remainder shows it."""
        account = flow.account
        if account is None:
            self.leave(flow)
            flow.reason = UnattributedReason.TABLE_FULL
            self.join(flow)
            self.domains.forget(flow)
            return
        self.forget(flow)
        # What has ended stands under `closed` already, but the interval was its row's to show.
        if flow.closed_sequence:
            account.user.closed.join_interval(flow.tally)
        else:
            account.user.evicted.join(flow.tally)
            account.user.evicted.join_interval(flow.tally)

    def tallies(self) -> Iterable[Tally]:
        """Give every sum but those of connections."""
        yield self.inside
        for user in self.users.values():
            yield from (user.closed, user.evicted)
        yield from self.scopes.values()
        yield from self.interfaces.values()
        yield from self.unattributed.values()
        yield from self.domains.tallies()
        for account in self.accounts.values():
            yield account.tally

    def begin_interval(self) -> None:
        """Begin a new interval for all of them."""
        for tally in self.tallies():
            if tally.has_interval:
                tally.begin_interval()
        for account in self.accounts.values():
            account.network_sent_bytes = account.network_received_bytes = 0

    def clear(self) -> None:
        """Move the baseline of all of them to now."""
        for tally in self.tallies():
            tally.clear()
        self.domains.clear()

    def _user(self, uid: int | None) -> UserSums:
        user = self.users.get(uid)
        if user is None:
            if len(self.users) >= USER_LIMIT:
                self._fold_users()
            user = self.users.setdefault(uid, UserSums())
        return user

    def _fold_users(self) -> None:
        """Sum up the users that have no tracked connection as one that nobody is."""
        silent = {uid for uid, user in self.users.items() if not user.flow_count and uid is not None}
        nobody = self.users.setdefault(None, UserSums())
        self.domains.fold_users(silent)
        for account in [each for each in self.accounts.values() if each.uid in silent]:
            self._fold_account(account, None)
        for uid in silent:
            user = self.users.pop(uid)
            for mine, theirs in ((nobody.closed, user.closed), (nobody.evicted, user.evicted)):
                mine.join(theirs)
                mine.join_interval(theirs)

    def _fold_accounts(self) -> None:
        """Sum up the longest silent quarter of the accounts that have no tracked connection, a user at a time."""
        silent = sorted(
            (account for account in self.accounts.values() if not account.flow_count and account.id != EARLIER_ID),
            key=lambda account: account.last_time or account.first_time,
        )
        for account in silent[: APPLICATION_LIMIT // 4]:
            self._fold_account(account, account.uid)

    def _fold_account(self, account: Account, uid: int | None) -> None:
        del self.accounts[account.id, account.uid]
        earlier = self.accounts.get((EARLIER_ID, uid))
        if earlier is None:
            earlier = Account(EARLIER_ID, EARLIER_NAME, "", float("inf"), uid=uid, user=self._user(uid))
            self.accounts[EARLIER_ID, uid] = earlier
        earlier.first_time = min(earlier.first_time, account.first_time)
        earlier.last_time = max(earlier.last_time or 0.0, account.last_time or account.first_time)
        earlier.tally.join(account.tally)
        earlier.tally.join_interval(account.tally)


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.join(tally)
        total.join_interval(tally)
    return total


def _places(flow: Flow) -> list[tuple[InterfaceSums, Amount]]:
    """Give what a connection moved on each interface."""
    if flow.place is None:
        return []
    tally, first = flow.tally, Amount()
    first.byte_count = tally.sent_bytes + tally.received_bytes
    first.packet_count = tally.sent_packets + tally.received_packets
    first.interval_byte_count = tally.interval_sent_bytes + tally.interval_received_bytes
    first.interval_packet_count = tally.interval_sent_packets + tally.interval_received_packets
    others = flow.elsewhere or {}
    for amount in others.values():
        first.leave(amount)
    return [(flow.place, first), *others.items()]
