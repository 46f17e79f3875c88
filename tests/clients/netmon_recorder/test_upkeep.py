import asyncio
from collections.abc import Iterator

import pytest

from netmon.model import CacheReport, CleanupProgress, CleanupSelection
from netmon_recorder.store import StorageError
from netmon_recorder.upkeep import DOUBTFUL_SECONDS, FIRST_SECONDS, Upkeep

NOW = 2e9


class Keeper:
    """A storage that tells how full it is, and counts what is done to it."""

    def __init__(self, *, over: int = 0) -> None:
        self.over = over
        self.cleaned = 0
        self.refreshed = 0
        self.is_broken = False

    def needs_cleanup(self) -> bool:
        if self.is_broken:
            raise StorageError("broken")
        return self.over > 0

    def cleanup(self, selection: CleanupSelection, now: float) -> Iterator[CleanupProgress]:
        assert (selection, now) == (CleanupSelection(), NOW)
        yield CleanupProgress()
        self.cleaned += 1
        self.over -= 1
        yield CleanupProgress(is_done=True)

    def refresh_caches(self) -> CacheReport:
        self.refreshed += 1
        return CacheReport()


def upkeep_of(keeper: Keeper) -> Upkeep:
    return Upkeep(keeper, lambda: NOW)  # type: ignore[arg-type] -- as much of a storage as is asked for


async def until(keeper: Keeper, cleaned: int) -> None:
    async with asyncio.timeout(30):
        while keeper.cleaned < cleaned:  # noqa: ASYNC110 -- a storage rings no bell
            await asyncio.sleep(0.01)


async def test_a_quota_that_is_near_is_not_left_until_the_hour() -> None:
    keeper = Keeper()
    upkeep = upkeep_of(keeper)
    running = asyncio.create_task(upkeep.run())
    await upkeep.look()
    assert keeper.cleaned == 0
    keeper.over = 1
    await upkeep.look()
    await until(keeper, 1)
    assert keeper.refreshed == 0
    running.cancel()


async def test_it_cleans_each_hour_whatever_the_quota() -> None:
    keeper = Keeper()
    running = asyncio.create_task(upkeep_of(keeper).run(first_seconds=0.01, each_seconds=0.01))
    await until(keeper, 2)
    running.cancel()


async def test_it_cleans_soon_after_the_start_for_those_who_never_run_for_an_hour() -> None:
    assert FIRST_SECONDS <= 120
    keeper = Keeper()
    running = asyncio.create_task(upkeep_of(keeper).run(first_seconds=0.01))
    await until(keeper, 1)
    running.cancel()


async def test_a_clock_that_is_a_month_ahead_of_what_was_recorded_deletes_nothing_until_it_is_set() -> None:
    keeper, clock = Keeper(over=1), [NOW + DOUBTFUL_SECONDS + 1]
    upkeep = Upkeep(keeper, lambda: clock[0], NOW)  # type: ignore[arg-type] -- as above
    running = asyncio.create_task(upkeep.run(first_seconds=0.01))
    for _ in range(3):
        await upkeep.look()  # that the quota is near makes it no better
        await asyncio.sleep(0.02)
    assert keeper.cleaned == 0
    clock[0] = NOW
    await upkeep.look()
    await until(keeper, 1)
    running.cancel()


async def test_after_its_hour_a_clock_is_trusted_whatever_it_says() -> None:
    keeper = Keeper(over=1)
    upkeep = Upkeep(keeper, lambda: NOW, NOW - DOUBTFUL_SECONDS - 1)  # type: ignore[arg-type] -- as above
    running = asyncio.create_task(upkeep.run(first_seconds=0.01, each_seconds=0.05))
    await until(keeper, 1)
    running.cancel()


async def test_where_rows_are_not_enough_unused_names_go_too() -> None:
    keeper = Keeper(over=2)
    await upkeep_of(keeper).clean()
    assert (keeper.cleaned, keeper.refreshed) == (1, 1)


async def test_a_storage_that_cannot_be_asked_is_told_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper()
    keeper.is_broken = True
    upkeep = upkeep_of(keeper)
    await upkeep.look()
    running = asyncio.create_task(upkeep.run(first_seconds=0.01, each_seconds=0.01))
    async with asyncio.timeout(30):
        while len(caplog.records) < 3:  # noqa: ASYNC110 -- nor does the log
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()


async def test_a_cleanup_that_found_nothing_is_not_tried_again_with_each_batch() -> None:
    keeper = Keeper(over=9)
    upkeep = upkeep_of(keeper)
    await upkeep.clean()
    running = asyncio.create_task(upkeep.run())
    await upkeep.look()
    await asyncio.sleep(0)
    assert keeper.cleaned == 1
    running.cancel()
    running = asyncio.create_task(upkeep.run(first_seconds=0.01))
    await until(keeper, 2)
    running.cancel()
