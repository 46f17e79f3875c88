"""What each user sees of a machine that several use, and that no byte of the rest reaches a stranger.

Real programs of three users move bytes over a wire, with names from a real resolver; root, a member of group netmon and
strangers ask the collector all that can be asked, each as a process of their own, and what came is looked at as bytes.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from netmon.codec import snapshot_from_wire
from netmon.model import Process, Remainder, Snapshot
from netmon.v1 import connection_pb2
from netmon.v1 import monitor_service_pb2 as pb
from tests.support.balance import assert_balanced, assert_is_own
from tests.support.collector_process import CollectorProcess, collector_command
from tests.support.named_world import running
from tests.support.source_tree import ROOT
from tests.support.stage import GROUP_ID, Stage, stage
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MEMBER = 1
"""Of user daemon, who is on every Linux: LSB Core, "User and Group Names"."""
ALICE, BOB, CAROL = 2_061_900_001, 2_061_900_002, 2_061_900_003
PORT = 8_080
OWN, BOBS, CAROLS, SHARED = (f"198.18.0.{number}" for number in (2, 73, 74, 75))
TABLE = (f"own.example={OWN}", f"bobs.example={BOBS}", f"carols.example={CAROLS}", f"shared.example={SHARED}")
SECRETS = {
    ALICE: (b"alice-prog", b"own.example", b"2061900001"),
    BOB: (b"bob-prog", b"bobs.example", b"shared.example", b"2061900002", BOBS.encode()),
    CAROL: (b"carol-prog", b"carols.example", b"2061900003", CAROLS.encode()),
}
"""Texts that stand for a user in whatever is told: of processes, names and addresses. Alice went to SHARED herself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A user's program: its process and its TCP ports, the listening one first."""

    uid: int
    pid: int
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one caller was told: messages, or a refusal in words."""

    said: dict[str, list[bytes] | str]

    @property
    def all_bytes(self) -> bytes:
        return b"\n".join(
            each for answer in self.said.values() for each in ([answer.encode()] if isinstance(answer, str) else answer)
        )

    def messages(self, name: str) -> list[bytes]:
        answer = self.said[name]
        assert isinstance(answer, list), answer
        return answer

    def snapshots(self) -> list[Snapshot]:
        streamed = [
            pb.StreamSnapshotsResponse.FromString(message)
            for name in ("stream 1 s", "stream 2 s")
            for message in self.messages(name)
        ]
        (single,) = self.messages("snapshot")
        wires = [pb.GetSnapshotResponse.FromString(single).snapshot]
        wires += [message.snapshot for message in streamed if message.HasField("snapshot")]
        return [snapshot_from_wire(wire) for wire in wires]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The programs, and what each caller saw of them."""

    programs: dict[int, Program]
    seen: dict[int, Seen]
    row_ids: dict[int, list[str]]
    """Connections of each user, as root sees them."""


@contextmanager
def program(built: Stage, uid: int, name: str, *steps: str) -> Generator[Program]:
    """Run a user's program until the block ends."""
    near = built.near.namespace
    words = (str(uid), name, built.far.ipv4, str(PORT), *steps)
    process = near.popen(
        "env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.support.user_traffic", *words, stderr=None
    )
    try:
        assert process.stdout is not None
        yield Program(uid=uid, pid=process.pid, ports=tuple(json.loads(process.stdout.readline())))
        process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@contextmanager
def open_collector(built: Stage) -> Generator[CollectorProcess]:
    """Run a collector on a machine on which daemon is in group netmon."""
    groups = Path("/etc/netns") / built.near.namespace.name / "group"
    groups.write_text(groups.read_text().replace(f"netmon:x:{GROUP_ID}:", f"netmon:x:{GROUP_ID}:daemon"))
    command = collector_command(built.near.namespace, built.socket)
    made = CollectorProcess(command, built.socket, built.directory / "collector.log")
    try:
        made.wait_until_ready(built.near.interface, "lo")
        yield made
    finally:
        made.kill()


def ask_as(uid: int, socket: str, ids: list[str]) -> "subprocess.Popen[str]":
    """Ask everything as this user."""
    command = [sys.executable, "-m", "tests.support.seeing_client", str(uid), socket, *ids]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def told(process: "subprocess.Popen[str]") -> Seen:
    """Give what a caller was told."""
    line, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    said = json.loads(line)
    return Seen(
        said={
            name: answer if isinstance(answer, str) else [base64.b64decode(each) for each in answer]
            for name, answer in said.items()
        }
    )


def rows_by_user(process: CollectorProcess, programs: dict[int, Program]) -> dict[int, list[str]] | None:
    """Give the connections of each user when all are there and have their owner; None before."""
    with process.client() as client:
        rows = client.snapshot().connections
    owned = {
        uid: {
            row.local.port: row.id
            for row in rows
            if row.local is not None and row.process and row.process.pid == one.pid
        }
        for uid, one in programs.items()
    }
    if any(not owned[uid].keys() >= set(one.ports[:-1]) for uid, one in programs.items()):
        return None
    return {uid: [owned[uid][port] for port in one.ports[:-1]] for uid, one in programs.items()}


