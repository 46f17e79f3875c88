"""Two thousand connections at once."""

import pytest

from tests.support.observation import observation
from tests.support.stage import stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PROCESSES = 4
CONNECTIONS = 500


def test_2000_connections_have_exact_bytes_and_their_own_pids() -> None:
    with stage() as built, programs() as running, observation(built, ("near0",)) as watched:
        near, far = built.near, built.far
        server = running.serve(far.namespace, "tcp-server", far.ipv4)
        amounts = ("--connections", CONNECTIONS, "--upload", 2_000, "--download", 5_000)
        clients = [
            running.start(near.namespace, "tcp-client", far.ipv4, server.port, *amounts) for _ in range(PROCESSES)
        ]
        flows = [flow for client in clients for flow in client.wait(40).flows]
        assert len({flow.local for flow in flows}) == PROCESSES * CONNECTIONS

        def owners() -> bool:
            seen = watched.stream.seen()
            return all(
                (row := seen.get(("tcp", flow.local, flow.remote))) is not None and row.pids == {flow.pid}
                for flow in flows
            )

        wait_for(owners, seconds=20, what="the right pid on each of 2,000 connections")
        outcome = watched.conclude(running)
        truth = outcome.truths["near0"]
        keys = [("tcp", flow.local, flow.remote) for flow in flows]
        counted = {key: (outcome.seen[key].sent, outcome.seen[key].received) for key in keys}
        assert counted == {key: truth.row(*key) for key in keys}
        assert all(counted["tcp", flow.local, flow.remote][0] > flow.sent for flow in flows)
        assert outcome.snapshot.drops.kernel_dropped_packets == 0
