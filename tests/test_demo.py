"""The committed demo recording: whole, neat and worth looking at."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

from netmon.model import Direction, DomainSource, PacketSource, Protocol, Scope, Snapshot, UnnamedReason
from netmon_collector.capture.replay import NamePackets
from netmon_collector.capture.sidecar import Processes
from netmon_collector.capture.told_owners import ToldOwners
from netmon_collector.core.batch import Batch
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.name_facts import HostsFact
from netmon_collector.core.sockets import LocalNetwork, SocketScan
from netmon_collector.names.learner import NO_LIMITS, NameLearner
from netmon_collector.naming import name_settings
from netmon_collector.playback import ToldAnswers
from tests.support.balance import assert_balanced
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.replays import replay_of
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

DEMO = ROOT / "clients/demo"
MOST_BYTES = 3_000_000
LEAST_SECONDS = 40
LEAST_OWNED_SHARE = 0.95

# Debian's own users (base-passwd), one person who does not exist, and folders that every Debian has.
USERS = {"root", "lp", "www-data", "_apt", "nobody", "systemd-timesync", "demo"}
FOLDERS = re.compile(r"/usr/s?bin/[\w.-]+|/home/demo/bin/[\w.-]+")
# RFC 5737, RFC 3849, and a home's own (RFC 1918); groups and loopback.
ADDRESSES = re.compile(
    r"203\.0\.113\.\d+|198\.51\.100\.\d+|2001:db8:.*|192\.168\.1\.\d+|224\.0\.0\.251|127\.0\.0\.1|0\.0\.0\.0|::1?"
    r"|ff02::.*"
)


@cache
def ticks() -> tuple[Snapshot, ...]:
    """Play the recording once, by its own clock: a snapshot a second."""
    items = replay_of(DEMO, with_names=True).items()
    learner = NameLearner(NO_LIMITS)
    first = next(items)
    monitor = Monitor(
        "demo",
        now=first.time,
        wall_time=first.time,
        packet_source=PacketSource.RECORDING,
        has_lookup=True,
        names=name_settings(),
    )
    monitor.ask_for_owners()
    told = ToldAnswers(monitor)
    found: list[Snapshot] = []
    next_tick = first.time + 1
    for recorded in (first, *items):
        while recorded.time >= next_tick:
            told.note_questions(next_tick)
            found.append(monitor.tick(next_tick, next_tick))
            next_tick += 1
        match recorded.item:
            case Batch():
                monitor.add_batch(recorded.item)
            case LocalNetwork():
                monitor.add_network(recorded.item)
                learner.add_network(recorded.item)
            case Processes():
                monitor.add_processes(recorded.item.rows, recorded.time)
            case SocketScan():
                monitor.add_sockets(recorded.item, recorded.time)
            case ToldOwners():
                told.answer(recorded.item, recorded.time)
            case NamePackets():
                monitor.add_names(learner.add_batch(recorded.item.batch, recorded.time), recorded.time)
            case HostsFact():
                monitor.add_names((recorded.item,), recorded.time)
    return (*found, monitor.tick(next_tick, next_tick))


def sidecar() -> Iterator[dict[str, object]]:
    with (DEMO / "netmon.sidecar.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a line of the sidecar, with the name of its field."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield from texts(inner, key)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from texts(inner, name)
    elif isinstance(value, str):
        yield name, value


def all_texts(*names: str) -> set[str]:
    return {text for line in sidecar() for name, text in texts(line) if name in names}


def test_the_recording_is_small_and_long_enough() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) <= MOST_BYTES
    assert ticks()[-1].time - ticks()[0].time >= LEAST_SECONDS


def test_the_recording_says_addresses_and_owners_and_is_whole() -> None:
    replay = replay_of(DEMO)
    assert replay.has_owners
    assert not replay.addresses_are_guessed
    assert sum(1 for _ in replay.items()) > 0
    assert not replay.is_damaged


def test_every_snapshot_of_it_is_balanced() -> None:
    for snapshot in ticks():
        assert_balanced(snapshot)


def test_nearly_all_bytes_have_an_owner() -> None:
    share = ticks()[-1].attributed_share
    assert share is not None
    assert share >= LEAST_OWNED_SHARE


def test_after_ten_seconds_there_is_something_to_see() -> None:
    snapshot = ticks()[9]
    rows = snapshot.connections
    busy = {row.facts.process.name for row in rows if row.facts.process and row.traffic.interval_received_bytes}
    assert len(busy) >= 6
    assert {Scope.LOOPBACK, Scope.LAN, Scope.INTERNET} <= {row.facts.scope for row in rows}
    assert {Direction.INBOUND, Direction.OUTBOUND} <= {row.facts.direction for row in rows}
    assert {Protocol.TCP, Protocol.UDP, Protocol.ICMP} <= {row.facts.protocol for row in rows}
    assert len({row.facts.process.user for row in rows if row.facts.process}) >= 5


def test_it_has_domains_of_each_source_and_what_has_none() -> None:
    snapshot = ticks()[-1]
    sources = {domain.name: domain.source for domain in snapshot.domains}
    assert sources["www.news.example"] is DomainSource.SNI
    assert sources["video.example.net"] is DomainSource.QUIC
    assert sources["packages.example.org"] is DomainSource.DNS
    assert sources["nas.home.example"] is DomainSource.HOSTS_FILE
    assert {"img.news.example", "cdn.shop.example"} <= sources.keys()  # on one address
    assert all(name.endswith((".example", ".example.org", ".example.net", ".example.com")) for name in sources)
    unnamed = {part.reason for part in snapshot.unnamed if part.traffic.received_bytes}
    assert {UnnamedReason.OLDER, UnnamedReason.NOT_SEEN} <= unnamed
    assert [each.name for each in snapshot.applications if each.is_browser] == ["firefox"]


def test_no_second_of_it_is_empty() -> None:
    assert all(snapshot.headline.interval_received_bytes > 0 for snapshot in ticks()[:LEAST_SECONDS])


def test_users_and_paths_are_nobodys_and_everybodys() -> None:
    assert all_texts("user") <= USERS
    paths = all_texts("executable", "application_path")
    assert [path for path in paths if not FOLDERS.fullmatch(path)] == []
    slashes = {text for line in sidecar() for name, text in texts(line) if "/" in text and name != "application_id"}
    assert slashes == paths


def test_addresses_are_those_of_documentation() -> None:
    addresses = all_texts("address", "local_address", "remote_address", "broadcast")
    assert [address for address in addresses if not ADDRESSES.fullmatch(address)] == []
    assert all(mac.startswith("02:00:5e:00:53:") for mac in all_texts("macs"))


def test_no_machine_is_in_it() -> None:
    folders = (b"/root", b"/work", b"/opt", b"/tmp", b"/var", b"/run", b".venv", b"pyenv")
    contents = [path.read_bytes() for path in DEMO.iterdir()]
    assert [folder for folder in folders if any(folder in content for content in contents)] == []


def test_the_program_plays_it_for_any_user(tmp_path: Path) -> None:
    socket = str(tmp_path / "run" / "demo.sock")
    command = [COLLECTOR, "--socket", socket, "--read", str(DEMO), "--at-once"]
    process = CollectorProcess(command, socket, tmp_path / "log")
    try:
        process.wait_until_ready("lo", "wlan0")
        expected = ticks()[-1].totals.received_bytes
        with process.client() as client:
            played = wait_for(
                lambda: (found := client.snapshot()).totals.received_bytes >= expected and found,
                seconds=30,
                what="all of it is played",
            )
        assert isinstance(played, Snapshot)
        assert played.packet_source is PacketSource.RECORDING
        assert played.totals.received_bytes == expected
    finally:
        process.kill()
