"""Two thousand connections at once."""

import pytest

from netmon.model import LedgerSums
from tests.support.collector_process import CollectorProcess, waited_seconds
from tests.support.observation import observation
from tests.support.stage import stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PROCESSES = 4
CONNECTIONS = 500
BORNE_SECONDS = 1.2
"""For how long nobody may read before a virtual link's ring is full, however few the packets (``capture/ring.py``)."""


def account_of_wire(process: CollectorProcess) -> LedgerSums | None:
    """Give the account of the wire once each packet of it was counted, or told as lost."""
    with process.client() as client:
        account = next(one.total for one in client.ledger() if one.name == "near0")
    return account if account.difference_packets == 0 else None


def test_2000_connections_have_exact_bytes_and_their_own_pids() -> None:
    with stage() as built, programs() as running, observation(built, ("near0",)) as watched:
        near, far = built.near, built.far
        server = running.serve(far.namespace, "tcp-server", far.ipv4)
        amounts = ("--connections", CONNECTIONS, "--upload", 2_000, "--download", 5_000)
        clients = [
            running.start(near.namespace, "tcp-client", far.ipv4, server.port, *amounts) for _ in range(PROCESSES)
        ]
        flows = [flow for client in clients for flow in client.wait().flows]
        assert len({flow.local for flow in flows}) == PROCESSES * CONNECTIONS

        def owners() -> bool:
            seen = watched.stream.seen()
            return all(
                (row := seen.get(("tcp", flow.local, flow.remote))) is not None and row.pids == {flow.pid}
                for flow in flows
            )

        wait_for(owners, seconds=30, what="the right pid on each of 2,000 connections")
        outcome = watched.conclude(running)
        waited = waited_seconds(watched.collector.pid)
        account = wait_for(lambda: account_of_wire(watched.collector), seconds=30, what="each packet counted or lost")
        truth = outcome.truths["near0"]
        keys = [("tcp", flow.local, flow.remote) for flow in flows]
        counted = {key: (outcome.seen[key].sent, outcome.seen[key].received) for key in keys}
        moved = {key: truth.row(*key) for key in keys}
        print(f"waited {waited:.1f} s for a processor, lost {account.dropped_packets} packets")  # noqa: T201 -- figures
        if waited < BORNE_SECONDS:
            assert account.dropped_packets == 0
        assert outcome.snapshot.drops.kernel_dropped_packets == account.dropped_packets
        if account.dropped_packets == 0:
            assert counted == moved
            assert all(counted["tcp", flow.local, flow.remote][0] > flow.sent for flow in flows)
        for key, (sent, received) in counted.items():
            assert (sent <= moved[key][0], received <= moved[key][1]) == (True, True), key
