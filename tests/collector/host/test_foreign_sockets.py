"""Sockets of other network namespaces, as /proc shows them to whoever stays outside."""

import json
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from netmon_collector.core.sockets import ForeignPlace
from netmon_collector.host import foreign_sockets
from netmon_collector.host.foreign_sockets import ForeignSockets
from netmon_collector.host.ports import ForeignListing
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from tests.support.namespaces import Namespace, namespace

pytestmark = pytest.mark.root

THERE = bytes((198, 18, 77, 1))

SERVER = """
import json, os, socket
server = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"pid": os.getpid(), "port": server.getsockname()[1]}), flush=True)
input()
"""


@contextmanager
def inhabited() -> Generator[Namespace]:
    """Make a namespace that has the wanted address."""
    with namespace("nmfor") as place:
        place.ip("address", "add", "198.18.77.1/24", "dev", "lo")
        yield place


@contextmanager
def listening(place: Namespace) -> Generator[dict[str, Any]]:
    """Have a process listen in a namespace."""
    with place.popen(sys.executable, "-c", SERVER) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate("\n", timeout=30)


def look(sockets: ForeignSockets, wanted: bytes = THERE) -> ForeignListing:
    return sockets.look(time.time(), frozenset({wanted}))  # noqa: TID251 - processes started by the real clock


def made() -> ForeignSockets:
    return ForeignSockets(ProcessTable(ProcProcessReader()))


def place_of(listing: ForeignListing, port: int) -> ForeignPlace:
    (place,) = [one for one in listing.scan.places if port in {row.local_port for row in one.rows}]
    return place


def test_a_socket_elsewhere_is_listed_with_its_process_and_the_addresses_there() -> None:
    with inhabited() as place:
        place.ip("address", "add", "fd00:77::1/64", "dev", "lo", "nodad")
        with listening(place) as server:
            listing = look(made())
    found = place_of(listing, server["port"])
    (row,) = [row for row in found.rows if row.local_port == server["port"]]
    process = next(process for process in listing.processes if process.id == row.process_id)
    assert process.pid == server["pid"]
    assert found.addresses == {THERE, bytes.fromhex("fd000077" + "0" * 23 + "1")}


def test_no_text_of_a_single_process_is_interned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12 keeps such texts for ever, and there are as many as processes come and go."""
    interned: list[str] = []

    def intern(text: str) -> str:
        interned.append(text)
        return text

    with inhabited() as place, listening(place) as server:
        sockets = made()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "intern", intern)
            listing = look(sockets)
    assert place_of(listing, server["port"])
    assert str(server["pid"]) not in interned


def test_our_own_namespace_is_none_of_them() -> None:
    with inhabited() as place, listening(place) as server, place.entered():
        ports = {row.local_port for one in look(made()).scan.places for row in one.rows}
    # /proc/self is the main thread's, which has moved inside.
    assert server["port"] not in ports


def test_each_namespace_has_its_turn_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_sockets, "AT_ONCE", 2)
    with ExitStack() as stack:
        places = [stack.enter_context(inhabited()) for _ in range(3)]
        wanted = {stack.enter_context(listening(place))["port"] for place in places}
        sockets = made()
        seen: set[int] = set()
        first = look(sockets)
        assert first.scan.left_out_count == 1
        for listing in [first, look(sockets)]:
            assert len(listing.scan.places) == 2
            seen |= {row.local_port for one in listing.scan.places for row in one.rows}
    assert wanted <= seen


def test_a_namespace_without_a_wanted_address_is_not_looked_into() -> None:
    with inhabited() as place, listening(place):
        assert look(made(), bytes((198, 18, 77, 2))).scan.places == ()
