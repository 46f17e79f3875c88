from dataclasses import replace

import pytest

from netmon.model import (
    AggregationReport,
    AlertMeasure,
    AlertRule,
    BrowserQuery,
    CacheReport,
    CleanupPlan,
    CleanupSelection,
    EntityQuery,
    ExportQuery,
    TimelineQuery,
    UsageAnswer,
    UsageDimension,
    UsageQuery,
)
from netmon_client import InvalidRequest, NetmonError, NotPermitted, ServerFault, connect_history
from netmon_client.testing import FakeRecorder, a_usage_answer, an_export

RULE = AlertRule(name="backup", measure=AlertMeasure.TOTAL_BYTES, bound=5, window_seconds=3600.0)


def test_it_answers_each_call_with_what_it_was_given_and_keeps_the_questions() -> None:
    query = UsageQuery(group_by=(UsageDimension.APPLICATION,), top=2)
    with FakeRecorder() as fake, connect_history(fake.socket) as client:
        fake.answers.aggregation = AggregationReport(read_row_count=7)
        fake.answers.caches = CacheReport(removed_key_count=3)
        assert client.usage(query) == a_usage_answer(query)
        assert client.entities(EntityQuery(dimension=UsageDimension.DOMAIN)).entities == ()
        assert client.timeline(TimelineQuery(dimension=UsageDimension.DOMAIN, values=("a",))).grain_seconds == 60
        assert client.browser_domains(BrowserQuery()).browsers == ()
        assert tuple(client.export(ExportQuery())) == an_export()
        assert client.aggregate().read_row_count == 7
        assert client.refresh_caches().removed_key_count == 3
        assert client.test_alert(RULE).firing_count == 0
        assert fake.asked[0] == query
        assert fake.calls[:2] == ("QueryUsage", "ListEntities")


def test_a_cleanup_deletes_what_the_plan_says_once() -> None:
    with FakeRecorder() as fake, connect_history(fake.socket) as client:
        fake.answers.plan = CleanupPlan(row_count=10, freed_bytes=400)
        assert client.cleanup_plan().row_count == 10
        assert [step.deleted_row_count for step in client.cleanup(CleanupSelection())] == [5, 10]
        assert client.cleanup_plan() == CleanupPlan()


def test_alerts_are_really_kept() -> None:
    with FakeRecorder() as fake, connect_history(fake.socket) as client:
        assert not client.put_alert(RULE).is_replaced
        assert client.put_alert(replace(RULE, bound=6)).is_replaced
        assert [rule.bound for rule in fake.rules] == [6]
        assert client.delete_alert("backup").bound == 6
        with pytest.raises(NetmonError, match="no alert has this name"):
            client.delete_alert("backup")


def test_it_refuses_fails_and_objects_as_a_recorder_does() -> None:
    def objects(query: UsageQuery) -> UsageAnswer:
        raise ValueError(f"UsageQuery.top: {query.top}")

    with FakeRecorder() as fake, connect_history(fake.socket, timeout=0.3) as client:
        fake.refuse(control_only=True)
        assert client.status().recorder.pid == 4801
        with pytest.raises(NotPermitted):
            client.aggregate()
        fake.refuse()
        with pytest.raises(NotPermitted):
            client.status()
        fake.fail()
        with pytest.raises(ServerFault):
            client.status()
        fake.hang()
        with pytest.raises(NetmonError):
            client.status()
        fake.resume()
        fake.answers.usage = objects
        with pytest.raises(InvalidRequest, match=r"UsageQuery\.top: 3"):
            client.usage(UsageQuery(top=3))
