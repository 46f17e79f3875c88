"""Names from live traffic: on a fake network, and on a real wire."""

import asyncio
import errno
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import DomainSource
from netmon_collector.capture.recording import Recorder
from netmon_collector.capture.replay import NamePackets
from netmon_collector.core.name_facts import DnsFact, HelloFact, HostsFact, NameFact
from netmon_collector.host.interfaces import list_interfaces, local_network
from netmon_collector.names import quic
from netmon_collector.naming import OVERLOAD_SECONDS, QUIC_MISSING, Naming, hosts_fact
from tests.support import name_messages as make
from tests.support.eventually import eventually
from tests.support.fake_capture import FakeLoop, FakeNetwork, captured, left_out
from tests.support.frames import batch
from tests.support.name_frames import HERE, NETWORK, THERE, answer, answered, asked, query, segment
from tests.support.namespaces import needs_root, veth_pair
from tests.support.replays import replay_of

NAME = "www.example.org"
HELLO = make.in_records(make.named_hello())
FRAMES = [
    asked(query()),
    answered(answer(NAME, make.record(NAME, make.A, THERE))),
    segment(HERE, 40_000, THERE, 443, HELLO),
]


class Bench:
    """A listener on a fake network, and what it told."""

    def __init__(self, *, is_on: bool = True, recorder: Recorder | None = None) -> None:
        self.network = FakeNetwork()
        self.loop = FakeLoop()
        self.facts: list[NameFact] = []
        self.naming = Naming(
            loop=self.loop, deliver=self._take, is_on=is_on, recorder=recorder, opener=self.network.open
        )
        self.naming.add_network(NETWORK)

    def _take(self, facts: Sequence[NameFact], now: float) -> None:
        self.facts += facts

    def hear(self, *frames: bytes) -> None:
        heard = batch(frames)
        self.network.newest("eth0").waiting.append((heard.data, heard.records))
        self.naming.read_all(10.0)

    def codes(self, now: float = 10.0) -> list[str]:
        return [one.code for one in self.naming.degraded(now)]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.naming.apply([captured("eth0")], 1.0)
    return bench


def test_what_is_captured_is_listened_on_and_what_is_not_is_let_go(bench: Bench) -> None:
    assert len(bench.loop.waiting) == 1
    bench.naming.apply([left_out("eth0")], 2.0)
    assert bench.loop.waiting == {}
    assert bench.network.newest("eth0").is_closed


def test_what_is_heard_is_handed_over(bench: Bench) -> None:
    bench.hear(*FRAMES)
    assert [type(fact) for fact in bench.facts] == [DnsFact, HelloFact]


def test_switched_off_it_opens_reads_and_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quic, "is_available", False)
    bench = Bench(is_on=False)
    bench.naming.apply([captured("eth0")], 1.0)
    bench.naming.add_hosts(bench.naming.read_hosts(), 1.0, 2.0)
    bench.naming.read_all(3.0)
    assert (bench.network.attempt_count, bench.facts, bench.codes()) == (0, [], [])


def test_the_hosts_file_is_a_fact_whenever_it_changed(bench: Bench) -> None:
    bench.naming.add_hosts("192.0.2.7 nas.example nas # ours\n", 1.0, 100.5)
    bench.naming.add_hosts(None, 2.0, 101.5)
    assert bench.facts == [hosts_fact("192.0.2.7 nas.example nas", 100.5)]
    (fact,) = bench.facts
    assert isinstance(fact, HostsFact)
    assert fact.rows[0].names == ("nas.example", "nas")


def test_this_machines_hosts_file_is_read_once(bench: Bench) -> None:
    assert bench.naming.read_hosts() is not None
    assert bench.naming.read_hosts() is None


def test_a_handle_that_fails_is_told(bench: Bench) -> None:
    bench.network.errors["eth1"] = OSError(errno.EIO, "no luck")
    bench.naming.apply([captured("eth0"), captured("eth1", 3)], 2.0)
    assert bench.codes() == ["names.capture"]
    assert "1 of 2" in bench.naming.degraded(10.0)[0].text


def test_where_listening_is_refused_that_is_told_and_nothing_else_stops() -> None:
    bench = Bench()
    bench.network.errors["eth0"] = PermissionError(errno.EPERM, "no right")
    bench.naming.apply([captured("eth0")], 1.0)
    assert bench.codes() == ["names.capture"]
    bench.network.errors.clear()
    bench.naming.apply([captured("eth0")], 5.0)
    assert bench.codes() == []


def test_without_the_library_quic_is_degraded_with_the_line_that_mends_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quic, "is_available", False)
    assert bench.naming.degraded(1.0) == (QUIC_MISSING,)
    assert QUIC_MISSING.remedy == "In netmon's folder: pip install '.[collector]'"


def test_what_a_flood_left_out_is_told_for_a_while(bench: Bench) -> None:
    bench.hear(*[segment(HERE, 40_000, THERE, 443, HELLO)] * 2_100)
    assert bench.codes() == ["names.overload"]
    assert "100 packets" in bench.naming.degraded(10.0)[0].text
    assert bench.codes(10.0 + OVERLOAD_SECONDS) == []


def test_what_the_kernel_dropped_is_an_overload_too(bench: Bench) -> None:
    bench.network.newest("eth0").counted = (9, 5, 0)
    bench.naming.read_all(10.0)
    assert "5 packets" in bench.naming.degraded(10.0)[0].text


def test_what_it_heard_is_recorded_whole(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run", now=1.0, limit_bytes=1 << 20)
    bench = Bench(recorder=recorder)
    bench.naming.apply([captured("eth0")], 1.0)
    bench.hear(*FRAMES)
    bench.naming.add_hosts("192.0.2.7 nas\n", 1.0, 2_000.0)
    recorder.add_batch(batch([FRAMES[0][:40]]))
    recorder.close()
    items = [recorded.item for recorded in replay_of(tmp_path / "run", with_names=True).items()]
    heard = [item.batch.data for item in items if isinstance(item, NamePackets)]
    assert heard[0].startswith(FRAMES[0])
    assert [type(item) for item in items if isinstance(item, HostsFact)] == [HostsFact]


@pytest.mark.root
@needs_root
async def test_on_a_real_wire_a_hello_names_its_connection_from_both_sides() -> None:
    facts: list[NameFact] = []
    with veth_pair("nmname") as pair:
        with pair.near.namespace.entered():
            rows = list_interfaces()
            naming = Naming(loop=asyncio.get_running_loop(), deliver=lambda found, _: facts.extend(found))
            naming.add_network(local_network(rows))
            choices = [replace(captured(row.name, row.index), facts=row) for row in rows]
            naming.apply(choices, 1.0)
        with pair.far.namespace.entered():
            server = socket.create_server((pair.far.ipv4, 4433))
        with pair.near.namespace.entered():
            client = socket.create_connection((pair.far.ipv4, 4433))
        with server, client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(HELLO[:30])
            client.sendall(HELLO[30:])
            await eventually(lambda: facts, what="the name")
            ports = client.getsockname()[1], 4433
        naming.close()
    (fact,) = facts
    assert isinstance(fact, HelloFact)
    assert (fact.server_name, fact.source, fact.is_sent) == ("example.org", DomainSource.SNI, True)
    assert (fact.key.local_port, fact.key.remote_port) == ports
