"""ICMP, raw sockets and frames from below IP: every byte seen, and named or given its reason.

The truth is what the programs themselves wrote down. No process is named wrongly, in whichever way owners are found.
"""

import os
import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from netmon.model import Connection, OwnerConfidence, Protocol, UnattributedReason
from tests.support.beyond_programs import Told, going, told
from tests.support.collector_process import CollectorProcess, collector
from tests.support.stage import Stage, stage
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

BY_KERNEL = os.environ.get("NETMON_OWNERS", "auto") in {"auto", "ebpf"}
LISTS_RAW = os.environ.get("NETMON_OWNERS", "auto") != "psutil"
KINDS = ("ping", "raw-ping", "raw", "frames")
LISTINGS = 3
UNSEEN = {UnattributedReason.PROTOCOL, UnattributedReason.GONE, UnattributedReason.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    truth: dict[str, Told]
    rows: list[Connection]
    far: str

    def row(self, kind: str) -> Connection:
        """Give the row of what a program sent."""
        one = self.truth[kind]
        (row,) = [row for row in self.rows if row.traffic.sent_bytes == one.sent and _is_of(row, one)]
        return row

    def owner(self, kind: str) -> int | None:
        """Give the process that the row of what a program sent names."""
        process = self.row(kind).process
        return process.pid if process is not None else None


def _is_of(row: Connection, one: Told) -> bool:
    protocol = {"raw": Protocol.OTHER, "frames": Protocol.UDP}.get(one.kind, Protocol.ICMP)
    ends = [end.address for end in (row.local, row.remote) if end is not None]
    return row.facts.protocol is protocol and ends == [one.local, one.remote]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Generator[Played]:
    truth = tmp_path_factory.mktemp("beyond") / "truth"
    with stage("nmbey") as built, collector(built) as process:
        _move(built, process, truth)
        moved = told(truth)

        def look() -> list[Connection] | None:
            with process.client() as client:
                rows = list(client.connections(closed_within_seconds=60))
            seen = {(row.traffic.sent_bytes, row.traffic.received_bytes) for row in rows}
            # Both: an answer may be read later than what it answers.
            return rows if all((one.sent, one.received) in seen for one in moved.values()) else None

        rows = wait_for(look, seconds=30, what="every byte is counted")
        yield Played(truth=moved, rows=rows, far=built.far.ipv4)


def _move(built: Stage, process: CollectorProcess, truth: Path) -> None:
    near, far = built.near, built.far
    place = near.namespace
    place.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 0")
    place.run("ping", "-n", "-q", "-c", "1", far.ipv4)
    neighbours = place.ip("neighbour", "show", far.ipv4).split()
    mac = neighbours[neighbours.index("lladdr") + 1]
    frames = (near.ipv4, far.ipv4, near.interface, mac)
    with ExitStack() as stack, process.client() as client:
        for kind in KINDS:
            given = frames if kind == "frames" else frames[:2]
            stack.enter_context(going(place, "beyond_workloads", kind, truth, *given))
        far.namespace.run("ping", "-n", "-q", "-c", "5", "-i", "0.1", near.ipv4)
        for _ in range(LISTINGS):
            client.refresh()
            time.sleep(0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_is_seen_in_a_row_of_its_own(played: Played, kind: str) -> None:
    one, row = played.truth[kind], played.row(kind)
    assert one.sent > 0
    assert (row.traffic.sent_bytes, row.traffic.received_bytes) == (one.sent, one.received)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_named_or_has_its_reason(played: Played, kind: str) -> None:
    one, row = played.truth[kind], played.row(kind)
    if row.process is None:
        assert row.facts.unattributed_reason in UNSEEN
    elif row.facts.owner_confidence is OwnerConfidence.CERTAIN:
        assert row.process.pid == one.pid
    else:
        assert one.pid in {row.process.pid, *(holder.pid for holder in row.facts.holders)}


@pytest.mark.parametrize("kind", ["ping", "raw"])
def test_the_only_socket_that_can_have_sent_it_is_named_where_such_are_listed(played: Played, kind: str) -> None:
    assert played.owner(kind) == (played.truth[kind].pid if LISTS_RAW else None)


def test_frames_from_below_ip_are_credited_as_inferred_where_such_sockets_are_listed(played: Played) -> None:
    assert played.owner("frames") == (played.truth["frames"].pid if LISTS_RAW else None)
    if LISTS_RAW:
        assert played.row("frames").facts.owner_confidence is OwnerConfidence.INFERRED


def test_pingers_side_by_side_are_told_apart_by_the_kernel(played: Played) -> None:
    owners = {kind: played.owner(kind) for kind in ("ping", "raw-ping")}
    told_apart = {kind: played.truth[kind].pid for kind in owners}
    assert owners == told_apart if BY_KERNEL else set(owners.values()) <= {*told_apart.values(), None}


def test_what_the_kernel_answers_is_the_kernels(played: Played) -> None:
    def is_asked(row: Connection) -> bool:
        return row.facts.protocol is Protocol.ICMP and row.facts.unattributed_reason is UnattributedReason.KERNEL

    answered = [row for row in played.rows if is_asked(row)]
    assert 5 * 84 in {row.traffic.sent_bytes for row in answered}
    assert all(row.process is None for row in answered)


def test_raw_and_ping_sockets_are_listed_by_all_but_psutil(played: Played) -> None:
    bare = [row for row in played.rows if row.remote is None and row.facts.protocol not in {Protocol.TCP, Protocol.UDP}]
    pids = {row.process.pid for row in bare if row.process is not None}
    senders = {played.truth[kind].pid for kind in ("ping", "raw-ping", "raw")}
    assert senders & pids == (senders if LISTS_RAW else set())
