import pytest

from netmon.serving.refusals import Refusals


def test_nothing_is_said_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    Refusals("connections refused").say(0.0)
    assert not caplog.records


def test_what_is_refused_is_said_at_once_and_then_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    refused = Refusals("connections refused")
    for second in range(121):
        refused.note("over the quota", 7)
        refused.say(float(second))
    assert [record.getMessage() for record in caplog.records] == [
        "connections refused since the last report: 1 over the quota (user 7)",
        "connections refused since the last report: 60 over the quota (user 7)",
        "connections refused since the last report: 60 over the quota (user 7)",
    ]


def test_many_users_make_no_long_line(caplog: pytest.LogCaptureFixture) -> None:
    refused = Refusals("connections refused")
    for uid in range(1000, 1100):
        refused.note("over the quota", uid)
    refused.say(0.0)
    (record,) = caplog.records
    assert "92 over the quota," in record.getMessage()
    assert record.getMessage().count("user") == 8
