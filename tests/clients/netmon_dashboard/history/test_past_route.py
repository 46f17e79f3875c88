from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from netmon.model import BucketSize, Timeline, UsageAnswer, UsageBucket
from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_dashboard.history import past_route
from netmon_dashboard.history.past_route import DOMAINS_PATH, TODAY_PATH, past_routes
from netmon_dashboard.history.recorder_link import RecorderLink
from tests.clients.netmon_dashboard.asked_app import AskedApp


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder() as recorder:
        recorder.answers.usage = UsageAnswer(
            since_time=0.0,
            until_time=600.0,
            bucket=BucketSize.DAY,
            buckets=(UsageBucket(start_time=0.0, end_time=86_400.0, is_running=True),),
        )
        recorder.answers.timeline = Timeline(since_time=0.0, until_time=86_400.0, grain_seconds=60)
        yield recorder


@pytest.fixture
def asked(fake: FakeRecorder) -> Iterator[AskedApp]:
    link = RecorderLink(fake.socket)
    yield AskedApp(Starlette(routes=past_routes(link.client, lambda: ["a.example", "b.example"])))
    link.close()


def test_todays_sums_are_asked_of_the_recorder(asked: AskedApp) -> None:
    figures = asked.get(TODAY_PATH).json()
    assert (figures["known"], figures["since"], figures["apps"]) == (True, 0.0, {})


def test_lanes_are_of_the_domains_that_are_shown(asked: AskedApp, fake: FakeRecorder) -> None:
    assert asked.get(DOMAINS_PATH).json()["known"]
    assert [question.values for question in fake.asked] == [("a.example", "b.example")]  # type: ignore[attr-defined]


def test_many_tabs_cost_the_recorder_one_question(asked: AskedApp, fake: FakeRecorder) -> None:
    answers = asked.get_all([TODAY_PATH] * 5)
    assert {answer.text for answer in answers} == {answers[0].text}
    assert len(fake.asked) == 1


def test_without_a_recorder_nothing_is_known_and_that_is_no_error(
    asked: AskedApp, fake: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_route, "_ABSENT_SECONDS", 0.0)
    fake.kill()
    for path in (TODAY_PATH, DOMAINS_PATH):
        answer = asked.get(path)
        assert (answer.status_code, answer.json()) == (200, {"known": False})
    fake.start()
    assert asked.get(TODAY_PATH).json()["known"]
