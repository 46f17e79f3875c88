"""Traffic of another network namespace that passes this machine: each byte seen, and its process named."""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netmon.model import Connection, Direction, OwnerConfidence, Protocol, UnattributedReason
from tests.support.behind import behind
from tests.support.collector_process import CollectorProcess, collector
from tests.support.owner_programs import OwnerWorkload
from tests.support.owner_score import Score, read_truth, score
from tests.support.stage import stage
from tests.support.traffic import MovedFlow, programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

UPLOAD, DOWNLOAD = 300_000, 700_000
WAY = os.environ.get("NETMON_OWNERS", "auto")
ENOUGH_PERCENT = {"auto": 99.9, "ebpf": 99.9, "sockdiag": 97.0}
"""By who is told of sockets by the kernel: with eBPF, or by tracepoints."""
REASONS = {UnattributedReason.OTHER_NAMESPACE, UnattributedReason.FORWARDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    rows: dict[str, Connection]
    lasting: list[MovedFlow]
    brief: list[MovedFlow]
    served: MovedFlow
    server_pid: int
    forks: Score


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Generator[Played]:
    truth = tmp_path_factory.mktemp("box") / "truth"
    with stage("nmons") as built, behind(built) as box, programs() as running, collector(built) as process:
        process.wait_until_ready("box0")
        outside = built.far
        far = running.serve(outside.namespace, "tcp-server", outside.ipv4)
        echo = running.serve(outside.namespace, "udp-server", outside.ipv4)
        own = running.serve(box.namespace, "tcp-server", box.ipv4)
        amounts = ("--upload", UPLOAD, "--download", DOWNLOAD)
        clients = [
            running.start(box.namespace, "tcp-client", outside.ipv4, far.port, "--connections", 3, *amounts),
            running.start(
                box.namespace,
                "udp-client",
                box.ipv4,
                echo.port,
                "--remote",
                outside.ipv4,
                "--connect",
                "--datagrams",
                20,
            ),
        ]
        visitor = running.start(outside.namespace, "tcp-client", box.ipv4, own.port, *amounts)
        lasting = [flow for client in clients for flow in client.wait(30).flows]
        [visit] = visitor.wait(30).flows
        brief = running.start(box.namespace, "tcp-client", outside.ipv4, far.port, "--upload", 5_000).wait(30)
        brief_flows = brief.finish()
        wanted = {flow.local for flow in lasting} | {visit.local}
        rows = _wait_for_owners(process, wanted, {flow.local for flow in brief_flows}, visit.local)
        OwnerWorkload(box.namespace, "forks", truth, outside.ipv4, far.port, 60, 30).wait()
        forks = wait_for(lambda: _told(process, truth), seconds=30, what="all short connections are rows that ended")
        print(f"processes of milliseconds: {forks}")  # noqa: T201 -- the figure of this file
        yield Played(rows=rows, lasting=lasting, brief=brief_flows, served=visit, server_pid=own.pid, forks=forks)


def _told(process: CollectorProcess, truth: Path) -> Score | None:
    """Hold the rows of connections that have ended against what the processes wrote; None: there are more to come."""
    used, _ = read_truth(truth)
    with process.client() as client:
        found = score(used, client.connections(closed_within_seconds=60))
    is_all = len(found.matched) == len(used) and all(row.end_time is not None for _, row in found.matched)
    return found if is_all else None


def _wait_for_owners(
    process: CollectorProcess, wanted: set[str], brief: set[str], served: str
) -> dict[str, Connection]:
    """Wait until the connections that last have an owner and the brief ones are rows; give all by who opened them.

    And until what came in has gone out too, each on its interface, which is read by itself; and until the other end of
    the one that is ``served`` here was found beside its owner.
    """

    def is_settled(row: Connection) -> bool:
        is_sure = row.facts.owner_confidence is OwnerConfidence.CERTAIN or row.facts.protocol is Protocol.UDP
        return row.process is not None and is_sure and row.traffic.sent_bytes == row.traffic.received_bytes

    def look() -> dict[str, Connection] | None:
        with process.client() as client:
            rows = {str(row.local): row for row in client.connections(closed_within_seconds=60)}
        is_owned = all(local in rows and is_settled(rows[local]) for local in wanted)
        return rows if is_owned and brief <= rows.keys() and rows[served].facts.holders else None

    return wait_for(look, seconds=30, what="the connections of the other namespace have an owner")


def test_its_connections_are_named_for_certain(played: Played) -> None:
    for flow in played.lasting:
        row = played.rows[flow.local]
        assert row.process is not None
        assert row.process.pid == flow.pid
        assert row.facts.direction is Direction.FORWARDED
        if flow.protocol == "tcp":
            assert row.facts.owner_confidence is OwnerConfidence.CERTAIN


def test_of_two_ends_on_this_machine_who_called_is_the_owner_and_the_server_is_named_beside(played: Played) -> None:
    row = played.rows[played.served.local]
    assert row.process is not None
    assert row.process.pid == played.served.pid
    assert [holder.pid for holder in row.facts.holders] == [played.server_pid]


def test_every_byte_is_seen_as_it_comes_in_and_as_it_goes_out(played: Played) -> None:
    for flow in [*played.lasting, played.served]:
        traffic = played.rows[flow.local].traffic
        assert traffic.sent_bytes == traffic.received_bytes
        assert traffic.sent_bytes >= flow.sent + flow.received


def test_processes_that_live_for_milliseconds_are_named_too_where_the_kernel_tells(played: Played) -> None:
    assert played.forks.wrong == []
    assert set(played.forks.unnamed_bytes) <= REASONS
    if WAY in ENOUGH_PERCENT:
        assert played.forks.right_percent >= ENOUGH_PERCENT[WAY], str(played.forks)


def test_what_was_over_too_soon_has_its_reason(played: Played) -> None:
    for flow in played.brief:
        row = played.rows[flow.local]
        if row.process is None:
            assert row.facts.unattributed_reason in REASONS
        else:
            assert row.process.pid == flow.pid
