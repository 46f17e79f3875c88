"""Frozen rows out of what is tracked."""

from collections.abc import Sequence
from functools import lru_cache

from netmon.address import address_text
from netmon.model import (
    Application,
    Connection,
    ConnectionFacts,
    Endpoint,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    Remainder,
    Traffic,
)
from netmon_collector.core.account import Account
from netmon_collector.core.applications import is_netmon
from netmon_collector.core.flow import Flow
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.tally import Tally

CLOSED_ID = "closed"
EVICTED_ID = "evicted"
OTHER_USERS_NAME = "(other users)"


def row_of(flow: Flow, interval_seconds: float) -> Connection:
    """Give the row of a connection; the same object as before where nothing changed and nothing moved."""
    if flow.row is not None:
        return flow.row
    if flow.facts is None:
        flow.facts = _facts_of(flow)
    traffic = flow.tally.traffic(interval_seconds)
    if flow.told is None:
        row = Connection(flow.facts, traffic, flow.state, flow.last_time, flow.end_time)
    else:
        row = Connection(flow.facts, traffic, flow.state, flow.last_time, flow.end_time, *flow.told)
    # A row that shows an interval is good for this tick only.
    flow.row = None if flow.tally.has_interval else row
    return row


def _facts_of(flow: Flow) -> ConnectionFacts:
    key, owner = flow.key, flow.owner
    process = owner.process if owner is not None else None
    return ConnectionFacts(
        id=flow.id,
        protocol=key.protocol,
        ip_protocol=key.ip_protocol,
        local=_local_endpoint(key.local_address, key.local_port, key.protocol),
        remote=_endpoint(key.remote_address, key.remote_port, key.protocol) if key.remote_address else None,
        direction=flow.direction,
        scope=flow.scope,
        interface=flow.interface,
        start_time=flow.start_time,
        started_before=flow.started_before,
        process=process,
        holders=owner.holders if owner is not None else flow.carried_by,
        application_id=process.application_id if process is not None else "",
        application_name=process.application_name if process is not None else "",
        unit=process.unit if process is not None else "",
        container=process.container if process is not None else "",
        owner_method=owner.method if owner is not None else OwnerMethod.UNSPECIFIED,
        owner_confidence=owner.confidence if owner is not None else OwnerConfidence.UNSPECIFIED,
        unattributed_reason=flow.reason,
        is_netmon=process is not None and is_netmon(process.application_name),
        domain=flow.name.domain,
        domain_source=flow.name.source,
        unnamed_reason=flow.name.reason,
        registrable_domain=flow.name.registrable_domain,
        is_domain_borrowed=flow.name.is_borrowed,
    )


def _endpoint(address: bytes, port: int, protocol: Protocol) -> Endpoint:
    has_port = port != NO_PORT and protocol in {Protocol.TCP, Protocol.UDP, Protocol.SCTP}
    return Endpoint(address=address_text(address), port=port if has_port else None)


_local_endpoint = lru_cache(maxsize=1_024)(_endpoint)
"""Connections that come in share theirs."""


def remainder_row(row_id: str, kind: Remainder, traffic: Traffic) -> Connection:
    """Give a row that stands for many: no ends, no process."""
    facts = ConnectionFacts(id=row_id, protocol=Protocol.UNSPECIFIED, remainder=kind)
    return Connection(facts=facts, traffic=traffic)


def remainder_of(row_id: str, kind: Remainder, tally: Tally, interval_seconds: float) -> Connection | None:
    """Give the remainder row of a tally, or None where it holds nothing."""
    if not tally.has_packets and not tally.has_interval:
        return None
    return remainder_row(row_id, kind, tally.traffic(interval_seconds))


def application_of(accounts: Sequence[Account], interval_seconds: float) -> Application:
    """Give an application's row, of its accounts with one user or with several."""
    first = accounts[0]
    if len(accounts) == 1:
        tally, remotes, users = first.tally, first.remotes, first.users
    else:
        tally = Tally()
        for account in accounts:
            tally.join(account.tally)
            tally.join_interval(account.tally)
        remotes = set[bytes]().union(*(account.remotes for account in accounts))
        users = set[str]().union(*(account.users for account in accounts))
    return Application(
        id=first.id,
        name=first.name,
        path=first.path,
        traffic=tally.traffic(interval_seconds),
        connection_count=sum(account.connection_count for account in accounts),
        listening_count=sum(account.listening_count for account in accounts),
        process_count=sum(len(account.process_ids) for account in accounts),
        remote_count=len(remotes),
        users=tuple(sorted(users)),
        first_time=min(account.first_time for account in accounts),
        last_time=max((account.last_time for account in accounts if account.last_time is not None), default=None),
        is_browser=first.is_browser,
    )
