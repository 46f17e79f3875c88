"""When other network namespaces are looked into."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from netmon_collector import clock
from netmon_collector.core.sockets import ForeignPlace, ForeignScan
from netmon_collector.foreign_watch import LOOK_SECONDS, ForeignWatch, open_foreign_watch
from netmon_collector.host.ports import ForeignListing
from tests.support.eventually import eventually
from tests.support.wire import HERE, PEER, STRANGER, Machine, process, udp_row

CURL = process(10)
T = TypeVar("T")


class Elsewhere:
    """Sockets of another namespace, as a double of `ForeignSockets` tells them."""

    def __init__(self, *, is_lost: bool = False) -> None:
        self.looks = 0
        self.is_lost = is_lost

    def look(self, now_wall: float, wanted: frozenset[bytes]) -> ForeignListing:
        assert wanted == {STRANGER, PEER}
        self.looks += 1
        if self.looks == 1 or self.is_lost:
            raise OSError(5, "Input/output error")
        place = ForeignPlace(rows=(udp_row((STRANGER, 5), (PEER, 6), CURL),), addresses=frozenset({STRANGER}))
        scan = ForeignScan(places=(place,), start_time=now_wall, left_out_count=3)
        return ForeignListing(scan=scan, processes=(CURL,))


async def at_once(call: Callable[[], T]) -> T:
    return call()


def watching(machine: Machine, elsewhere: Elsewhere) -> ForeignWatch:
    return ForeignWatch(machine.monitor.foreign, elsewhere, at_once)  # pyright: ignore[reportArgumentType]


def test_what_passes_is_looked_for_again_after_a_failure_and_then_named() -> None:
    machine, elsewhere = Machine(), Elsewhere()
    machine.udp((STRANGER, 5), (PEER, 6))
    watch = watching(machine, elsewhere)
    assert asyncio.run(watch.look_once()) == 0
    assert asyncio.run(watch.look_once()) > 0, "a look has its price"
    assert [row.process for row in machine.tick().connections] == [CURL]
    assert watch.left_out_count == 3


def test_why_nobody_can_look_is_logged_once_until_somebody_could(caplog: pytest.LogCaptureFixture) -> None:
    machine, elsewhere = Machine(), Elsewhere(is_lost=True)
    machine.udp((STRANGER, 5), (PEER, 6))
    watch = watching(machine, elsewhere)
    for count in (1, 2):
        for _ in range(3):
            asyncio.run(watch.look_once())
        assert caplog.text.count("Input/output error") == count
        elsewhere.is_lost = False
        asyncio.run(watch.look_once())
        elsewhere.is_lost = True
        machine.udp((STRANGER, 7 + count), (PEER, 6))


def test_nobody_looks_where_nothing_passes() -> None:
    machine, elsewhere = Machine(), Elsewhere()
    machine.udp((HERE, 5), (PEER, 6))
    assert asyncio.run(watching(machine, elsewhere).look_once()) == 0
    assert elsewhere.looks == 0


def test_it_goes_on_until_it_is_cancelled() -> None:
    async def follow() -> None:
        machine, elsewhere = Machine(), Elsewhere()
        machine.udp((STRANGER, 5), (PEER, 6))
        begun = clock.monotonic()
        following = asyncio.create_task(watching(machine, elsewhere).run())
        await eventually(lambda: elsewhere.looks == 1, what="a look")
        assert clock.monotonic() - begun >= LOOK_SECONDS * 0.99, "it looks seldom"
        await asyncio.sleep(0)
        assert not following.done(), "a look that failed does not end it"
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    asyncio.run(follow())


def test_this_system_has_namespaces() -> None:
    assert open_foreign_watch(Machine().monitor.foreign, at_once) is not None
