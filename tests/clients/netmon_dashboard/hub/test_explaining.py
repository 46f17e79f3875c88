"""What was tried for a connection's owner is told in the order of time; one that is forgotten has its text."""

import pytest

from netmon.model import (
    Advice,
    AttemptResult,
    Explanation,
    OwnerAttempt,
    OwnerConfidence,
    OwnerMethod,
)
from netmon_client import CollectorUnreachable, connect_async
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from netmon_dashboard.hub.explaining import explain, explanation_fields

T0 = 1_700_000_000.0
LATER = OwnerAttempt(
    first_time=T0 + 2,
    last_time=T0 + 9,
    count=3,
    way="sock_diag",
    result=AttemptResult.FOUND,
    process_id="4711",
    method=OwnerMethod.EXACT,
    confidence=OwnerConfidence.CERTAIN,
    text="listed a socket with exactly these ends, held by firefox (4711)",
)
FIRST = OwnerAttempt(
    first_time=T0, last_time=T0, count=1, way="ebpf", result=AttemptResult.NOTHING_KNOWN, text="knows <b>nothing</b>"
)


def test_attempts_stand_in_the_order_of_time_with_way_result_and_how_often() -> None:
    row = a_connection("c1", process=a_process())
    said = explanation_fields(Explanation(connection=row, attempts=(LATER, FIRST)))
    assert [(each["way"], each["result"], each["count"]) for each in said["attempts"]] == [
        ("ebpf", "nothing_known", 1),
        ("sock_diag", "found", 3),
    ]
    assert (said["attempts"][1]["first"], said["attempts"][1]["last"]) == (T0 + 2, T0 + 9)
    assert said["owner"] == "firefox (4711), user alice: exact socket, certain"
    assert (said["nothing"], said["advice"]) == ("", [])


def test_without_an_owner_it_says_why_and_what_would_help() -> None:
    advice = Advice(text="As root it may.", command="sudo netmon-collector")
    said = explanation_fields(Explanation(connection=a_connection("c1"), advice=(advice,)))
    assert said["owner"] == "none: gone before it could be looked up"
    assert said["nothing"] == "Nothing yet"
    assert said["advice"] == [{"text": "As root it may.", "command": "sudo netmon-collector"}]


async def test_the_collector_is_asked_and_one_that_it_forgot_has_its_text() -> None:
    snapshot = a_snapshot((a_connection("c1"),))
    with FakeCollector(snapshots=[snapshot]) as fake:
        async with connect_async(fake.socket) as client:
            assert (await explain(client, "c1", fake.instance_id))["nothing"] == "Nothing yet"
            assert await explain(client, "c2", fake.instance_id) == {
                "forgotten": "The connection ended and was forgotten meanwhile."
            }


async def test_what_keeps_the_collector_from_answering_is_no_explanation() -> None:
    with FakeCollector() as fake:
        async with connect_async(fake.socket) as client:
            fake.kill(keep_file=False)
            with pytest.raises(CollectorUnreachable):
                await explain(client, "c1", "i")
