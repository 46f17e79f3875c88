"""Bytes and owners of all kinds of traffic at once, against an independent capture and the programs' own word."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from netmon.model import InterfaceTraffic, Snapshot, Traffic
from tests.support.flow_rows import own_ends, row_of
from tests.support.observation import Counters, Observation, Outcome, observation
from tests.support.stage import Stage, stage
from tests.support.traffic import MovedFlow, Programs, Workload, programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MEGABYTE = 1_000_000
WIRE = "near0"
OWNER_SECONDS = 10.0
SHORT_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The traffic of this file, while it was there and after it."""

    outcome: Outcome
    near_pids: frozenset[int]
    short: MovedFlow
    listeners: dict[str, int]
    bound: tuple[str, int]
    idle: MovedFlow
    rows_meanwhile: list[dict[str, Any]]

    @property
    def long_lived(self) -> list[MovedFlow]:
        """What programs of the near side moved, but for the connection of 50 ms."""
        return [one for one in self.outcome.moved if one.pid in self.near_pids and one != self.short]


@pytest.fixture(scope="module")
def played() -> Generator[Played]:
    with stage() as built, programs() as running:
        near, far = built.near, built.far
        far_server = running.serve(far.namespace, "tcp-server", far.ipv4)
        still = running.serve(near.namespace, "idle", near.ipv4)
        idle = running.start(near.namespace, "tcp-client", far.ipv4, far_server.port).wait()
        with observation(built, (WIRE, "lo")) as watched:
            short, servers = _move(built, running, far_server)
            near_pids = frozenset(one.pid for one in running.running if one.namespace == near.namespace)
            listeners = {f"{near.ipv4}:{servers[0].port}": servers[0].pid, still.said["listening"]: still.pid}
            meanwhile = _wait_for_owners(watched, near_pids - {short.pid}, frozenset(listeners))
            bound, idle_flow = (still.said["bound"], still.pid), idle.flows[0]
            yield Played(
                outcome=watched.conclude(running),
                near_pids=near_pids,
                short=short,
                listeners=listeners,
                bound=bound,
                idle=idle_flow,
                rows_meanwhile=meanwhile,
            )


def _move(built: Stage, running: Programs, far_server: Workload) -> tuple[MovedFlow, list[Workload]]:
    """Start all programs and wait until each has moved its bytes; give the short connection, and near's servers."""
    near, far = built.near, built.far
    here, there = near.namespace, far.namespace
    far6_server = running.serve(there, "tcp-server", far.ipv6)
    near_server = running.serve(here, "tcp-server", near.ipv4)
    local_server = running.serve(here, "tcp-server", "127.0.0.1")
    echoes = [running.serve(there, "udp-server", far.ipv4) for _ in range(2)]
    echo6 = running.serve(there, "udp-server", far.ipv6)
    near_echo = running.serve(here, "udp-server", "0.0.0.0")  # noqa: S104 -- nobody else reaches this namespace
    both_ways = ("--upload", 60 * MEGABYTE, "--download", 60 * MEGABYTE)
    some = ("--upload", 20_000, "--download", 50_000)
    datagrams = ("--datagrams", 50, "--size", 700)
    clients = [
        running.start(here, "tcp-client", far.ipv4, far_server.port, "--connections", 2, *both_ways),
        *(running.start(here, "tcp-client", far.ipv4, far_server.port, "--connections", 25, *some) for _ in range(4)),
        running.start(here, "tcp-client", far.ipv6, far6_server.port, "--connections", 3, *some),
        running.start(here, "tcp-client", "127.0.0.1", local_server.port, "--connections", 2, *some),
        running.start(there, "tcp-client", near.ipv4, near_server.port, "--connections", 5, *some),
        running.start(here, "udp-client", near.ipv4, echoes[0].port, "--remote", far.ipv4, "--connect", *datagrams),
        running.start(here, "udp-client", near.ipv4, echoes[0].port, echoes[1].port, "--remote", far.ipv4, *datagrams),
        running.start(here, "udp-client", near.ipv6, echo6.port, "--remote", far.ipv6, *datagrams),
        running.start(there, "udp-client", far.ipv4, near_echo.port, "--remote", near.ipv4, *datagrams),
    ]
    for client in clients:
        client.wait(30)
    for source, target in ((here, far.ipv4), (here, far.ipv6), (there, near.ipv4)):
        source.run("ping", "-n", "-c", "3", "-i", "0.2", target)
    brief = running.start(here, "tcp-client", far.ipv4, far_server.port, "--upload", 5_000, "--seconds", SHORT_SECONDS)
    [short] = brief.wait().flows
    return short, [near_server, local_server, near_echo]


