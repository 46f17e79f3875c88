"""The sums of a tick, frozen: scopes, interfaces, applications, what has no owner, drops."""

from collections.abc import Mapping

from netmon.model import (
    Application,
    Drops,
    InterfaceTraffic,
    Scope,
    ScopeTraffic,
    UnattributedReason,
    UnattributedTraffic,
)
from netmon_collector.core.account import Account
from netmon_collector.core.accounting import Accountant
from netmon_collector.core.bandwidth import NetworkBytes
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.flow import Route
from netmon_collector.core.ledger import Ledger
from netmon_collector.core.rows import application_of


def scopes_of(ledger: Ledger, interval_seconds: float) -> tuple[ScopeTraffic, ...]:
    """Give the sums of all scopes."""
    return tuple(
        ScopeTraffic(scope=scope, traffic=tally.traffic(interval_seconds)) for scope, tally in ledger.scopes.items()
    )


def interfaces_of(
    ledger: Ledger, accountant: Accountant[Route], interval_seconds: float
) -> tuple[InterfaceTraffic, ...]:
    """Give the sums of all interfaces that showed a frame, by name."""
    rows: list[InterfaceTraffic] = []
    for name in sorted(ledger.interfaces):
        non_ip_packets, non_ip_bytes = accountant.non_ip(name)
        rows.append(
            InterfaceTraffic(
                name=name,
                traffic=ledger.interfaces[name].traffic(interval_seconds),
                non_ip_packets=non_ip_packets,
                non_ip_bytes=non_ip_bytes,
                link_header_bytes=accountant.link_header_bytes(name),
            )
        )
    return tuple(rows)


class ApplicationRows:
    """Rows of applications, whole and by user; those in which nothing changed stay the same object."""

    def __init__(self) -> None:
        """Start with none."""
        self.of_users: dict[tuple[str, int | None], Application] = {}
        """By application and user, as they were last given. It is never changed: each tick has one of its own."""
        self._shared: dict[str, Application] = {}

    def of(self, ledger: Ledger, interval_seconds: float) -> tuple[Application, ...]:
        """Give the rows of all accounts that have or had anything."""
        accounts: dict[str, list[Account]] = {}
        of_users: dict[tuple[str, int | None], Application] = {}
        for account in ledger.accounts.values():
            if account.flow_count or account.tally.has_packets:
                accounts.setdefault(account.id, []).append(account)
                key = account.id, account.uid
                of_users[key] = _same(self.of_users.get(key), application_of((account,), interval_seconds))
        self.of_users = of_users
        shared = {
            id_: _same(self._shared.get(id_), application_of(several, interval_seconds))
            for id_, several in accounts.items()
            if len(several) > 1
        }
        self._shared = shared
        if not shared:
            return tuple(of_users.values())
        return tuple(shared.get(id_) or of_users[id_, several[0].uid] for id_, several in accounts.items())


def _same(before: Application | None, row: Application) -> Application:
    return before if before is not None and before == row else row


def unattributed_of(
    ledger: Ledger, counts: Mapping[UnattributedReason, int], interval_seconds: float
) -> tuple[UnattributedTraffic, ...]:
    """Give what has no owner, by reason; reasons that never had a packet or a connection are left out."""
    return tuple(
        UnattributedTraffic(
            reason=reason,
            traffic=ledger.unattributed_of(reason).traffic(interval_seconds),
            connection_count=counts.get(reason, 0),
        )
        for reason in sorted({*ledger.unattributed, *counts})
        if counts.get(reason) or ledger.unattributed_of(reason).has_packets
    )


def attributed_share(ledger: Ledger) -> float | None:
    """Give the share of all bytes that have an owner, from 0 to 1; None as long as there are none.

    What carries a tunnel is on neither side: whose it is, the inside tells.
    """
    totals = ledger.totals
    ownerless = {reason: tally.sent_bytes + tally.received_bytes for reason, tally in ledger.unattributed.items()}
    carried = ownerless.get(UnattributedReason.CARRIER, 0)
    all_bytes = totals.sent_bytes + totals.received_bytes - carried
    if not all_bytes:
        return None
    return (all_bytes - sum(ownerless.values()) + carried) / all_bytes


def drops_of(counts: Mapping[str, CaptureCounts], malformed: Mapping[str, int], dropped_before: int) -> Drops:
    """Give what could not be counted; ``dropped_before`` is the sum of drops at the tick before."""
    kernel = sum(count.kernel_dropped_packets for count in counts.values())
    interface = sum(count.interface_dropped_packets for count in counts.values())
    return Drops(
        received_packets=sum(count.received_packets for count in counts.values()),
        kernel_dropped_packets=kernel,
        interface_dropped_packets=interface,
        interval_dropped_packets=max(0, kernel + interface - dropped_before),
        malformed=tuple(sorted(malformed.items())),
    )


def network_bytes(ledger: Ledger) -> list[NetworkBytes]:
    """Give what each application of each user moved on a network in the interval; the last is what has no owner.

    Together they are the headline. What an application moved inside a tunnel stands for as much of the carrier.
    """
    accounts = [
        account for account in ledger.accounts.values() if account.network_sent_bytes or account.network_received_bytes
    ]
    headline = ledger.headline
    sent = _within([account.network_sent_bytes for account in accounts], headline.interval_sent_bytes)
    received = _within([account.network_received_bytes for account in accounts], headline.interval_received_bytes)
    rows = [
        NetworkBytes(account.id, account.name, account.uid, sent_bytes, received_bytes)
        for account, sent_bytes, received_bytes in zip(accounts, sent, received, strict=True)
    ]
    rest = (headline.interval_sent_bytes - sum(sent), headline.interval_received_bytes - sum(received))
    return [*rows, NetworkBytes("", "", None, *rest)]


def _within(amounts: list[int], limit: int) -> list[int]:
    """Scale amounts down to ``limit`` together: an inside may come an interval before what carries it."""
    total, limit = sum(amounts), max(0, limit)
    return amounts if total <= limit else [amount * limit // total for amount in amounts]


def loopback_bytes(ledger: Ledger) -> int:
    """Give the bytes over loopback in this interval, each packet counted once."""
    return ledger.scopes[Scope.LOOPBACK].interval_sent_bytes
