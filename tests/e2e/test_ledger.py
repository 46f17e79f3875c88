"""Both sides of an interface's account on real traffic, how owners were found, and what scripts learn of both."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.model import AttemptResult, Connection, Explanation, InterfaceLedger, OwnerConfidence, UnattributedReason
from netmon_client import parse_query
from tests.support.collector_process import CollectorProcess, collector
from tests.support.stage import Stage, stage
from tests.support.traffic import Programs, programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CLI = str(Path(sys.executable).with_name("netmon-cli"))
WAY = os.environ.get("NETMON_OWNERS", "auto")
CLOSED_PORT = 40_999
MOVED_BYTES = 2_000_000


@pytest.fixture
def built() -> Generator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def moved() -> Generator[Programs]:
    with programs() as made:
        yield made


def cli(running: CollectorProcess, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([CLI, "--socket", running.socket, *words], capture_output=True, text=True, check=False)


def ledgers(running: CollectorProcess) -> dict[str, InterfaceLedger]:
    with running.client() as client:
        return {each.name: each for each in client.ledger()}


def move(built: Stage, moved: Programs) -> None:
    """Move megabytes over the wire and over loopback, TCP and UDP, and end all of it."""
    for place, address in ((built.far.namespace, built.far.ipv4), (built.near.namespace, "127.0.0.1")):
        server = moved.serve(place, "tcp-server", address)
        moved.start(built.near.namespace, "tcp-client", address, server.port, "--upload", MOVED_BYTES).wait()


def settled(running: CollectorProcess) -> dict[str, InterfaceLedger]:
    """Wait until what was moved has been counted and owned, and nothing moves any more."""

    def look() -> dict[str, InterfaceLedger] | None:
        found = ledgers(running)
        is_all = {"lo", "near0"} <= found.keys() and all(
            found[name].total.attributed_bytes >= MOVED_BYTES and not found[name].interval.system_packets
            for name in ("lo", "near0")
        )
        return found if is_all else None

    return wait_for(look, seconds=40, what="both interfaces have counted all and are quiet")


def planted(built: Stage, address: str) -> None:
    """Send a datagram to a port that nobody has; if to this machine, the kernel answers by itself."""
    target = (address, CLOSED_PORT)
    code = f"import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(bytes(500), {target!r})"
    built.far.namespace.run(sys.executable, "-c", code)


def row_at(running: CollectorProcess, query: str) -> Connection:
    def look() -> Connection | None:
        with running.client() as client:
            rows = list(client.connections(parse_query(query), closed_within_seconds=60.0))
        return next((row for row in rows if row.remote is not None), None)

    return wait_for(look, seconds=30, what=f"a row for {query}")


def test_the_account_of_wire_and_loopback_is_exact_and_an_audit_is_green(built: Stage, moved: Programs) -> None:
    with collector(built, "--owners", WAY) as running:
        move(built, moved)
        settled(running)  # a listing finds the owners of what is still open
        moved.finish()
        for name, ledger in settled(running).items():
            sums = ledger.total
            moved_words = f"{sums.system_bytes} B in {sums.system_packets} packets"
            print(f"{name}: {moved_words}, off by {sums.difference_bytes} B")  # noqa: T201 -- the figure of this file
            assert (sums.difference_bytes, sums.difference_packets, sums.dropped_packets) == (0, 0, 0), name
            assert (sums.merged_packets, ledger.remark) == (0, ""), name
        result = cli(running, "audit", "-o", "json")
        assert result.returncode == 0, result.stdout
        assert json.loads(result.stdout)["passed"]
        assert "against the system's counters: lo exact, near0 exact" in cli(running, "status", "-o", "table").stdout


def test_what_nobody_owns_brings_an_audit_below_the_full_bar_and_what_nobody_can_own_does_not(built: Stage) -> None:
    def wait_until_counted(reason: UnattributedReason) -> None:
        def look() -> bool:
            near = ledgers(running).get("near0")
            return near is not None and any(
                part.reason is reason and part.byte_count >= 528 for part in near.total.unattributed
            )

        wait_for(look, seconds=30, what=f"the datagram is counted as {reason.name}")

    elsewhere = "198.51.100.7"
    built.far.namespace.run("ip", "route", "add", f"{elsewhere}/32", "via", built.near.ipv4)
    audit = ("audit", "--min-coverage", "100", "--interface", "near0", "-o", "table")
    with collector(built, "--owners", WAY) as running:
        planted(built, built.near.ipv4)
        wait_until_counted(UnattributedReason.KERNEL)
        # The kernel's own word to multicast routers is named as such by the first listing.
        wait_for(lambda: cli(running, *audit).returncode == 0, seconds=30, what="an audit that passes")
        assert "without an owner: answered by the kernel" in cli(running, *audit).stdout
        planted(built, elsewhere)
        wait_until_counted(UnattributedReason.FORWARDED)
        result = cli(running, *audit)
        assert result.returncode == 6, result.stdout
        assert ledgers(running)["near0"].total.difference_bytes == 0


def test_a_capture_that_was_closed_and_opened_again_keeps_the_account_exact(built: Stage, moved: Programs) -> None:
    with collector(built, "--owners", WAY) as running, running.client() as client:
        move(built, moved)
        settled(running)  # what still lies in the ring when a capture is closed is lost: a difference
        client.stop()
        built.near.namespace.run("ping", "-n", "-q", "-c", "3", "-i", "0.2", "-w", "30", built.far.ipv4)
        client.start()
        running.wait_until_ready("near0", "lo")
        moved.finish()
        for name, ledger in settled(running).items():
            assert (ledger.total.difference_bytes, ledger.total.difference_packets) == (0, 0), name


def test_how_an_owner_was_found_is_explained_by_the_way_that_found_it(built: Stage, moved: Programs) -> None:
    with collector(built, "--owners", WAY) as running:
        server = moved.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        sender = moved.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, "--upload", 20_000).wait()
        query = f"rport:{server.port} pid:{sender.pid}"
        row = row_at(running, query)

        def certain() -> Explanation | None:
            with running.client() as client:
                explanation = client.explain(row.id)
            is_sure = explanation.connection.facts.owner_confidence is OwnerConfidence.CERTAIN
            return explanation if is_sure else None

        explanation = wait_for(certain, seconds=30, what="a certain owner")
        with running.client() as client:
            ways = {way.name for way in client.status().owner_ways if way.in_use}
        owner = explanation.connection.process
        assert owner is not None
        assert owner.pid == sender.pid
        found = [each for each in explanation.attempts if each.process_id]
        assert {each.process_id for each in found} == {owner.id}
        assert found[-1].confidence is OwnerConfidence.CERTAIN
        assert {each.way for each in explanation.attempts} <= ways
        assert explanation.advice == ()
        result = cli(running, "explain", query, "-o", "table")
        assert result.returncode == 0, result.stderr
        assert f"({sender.pid})" in result.stdout
        assert found[0].way in result.stdout


def test_why_nobody_was_found_is_explained_with_what_would_help(built: Stage) -> None:
    with collector(built, "--owners", WAY) as running:
        planted(built, built.near.ipv4)
        row = row_at(running, f"lport:{CLOSED_PORT}")

        def look() -> bool:
            with running.client() as client:
                explanation = client.explain(row.id)
            silent = {AttemptResult.NOT_LISTED, AttemptResult.NOTHING_KNOWN}
            is_over = explanation.connection.facts.unattributed_reason is UnattributedReason.KERNEL
            return is_over and any(each.result in silent for each in explanation.attempts) and bool(explanation.advice)

        wait_for(look, seconds=30, what="the datagram's lack of an owner is explained")
        result = cli(running, "explain", f"{built.near.ipv4}:{CLOSED_PORT}", "-o", "table")
        assert "answered by the kernel, no process" in result.stdout
        assert "What would help" in result.stdout
