"""Interfaces that go down, come back, change their name, vanish and change their address under a running collector."""

from collections.abc import Callable, Generator

import pytest

from netmon.model import CaptureState, Connection, Direction, InterfaceStatus
from tests.support.collector_process import CollectorProcess, collector, cpu_seconds
from tests.support.namespaces import VethEnd
from tests.support.stage import Stage, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NOTICED_SECONDS = 2.0


@pytest.fixture
def built() -> Generator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def running(built: Stage) -> Generator[CollectorProcess]:
    with collector(built) as process:
        yield process


def interface(running: CollectorProcess, name: str) -> InterfaceStatus | None:
    with running.client() as client:
        return next((one for one in client.status().interfaces if one.name == name), None)


def noticed(running: CollectorProcess, name: str, check: Callable[[InterfaceStatus | None], bool], what: str) -> None:
    wait_for(lambda: check(interface(running, name)), seconds=NOTICED_SECONDS, what=what)


def is_captured(one: InterfaceStatus | None) -> bool:
    return one is not None and one.state is CaptureState.CAPTURING


def is_down(one: InterfaceStatus | None) -> bool:
    return one is not None and one.state is CaptureState.DOWN


def is_gone(one: InterfaceStatus | None) -> bool:
    return one is None or one.state is not CaptureState.CAPTURING


def counts_on(built: Stage, running: CollectorProcess, name: str) -> None:
    """Ping over the wire and wait until the interface's packets are counted under ``name``."""

    def packets() -> int:
        with running.client() as client:
            found = [one.traffic for one in client.snapshot().interfaces if one.name == name]
        return sum(one.sent_packets + one.received_packets for one in found)

    before = packets()
    built.near.namespace.run("ping", "-n", "-q", "-c", "2", "-i", "0.2", "-w", "30", built.far.ipv4)
    wait_for(lambda: packets() >= before + 4, seconds=NOTICED_SECONDS, what=f"pings counted on {name}")


def test_down_and_up_are_noticed_and_counting_goes_on(built: Stage, running: CollectorProcess) -> None:
    link = built.near.namespace.ip
    counts_on(built, running, "near0")
    link("link", "set", "near0", "down")
    noticed(running, "near0", is_down, "near0 is down")
    link("link", "set", "near0", "up")
    noticed(running, "near0", is_captured, "near0 is up again")
    counts_on(built, running, "near0")


def test_a_new_name_is_noticed_and_counting_goes_on(built: Stage, running: CollectorProcess) -> None:
    link = built.near.namespace.ip
    counts_on(built, running, "near0")
    link("link", "set", "near0", "down")
    link("link", "set", "near0", "name", "wire7")
    link("link", "set", "wire7", "up")
    noticed(running, "wire7", is_captured, "wire7 is captured")
    noticed(running, "near0", is_gone, "near0 is gone")
    counts_on(built, running, "wire7")


def test_an_interface_that_is_deleted_and_made_again_is_noticed(built: Stage, running: CollectorProcess) -> None:
    near, far = built.near, built.far
    counts_on(built, running, "near0")
    near.namespace.ip("link", "delete", "near0")
    noticed(running, "near0", is_gone, "near0 is gone")
    near.namespace.ip("link", "add", "near0", "type", "veth", "peer", "name", "far0", "netns", far.namespace.name)
    for end in (near, far):
        _bring_up(end)
    noticed(running, "near0", is_captured, "near0 is back")
    counts_on(built, running, "near0")


def _bring_up(end: VethEnd) -> None:
    end.namespace.ip("address", "add", f"{end.ipv4}/24", "dev", end.interface)
    end.namespace.ip("link", "set", end.interface, "up")


def test_a_new_interface_is_captured(built: Stage, running: CollectorProcess) -> None:
    link = built.near.namespace.ip
    link("link", "add", "near5", "type", "veth", "peer", "name", "far5", "netns", built.far.namespace.name)
    link("link", "set", "near5", "up")
    noticed(running, "near5", is_captured, "near5 is captured")


def test_a_change_of_address_is_noticed_and_the_direction_is_right(built: Stage, running: CollectorProcess) -> None:
    near, far = built.near, built.far
    near.namespace.ip("address", "delete", "198.18.0.1/24", "dev", "near0")
    near.namespace.ip("address", "add", "198.18.0.77/24", "dev", "near0")
    noticed(
        running, "near0", lambda one: one is not None and "198.18.0.77" in str(one.addresses), "near0 has a new address"
    )
    with programs() as traffic:
        # Towards the new address: only who knows it can tell that this is inbound.
        server = traffic.serve(near.namespace, "tcp-server", "0.0.0.0")  # noqa: S104 -- nobody else is there
        client = traffic.start(far.namespace, "tcp-client", "198.18.0.77", server.port, "--upload", 30_000)
        client.wait()

        def row() -> Connection | None:
            with running.client() as asked:
                rows = asked.snapshot().connections
            return next((one for one in rows if one.remote is not None and one.remote.address == far.ipv4), None)

        found = wait_for(row, seconds=30, what="a row of the connection")
        assert found.local is not None
        assert (found.local.address, found.facts.direction) == ("198.18.0.77", Direction.INBOUND)
        assert found.traffic.received_bytes > 30_000


def test_interfaces_that_change_all_the_time_make_no_busy_loop(built: Stage, running: CollectorProcess) -> None:
    link = built.near.namespace.ip
    begun = cpu_seconds((running.pid,))
    for _ in range(10):
        link("link", "set", "near0", "down")
        link("link", "set", "near0", "up")
    noticed(running, "near0", is_captured, "near0 is captured in the end")
    assert cpu_seconds((running.pid,)) - begun < 2.0
    counts_on(built, running, "near0")
