import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import AlertFiring, AlertMeasure, AlertRule
from netmon_client import InvalidRequest, NetmonError
from netmon_recorder.service import alert_calls
from tests.support.history_stage import NOON, keep, row
from tests.support.served_history import Served, served_history

RULE = AlertRule(name="big", measure=AlertMeasure.RECEIVED_BYTES, bound=1_500, window_seconds=600)


async def test_a_rule_is_put_listed_replaced_and_deleted(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        put = await served.client.put_alert(RULE)
        assert (put.rule, put.is_replaced) == (replace(RULE, created_time=NOON), False)
        again = await served.client.put_alert(replace(RULE, bound=5, created_time=1.0))
        assert (again.rule.created_time, again.is_replaced) == (NOON, True)
        listed = await served.client.alerts()
        assert [state.rule for state in listed.alerts] == [again.rule]
        assert await served.client.delete_alert("big") == again.rule
        with pytest.raises(NetmonError, match="no alert of this name"):
            await served.client.delete_alert("big")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "rule.name"), ({"window_seconds": 61.0}, "rule.window"), ({"measure": 0}, "rule.measure")],
)
async def test_nonsense_is_refused_by_the_name_of_its_field(
    tmp_path: Path, changes: dict[str, object], field: str
) -> None:
    async with served_history(tmp_path) as served:
        with pytest.raises(InvalidRequest, match=field):
            await served.client.put_alert(replace(RULE, **changes))  # type: ignore[arg-type]


async def test_there_is_an_end_to_how_many_rules_there_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_calls, "RULE_LIMIT", 2)
    async with served_history(tmp_path) as served:
        for name in ("a", "b", "a"):
            await served.client.put_alert(replace(RULE, name=name))
        with pytest.raises(NetmonError, match="2 alerts already"):
            await served.client.put_alert(replace(RULE, name="c"))


async def test_a_rule_is_tested_whether_it_is_saved_or_not(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        keep(served.store, row(NOON - 3_600, 9_000))
        assert (await served.client.test_alert(RULE)).firing_count == 1
        with pytest.raises(InvalidRequest, match="nor the name of one"):
            await served.client.test_alert(AlertRule(name="big"))
        await served.client.put_alert(replace(RULE, bound=10_000))
        assert (await served.client.test_alert(AlertRule(name="big"))).firing_count == 0
        assert (await served.client.test_alert(RULE, NOON - 1_000, NOON)).firing_count == 0
        with pytest.raises(InvalidRequest, match="since_time"):
            await served.client.test_alert(RULE, NOON + 5, NOON)


async def next_firing(served: Served, after_sequence: int | None, fire: bool) -> tuple[AlertFiring, int]:
    """Give the next firing, and how many signs of life came before."""
    signs = 0
    async for firing in served.client.firings(after_sequence):
        if firing is not None:
            return firing, signs
        signs += 1
        if fire and signs == 1:
            await asyncio.to_thread(served.desk.ask_all, NOON)
            served.bells.ring()
    raise AssertionError("the stream ended")


async def test_a_firing_is_told_as_it_comes_and_again_to_who_asks_from_a_sequence_on(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        await served.client.put_alert(RULE)
        keep(served.store, row(NOON - 120, 9_000))
        fresh, signs = await next_firing(served, None, fire=True)
        assert (fresh.name, fresh.value, signs) == ("big", 9_000, 1)
        kept, _ = await next_firing(served, 0, fire=False)
        assert kept == fresh


async def test_a_stream_goes_on_with_a_history_that_was_begun_anew(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        await served.client.put_alert(replace(RULE, quiet_seconds=60.0))
        keep(served.store, row(NOON - 120, 9_000))
        for minute in range(2):
            await asyncio.to_thread(served.desk.ask_all, NOON + 60 * minute)
        stream = served.client.firings()
        assert await anext(stream) is None
        served.store._writer.execute("DELETE FROM alert_firing")
        served.store._writer.execute("DELETE FROM sqlite_sequence")
        await asyncio.to_thread(served.desk.ask_all, NOON + 120)
        served.bells.ring()
        assert [firing.sequence async for firing in until_a_firing(stream)] == [1]


async def until_a_firing(stream: AsyncIterator[AlertFiring | None]) -> AsyncIterator[AlertFiring]:
    """Give the next firing, where it comes before the next two signs of life."""
    for _ in range(2):
        firing = await anext(stream)
        if firing is not None:
            yield firing
            return


async def test_a_stream_without_firings_shows_signs_of_life(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        signs = 0
        async for firing in served.client.firings():
            assert firing is None
            signs += 1
            if signs == 2:
                break


async def test_streams_end_when_the_service_does(tmp_path: Path) -> None:
    async with served_history(tmp_path) as served:
        stream = served.client.firings()
        assert await anext(stream) is None
        stopping = asyncio.create_task(served.host.stop())
        with pytest.raises(NetmonError):
            assert [firing async for firing in stream] == []
        await stopping
        assert served.bells.count == 0