@pytest.fixture(scope="module")
def world() -> Generator[World]:
    with stage("nmsees") as built:
        far = built.far.namespace
        for address in (BOBS, CAROLS, SHARED):
            far.ip("address", "add", f"{address}/24", "dev", built.far.interface)
        with (
            running(far, "name_server", built.far.ipv4, "53", *TABLE),
            running(far, "user_traffic", "serve", str(PORT)),
            open_collector(built) as process,
            program(
                built, BOB, "bob-prog", "ask:bobs.example", "ask:shared.example",
                f"open:{BOBS}:40000", f"open:{SHARED}:1000", f"close:{BOBS}:3000",
            ) as bob,
            program(
                built, ALICE, "alice-prog", "ask:own.example", f"open:{OWN}:20000", f"open:{SHARED}:500",
                f"close:{OWN}:100",
            ) as alice,
            program(
                built, CAROL, "carol-prog", "ask:carols.example", f"open:{CAROLS}:7000", f"close:{CAROLS}:50"
            ) as carol,
        ):  # fmt: skip
            programs = {one.uid: one for one in (alice, bob, carol)}
            row_ids = wait_for(
                lambda: rows_by_user(process, programs), seconds=30, what="a row with its owner for each connection"
            )
            ids = [ids[0] for ids in row_ids.values()]
            asking = {uid: ask_as(uid, built.socket, ids) for uid in (0, MEMBER, ALICE, BOB)}
            yield World(programs=programs, seen={uid: told(each) for uid, each in asking.items()}, row_ids=row_ids)


def owners(snapshot: Snapshot) -> set[int | None]:
    return {row.process.uid for row in snapshot.connections if row.process is not None}


@pytest.mark.parametrize("uid", [0, MEMBER])
def test_root_and_members_of_the_group_see_everybody_in_full(world: World, uid: int) -> None:
    seen = world.seen[uid]
    for snapshot in seen.snapshots():
        assert not snapshot.is_partial
        assert_balanced(snapshot)
    last = seen.snapshots()[-1]
    assert owners(last) >= {ALICE, BOB, CAROL}
    for secrets in SECRETS.values():
        for secret in secrets:
            assert secret in seen.all_bytes
    status = pb.GetStatusResponse.FromString(seen.messages("status")[0]).status
    assert status.caller.uid == uid
    for ids in world.row_ids.values():
        assert not isinstance(seen.said[f"explain {ids[0]}"], str)


@pytest.mark.parametrize("uid", [ALICE, BOB])
def test_a_stranger_sees_their_own_in_full_and_the_rest_as_one_sum_that_balances(world: World, uid: int) -> None:
    snapshots = world.seen[uid].snapshots()
    for snapshot in snapshots:
        assert snapshot.is_partial
        assert_balanced(snapshot)
        assert_is_own(snapshot, uid)
    last, mine = snapshots[-1], world.programs[uid]
    assert owners(last) == {uid}
    ports = {row.local.port for row in last.connections if row.local is not None and row.end_time is None}
    assert ports >= set(mine.ports[:-1])
    (others,) = [row for row in last.connections if row.facts.remainder is Remainder.OTHER_USERS]
    assert others.traffic.sent_bytes > 7_000
    assert last.other_users is not None
    assert last.other_users.connection_count >= 2
    for secret in SECRETS[uid]:
        assert secret in world.seen[uid].all_bytes


@pytest.mark.parametrize("uid", [ALICE, BOB])
def test_no_byte_that_reaches_a_stranger_tells_of_another_user(world: World, uid: int) -> None:
    seen = world.seen[uid]
    for other, one in world.programs.items():
        if other == uid:
            continue
        for secret in SECRETS[other]:
            found = [
                name
                for name, answer in seen.said.items()
                if any(secret in each for each in ([answer.encode()] if isinstance(answer, str) else answer))
            ]
            assert not found, (secret, found)
        assert f"-{one.pid}-".encode() not in seen.all_bytes
        assert one.pid not in {process.pid for process in processes_in(seen)}
        assert one.pid not in {process.parent_pid for process in processes_in(seen)}
    assert {process.uid for process in processes_in(seen)} == {uid}


def processes_in(seen: Seen) -> list[Process]:
    """Give every process that some answer names."""
    found = [row.process for snapshot in seen.snapshots() for row in snapshot.connections if row.process is not None]
    for message in seen.messages("events"):
        for event in pb.StreamEventsResponse.FromString(message).batch.events:
            kind = event.WhichOneof("kind")
            payload = getattr(event, kind or "")
            if hasattr(payload, "connection"):
                table = {process.id: process for process in payload.processes}
                found += [process_of(process) for process in table.values()]
    for message in seen.messages("list"):
        found += [process_of(process) for process in pb.ListConnectionsResponse.FromString(message).processes]
    return found


def process_of(wire: connection_pb2.Process) -> Process:
    return Process(id=wire.id, pid=wire.pid, start_time=0.0, name=wire.name, uid=wire.uid, parent_pid=wire.parent_pid)


def test_a_connection_of_another_user_is_answered_for_like_one_that_is_not_there(world: World) -> None:
    seen = world.seen[ALICE]
    bobs, carols = (seen.said[f"explain {world.row_ids[uid][0]}"] for uid in (BOB, CAROL))
    assert isinstance(bobs, str)
    assert bobs.startswith("NOT_FOUND")
    assert bobs == carols
    assert isinstance(seen.said[f"explain {world.row_ids[ALICE][0]}"], list)


def test_listings_count_what_the_caller_sees(world: World) -> None:
    for uid in (ALICE, BOB):
        pages = [pb.ListConnectionsResponse.FromString(page) for page in world.seen[uid].messages("list")]
        assert {page.total_count for page in pages} == {len(pages)}
        assert len(pages) < len(world.seen[0].messages("list"))


def test_a_name_that_another_user_asked_for_is_not_told_and_leaves_no_trace(world: World) -> None:
    def reasons(uid: int) -> set[tuple[str, int]]:
        return {
            (row.facts.domain, row.facts.unnamed_reason)
            for snapshot in world.seen[uid].snapshots()[-1:]
            for row in snapshot.connections
            if row.process is not None
            and row.process.uid == ALICE
            and row.remote is not None
            and row.remote.address == SHARED
        }

    ((domain, reason),) = reasons(0)
    assert domain == "shared.example"
    assert reasons(ALICE) == {("", reason)}
