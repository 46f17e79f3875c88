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
    """Rows of applications; those in which nothing changed stay the same object."""

    def __init__(self) -> None:
        """Start with none."""
        self._rows: dict[str, Application] = {}

    def of(self, ledger: Ledger, interval_seconds: float) -> tuple[Application, ...]:
        """Give the rows of all accounts that have or had anything."""
        self._rows = {
            account.id: self._row(account, interval_seconds)
            for account in ledger.accounts.values()
            if account.flow_count or account.tally.has_packets
        }
        return tuple(self._rows.values())

    def _row(self, account: Account, interval_seconds: float) -> Application:
        before = self._rows.get(account.id)
        row = application_of(account, interval_seconds)
        return before if before == row and before is not None else row


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


def network_bytes(ledger: Ledger) -> list[tuple[str, str, int, int]]:
    """Give (id, name, sent, received) of the interval for each application on a network; "" is what has no owner.

    Together they are the headline. What an application moved inside a tunnel stands for as much of the carrier.
    """
    accounts = [
        account for account in ledger.accounts.values() if account.network_sent_bytes or account.network_received_bytes
    ]
    headline = ledger.headline
    sent = _within([account.network_sent_bytes for account in accounts], headline.interval_sent_bytes)
    received = _within([account.network_received_bytes for account in accounts], headline.interval_received_bytes)
    rows = [
        (account.id, account.name, sent_bytes, received_bytes)
        for account, sent_bytes, received_bytes in zip(accounts, sent, received, strict=True)
    ]
    rest = (headline.interval_sent_bytes - sum(sent), headline.interval_received_bytes - sum(received))
    return [*rows, ("", "", *rest)]


def _within(amounts: list[int], limit: int) -> list[int]:
    """Scale amounts down to ``limit`` together: an inside may come an interval before what carries it."""
    total, limit = sum(amounts), max(0, limit)
    return amounts if total <= limit else [amount * limit // total for amount in amounts]


def loopback_bytes(ledger: Ledger) -> int:
    """Give the bytes over loopback in this interval, each packet counted once."""
    return ledger.scopes[Scope.LOOPBACK].interval_sent_bytes
