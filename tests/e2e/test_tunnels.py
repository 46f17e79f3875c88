"""A tunnel counts once: the inside for its application, the outside as a carrier that stays out of the applications.

Of the kernel's kinds those are played that this kernel makes: what a kernel lacks is no test that was left out.
WireGuard takes keys, which nothing here can give: its rule is tested on paper.
"""

import os
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from netmon.model import Connection, Protocol, Snapshot, UnattributedReason
from tests.support.balance import assert_balanced
from tests.support.beyond_programs import going
from tests.support.collector_process import CollectorProcess, collector
from tests.support.stage import Stage, stage
from tests.support.traffic import MovedFlow, programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TUNNEL = "nmtun0"
NEAR, FAR = "10.8.0.1", "10.8.0.2"
UPLOAD, DOWNLOAD = 2_000_000, 1_000_000
CARRIER = UnattributedReason.CARRIER

KERNELS = {
    "vxlan": ("id", "7", "dstport", "4789"),
    "ipip": (),
    "gre": (),
    "sit": ("mode", "any"),
}
"""Kinds of tunnels that a kernel makes between two addresses, and what iproute2 wants beside these."""


def _is_made(kind: str) -> bool:
    ends = ("local", "192.0.2.1", "remote", "192.0.2.2")
    command = ["unshare", "--net", "ip", "link", "add", TUNNEL, "type", kind, *KERNELS[kind], *ends]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


KINDS = ["tun", *filter(_is_made, KERNELS)] if os.geteuid() == 0 else ["tun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    snapshot: Snapshot
    inside: Connection
    outside: list[Connection]
    moved: MovedFlow
    holder: int | None


@pytest.fixture(scope="module", params=KINDS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Played]:
    kind: str = request.param
    with stage("nmcar") as built, programs() as running, ExitStack() as stack:
        server = running.serve(built.far.namespace, "tcp-server", "0.0.0.0")  # noqa: S104 -- nobody else reaches it
        process = stack.enter_context(collector(built))
        holder = stack.enter_context(_tunnel(kind, built, tmp_path_factory.mktemp("tunnel") / "truth"))
        process.wait_until_ready(TUNNEL)
        amounts = ("--upload", UPLOAD, "--download", DOWNLOAD)
        client = running.start(built.near.namespace, "tcp-client", FAR, server.port, *amounts).wait(30)
        [moved] = client.flows
        snapshot = _wait_for_both(process, moved, built)
        rows = snapshot.connections
        yield Played(
            snapshot=snapshot,
            inside=next(row for row in rows if str(row.local) == moved.local and str(row.remote) == moved.remote),
            outside=[row for row in rows if _is_outside(row, built)],
            moved=moved,
            holder=holder,
        )


def _is_outside(row: Connection, built: Stage) -> bool:
    ends = {end.address for end in (row.local, row.remote) if end is not None}
    return ends == {built.near.ipv4, built.far.ipv4} and row.facts.protocol is Protocol.UDP


def _wait_for_both(process: CollectorProcess, moved: MovedFlow, built: Stage) -> Snapshot:
    """Wait until the client is named and what it moved has been carried; refreshing has a limit of its own.

    Inside and outside are read by themselves, and a snapshot may be of the middle of it: all of both has to be there.
    """

    def look() -> Snapshot | None:
        with process.client() as client:
            client.refresh()
            snapshot = client.snapshot()
        carried = sum(part.traffic.sent_bytes for part in snapshot.unattributed if part.reason is CARRIER)
        inside = next((row for row in snapshot.connections if str(row.local) == moved.local), None)
        if inside is None or inside.process is None or carried <= UPLOAD:
            return None
        is_whole = inside.traffic.sent_bytes >= UPLOAD and inside.traffic.received_bytes >= DOWNLOAD
        outside = sum(row.traffic.sent_bytes for row in snapshot.connections if _is_outside(row, built))
        return snapshot if is_whole and outside > inside.traffic.sent_bytes else None

    return wait_for(look, seconds=30, what="the client is named and the carrier is known", every_seconds=1.0)


@contextmanager
def _tunnel(kind: str, built: Stage, truth: Path) -> Generator[int | None]:
    """Make a tunnel between both sides; give the process that carries it, if one does."""
    near, far = built.near, built.far
    if kind == "tun":
        with ExitStack() as stack:
            for here, there, address in ((far, near, FAR), (near, far, NEAR)):
                given = (here.ipv4, there.ipv4, 1_194, f"{address}/24")
                said = stack.enter_context(going(here.namespace, "tunnel_ends", TUNNEL, truth, *given))
            yield said["pid"]
        return
    for here, there, address in ((far, near, FAR), (near, far, NEAR)):
        ends = ("local", here.ipv4, "remote", there.ipv4)
        here.namespace.ip("link", "add", TUNNEL, "type", kind, *KERNELS[kind], *ends)
        here.namespace.ip("address", "add", f"{address}/24", "dev", TUNNEL)
        here.namespace.ip("link", "set", TUNNEL, "up")
    yield None


def test_the_inside_is_the_applications(played: Played) -> None:
    row = played.inside
    assert row.process is not None
    assert row.process.pid == played.moved.pid
    assert row.facts.interface == TUNNEL
    assert row.traffic.sent_bytes >= UPLOAD
    assert row.traffic.received_bytes >= DOWNLOAD


def test_the_outside_is_a_carrier_of_no_application(played: Played) -> None:
    assert played.outside
    for row in played.outside:
        assert (row.process, row.facts.application_id, row.facts.unattributed_reason) == (None, "", CARRIER)
        assert [holder.pid for holder in row.facts.holders] == ([played.holder] if played.holder else [])
    assert sum(row.traffic.sent_bytes for row in played.outside) > played.inside.traffic.sent_bytes
    if played.holder:
        owners = {row.process.pid for row in played.snapshot.connections if row.process is not None and row.remote}
        assert played.holder not in owners


def test_the_headline_counts_what_the_wire_carries_and_nothing_twice(played: Played) -> None:
    snapshot = played.snapshot
    by_name = {part.name: part.traffic for part in snapshot.interfaces}
    assert by_name[TUNNEL].sent_bytes > UPLOAD
    for way in ("sent_bytes", "received_bytes"):
        headline, totals = getattr(snapshot.headline, way), getattr(snapshot.totals, way)
        assert headline == getattr(by_name["near0"], way)
        assert totals == headline + getattr(by_name[TUNNEL], way) + getattr(by_name.get("lo"), way, 0)
    assert_balanced(snapshot)


def test_the_carrier_does_not_lower_the_attributed_share(played: Played) -> None:
    share = played.snapshot.attributed_share
    assert share is not None
    assert share > 0.95, "most of it is the client's; the carrier moved as much once more"