def _wait_for_owners(watched: Observation, wanted: frozenset[int], listening: frozenset[str]) -> list[dict[str, Any]]:
    """Wait until every open flow has an owner in the stream, and each program a row; give the rows at that time.

    ``listening``: sockets that have moved nothing and so are rows from the next listing on.
    """

    def look() -> list[dict[str, Any]] | None:
        rows = [row for row in watched.stream.rows() if row["protocol"] in {"tcp", "udp"}]
        open_rows = [row for row in rows if row["state"] not in {"closed", "time_wait"}]
        known = {row["pid"] for row in rows}
        is_listed = listening <= {row["local"] for row in rows if row["state"] == "listen"}
        return rows if is_listed and all(row["pid"] for row in open_rows) and wanted.issubset(known) else None

    return wait_for(look, seconds=OWNER_SECONDS, what="an owner for every open row")


def test_bytes_of_every_connection_equal_an_independent_capture(played: Played) -> None:
    outcome = played.outcome
    ends = own_ends(outcome.truths[WIRE], {"198.18.0.1", "fd00:18::1"}) | own_ends(outcome.truths["lo"], {"127.0.0.1"})
    expected = {end: outcome.truths["lo" if "127.0.0.1" in end[1] else WIRE].row(*end) for end in ends}
    counted = {end: (outcome.seen[end].sent, outcome.seen[end].received) for end in ends if end in outcome.seen}
    assert len(expected) > 100
    assert counted == expected


def test_no_row_counts_what_is_not_on_the_wire(played: Played) -> None:
    outcome = played.outcome
    on_wire = own_ends(outcome.truths[WIRE], {"198.18.0.1", "fd00:18::1"})
    on_wire |= own_ends(outcome.truths["lo"], {"127.0.0.1"})
    invented = {
        key: one
        for key, one in outcome.seen.items()
        if one.sent + one.received and key[0] in {"tcp", "udp"} and key not in on_wire
    }
    assert invented == {}


def test_bytes_are_never_under_what_the_programs_moved(played: Played) -> None:
    flows = [flow for flow in played.outcome.moved if flow.pid in played.near_pids]
    assert len(flows) > 110
    for flow in flows:
        # The 16 bytes of the idle connection's request were sent before anybody counted.
        if flow != played.idle:
            seen = row_of(played.outcome, flow)
            assert (seen.sent >= flow.sent, seen.received >= flow.received) == (True, True), flow


def test_every_long_lived_flow_has_the_right_pid(played: Played) -> None:
    wrong = [(flow, row_of(played.outcome, flow).pids) for flow in played.long_lived]
    wrong = [(flow, pids) for flow, pids in wrong if pids != {flow.pid}]
    assert wrong == []


@pytest.mark.parametrize(("sender", "receiver"), [("198.18.0.1", "198.18.0.2"), ("fd00:18::1", "fd00:18::2")])
def test_icmp_between_two_addresses_is_a_row(played: Played, sender: str, receiver: str) -> None:
    seen = played.outcome.seen["icmp", sender, receiver]
    assert (seen.sent, seen.received) == played.outcome.truths[WIRE].row("icmp", sender, receiver)
    assert seen.sent


def test_loopback_between_two_processes_is_a_row_for_each(played: Played) -> None:
    flows = [flow for flow in played.long_lived if flow.protocol == "tcp" and flow.local.startswith("127.0.0.1:")]
    assert len(flows) == 4
    assert len({flow.pid for flow in flows}) == 2
    for flow in flows:
        here, there = row_of(played.outcome, flow), played.outcome.seen["tcp", flow.remote, flow.local]
        assert (here.sent, here.received) == (there.received, there.sent)


def test_unconnected_udp_has_a_row_for_each_peer_with_both_ways(played: Played) -> None:
    flows = [flow for flow in played.long_lived if flow.protocol == "udp" and flow.remote.startswith("198.18.0.2:")]
    by_socket = {flow.local: [other for other in flows if other.local == flow.local] for flow in flows}
    assert any(len(peers) == 2 for peers in by_socket.values())
    assert all(row_of(played.outcome, flow).sent and row_of(played.outcome, flow).received for flow in flows)


