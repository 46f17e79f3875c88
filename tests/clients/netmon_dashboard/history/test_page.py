import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from netmon.model import BucketSize, Caller, UsageAnswer, UsageDimension, UsageQuery, Visibility
from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_client.testing.history_samples import a_usage_answer
from tests.clients.netmon_dashboard.past_pages import components, open_page, with_recorder, words

HOSTILE = "![x](http://198.51.100.1/)<img src=x>"


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder() as recorder:
        yield recorder


def asked(fake: FakeRecorder) -> UsageQuery:
    """The last question for usage."""
    return next(one for one in reversed(fake.asked) if isinstance(one, UsageQuery))


def test_the_page_shows_the_answer_and_its_address_says_what_is_shown(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("history")
    shown = components(app)
    assert shown["netmon_live"] == {"page": "history", "route": "/netmon/live"}
    figures = shown["netmon_history"]
    assert [series["name"] for series in figures["series"]] == ["firefox", "backup", "chromium"]
    assert [bucket["total"] is None for bucket in figures["buckets"]] == [False, False, True, False, False, False]
    assert figures["command"][:5] == ["history", "--by", "hour", "--group", "app"]
    assert app.query_params == {"range": "24h", "by": "hour", "group": "app"}
    query = asked(fake)
    assert (query.bucket, query.group_by) == (BucketSize.HOUR, (UsageDimension.APPLICATION,))
    assert query.calendar.time_zone == "", "days are the recorder's own"


def test_who_sees_their_own_part_alone_is_told_so(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        assert "Your own part" not in words(open_page("history"))
    status = fake.answers.status
    caller = Caller(uid=1000, sees=Visibility.OWN)
    fake.answers.status = replace(status, recorder=replace(status.recorder, caller=caller))
    with with_recorder(fake.socket):
        assert "Your own part" in words(open_page("history"))


def test_a_deep_link_is_asked_as_it_says(fake: FakeRecorder) -> None:
    link = {"range": "30d", "by": "day", "group": "domain", "compare": "previous", "q": "app:firefox", "top": "5"}
    with with_recorder(fake.socket):
        app = open_page("history", link)
    query = asked(fake)
    assert (query.bucket, query.group_by, query.compare, query.top) == (
        BucketSize.DAY,
        (UsageDimension.DOMAIN,),
        True,
        5,
    )
    assert len(query.filter.terms) == 1
    assert app.query_params == link


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),
        ("2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"),
    ],
)
def test_both_hours_that_summer_ends_with_are_opened(fake: FakeRecorder, begin: str, end: str) -> None:
    with with_recorder(fake.socket):
        app = open_page("history", {"range": "custom", "by": "minute", "group": "app", "from": begin, "to": end})
    query = asked(fake)
    span = [datetime.fromisoformat(each).timestamp() for each in (begin, end)]
    assert [query.since_time, query.until_time] == span
    assert [app.query_params["from"], app.query_params["to"]] == [begin, end]


def test_a_choice_is_asked_and_written_to_the_address(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("history")
        app.selectbox(key="history_group").set_value("proto").run()
        assert asked(fake).group_by == (UsageDimension.PROTOCOL,)
        app.toggle(key="history_compare").set_value(True).run()
        assert asked(fake).compare
        assert not app.exception
    assert app.query_params["group"] == "proto"
    assert app.query_params["compare"] == "previous"


def test_a_filter_that_is_none_is_explained_and_not_asked(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("history", {"q": "pid:1"})
    assert 'history does not hold "pid"' in words(app)
    assert "QueryUsage" not in fake.calls


def test_names_reach_the_browser_as_data_and_never_as_markdown(fake: FakeRecorder) -> None:
    def hostile(query: UsageQuery) -> UsageAnswer:
        answer = a_usage_answer(query)
        first = answer.series[0]
        named = replace(first, key=first.key._replace(application_name=HOSTILE))
        return replace(answer, series=(named, *answer.series[1:]))

    fake.answers.usage = hostile
    with with_recorder(fake.socket):
        app = open_page("history", {"q": f'app:"{HOSTILE}"'})
    assert components(app)["netmon_history"]["series"][0]["name"] == HOSTILE
    assert not [element for element in (*app.markdown, *app.caption, *app.subheader) if "198.51" in element.value]


def test_without_a_recorder_the_page_names_the_command_that_starts_one(tmp_path: Path) -> None:
    with with_recorder(f"{tmp_path}/none.sock"):
        app = open_page("history")
    assert [element.value for element in app.subheader] == ["No recorder answers"]
    assert app.code[0].value.startswith("netmon-recorder")
    assert "live pages do without it" in words(app)


def test_a_recorder_that_came_back_is_asked_again(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        fake.kill()
        app = open_page("history")
        assert "No recorder answers" in words(app)
        fake.restart()
        app.button[0].click().run()
        assert "netmon_history" in components(app)


def test_an_empty_history_says_so(fake: FakeRecorder) -> None:
    def nothing(query: UsageQuery) -> UsageAnswer:
        answer = a_usage_answer(query)
        unknown = tuple(replace(bucket, total=None, recorded_seconds=0.0) for bucket in answer.buckets)
        return replace(answer, series=(), rest=None, buckets=unknown, oldest_time=None)

    fake.answers.usage = nothing
    with with_recorder(fake.socket):
        figures = components(open_page("history"))["netmon_history"]
    assert figures["isEmpty"]


def test_who_may_not_read_is_told_so(fake: FakeRecorder) -> None:
    fake.refuse()
    with with_recorder(fake.socket):
        assert "You may not read this history" in words(open_page("history"))


def test_a_recorder_that_fails_is_said(fake: FakeRecorder) -> None:
    fake.fail()
    with with_recorder(fake.socket):
        app = open_page("history")
    assert "The recorder did not answer" in words(app)
    assert "Try again" in [button.label for button in app.button]


def test_another_version_of_the_recorder_is_told(fake: FakeRecorder) -> None:
    fake.kill(keep_file=False)
    fake.start(other_version=True)
    with with_recorder(fake.socket):
        assert "Another version of the recorder" in words(open_page("history"))