def test_an_accepted_connection_is_inbound_and_an_opened_one_outbound(played: Played) -> None:
    port = next(iter(played.listeners)).rpartition(":")[2]
    opened = [flow for flow in played.long_lived if flow.protocol == "tcp" and flow.remote.startswith("198.18.0.2:")]
    accepted = [flow for flow in opened if flow.local == f"198.18.0.1:{port}"]
    assert len(accepted) == 5
    for flow in opened:
        expected = "inbound" if flow in accepted else "outbound"
        if flow != played.idle:
            assert row_of(played.outcome, flow).directions == {expected}, flow


def test_a_connection_of_50_ms_is_a_row_with_its_final_bytes(played: Played) -> None:
    seen = row_of(played.outcome, played.short)
    expected = played.outcome.truths[WIRE].row("tcp", played.short.local, played.short.remote)
    assert (seen.sent, seen.received) == expected
    assert seen.states <= {"closed", "time_wait"}


def test_listening_sockets_are_rows_with_their_pid(played: Played) -> None:
    rows = {row["local"]: row for row in played.rows_meanwhile if row["state"] == "listen"}
    for local, pid in played.listeners.items():
        assert (rows[local]["pid"], rows[local]["remote"]) == (pid, None)


def test_idle_sockets_are_rows_with_their_pid(played: Played) -> None:
    address, pid = played.bound
    [bound] = [row for row in played.rows_meanwhile if row["protocol"] == "udp" and row["local"] == address]
    assert (bound["pid"], bound["sent_bytes"], bound["received_bytes"]) == (pid, 0, 0)
    idle = [
        row for row in played.rows_meanwhile if (row["local"], row["remote"]) == (played.idle.local, played.idle.remote)
    ]
    assert [(row["pid"], row["state"], row["sent_bytes"], row["started_before"]) for row in idle] == [
        (played.idle.pid, "established", 0, True)
    ]


def frame_bytes(counted: InterfaceTraffic) -> tuple[int, int]:
    """Give bytes and packets of an interface as its own counters would: link header a packet, and what is not IP."""
    traffic = counted.traffic
    packets = traffic.sent_packets + traffic.received_packets
    ip_bytes = traffic.sent_bytes + traffic.received_bytes
    return ip_bytes + packets * counted.link_header_bytes + counted.non_ip_bytes, packets + counted.non_ip_packets


@pytest.mark.parametrize("name", [WIRE, "lo"])
def test_totals_agree_with_the_interfaces_own_counters(played: Played, name: str) -> None:
    [counted] = [one for one in played.outcome.snapshot.interfaces if one.name == name]
    own: Counters = played.outcome.counters[name]
    size, packets = frame_bytes(counted)
    assert size == pytest.approx(own.sent_bytes + own.received_bytes, rel=0.005)
    assert packets == pytest.approx(own.sent_frames + own.received_frames, rel=0.005)
    assert own.dropped_frames == 0


def test_rows_and_remainders_equal_the_totals(played: Played) -> None:
    snapshot: Snapshot = played.outcome.snapshot
    unattributed = [one.traffic for one in snapshot.unattributed]
    rows = [row.traffic for row in snapshot.connections if row.is_owned]
    assert sums([*rows, snapshot.omitted.traffic, *unattributed]) == sums([snapshot.totals])
    assert sums([*(one.traffic for one in snapshot.applications), *unattributed]) == sums([snapshot.totals])


def test_scopes_and_interfaces_equal_the_totals(played: Played) -> None:
    snapshot: Snapshot = played.outcome.snapshot
    assert sums([one.traffic for one in snapshot.scopes]) == sums([snapshot.totals])
    assert sums([one.traffic for one in snapshot.interfaces]) == sums([snapshot.totals])


def sums(parts: Iterable[Traffic]) -> dict[str, int]:
    names = ("sent_bytes", "received_bytes", "sent_packets", "received_packets")
    parts = tuple(parts)
    return {name: sum(getattr(one, name) for one in parts) for name in (*names, *(f"interval_{one}" for one in names))}


def test_nothing_was_dropped(played: Played) -> None:
    drops = played.outcome.snapshot.drops
    assert (drops.kernel_dropped_packets, drops.interface_dropped_packets, drops.malformed) == (0, 0, ())
