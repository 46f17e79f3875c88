import json

from netmon import codec
from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertMeasure,
    AlertRule,
    AlertState,
    AlertTest,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    ExportBatch,
    Protocol,
    Scope,
    UsageKey,
    UsageRow,
    UsageSums,
    Visibility,
)
from netmon_client.history_lines import as_history_object, history_status_object, usage_row_objects
from netmon_client.testing import a_history_status, a_usage_answer, an_export
from netmon_client.wire_json import message_to_object

RULE = AlertRule(name="backup", measure=AlertMeasure.TOTAL_BYTES, bound=5, window_seconds=3600.0)
FIRING = AlertFiring(
    sequence=1, name="backup", time=7200.0, window_since_time=3600.0, measure=AlertMeasure.TOTAL_BYTES, value=6, bound=5
)


def test_rows_are_written_as_the_contract_has_them() -> None:
    key = UsageKey(
        user="anna",
        application_id="exe:/usr/bin/firefox",
        application_name="firefox",
        remote_host="203.0.113.7",
        domain="example.org",
        protocol=Protocol.TCP,
        scope=Scope.INTERNET,
        interface="wlan0",
        is_folded=True,
    )
    rows = [UsageRow(1_700_000_000.5, key, UsageSums(1, 2, 3, 4)), UsageRow(0.0, UsageKey(), UsageSums())]
    assert usage_row_objects(rows) == [message_to_object(codec.usage_row_to_wire(row)) for row in rows]


def test_what_was_not_told_is_none_and_no_count() -> None:
    told, whole = (history_status_object(a_history_status(sees=sees)) for sees in (Visibility.OWN, Visibility.ALL))
    assert told["recorder"]["caller"]["sees"] == "own"
    counts = ("file_bytes", "reusable_bytes", "key_count", "name_count")
    assert [told["storage"][name] for name in counts] == [None] * 4
    assert [(tier["row_count"], tier["byte_count"]) for tier in told["storage"]["tiers"]] == [(None, None)] * 3
    assert (whole["storage"]["file_bytes"], whole["storage"]["tiers"][0]["row_count"]) == (2_500_000, 12_000)


def test_every_answer_is_an_object_of_plain_json() -> None:
    status = a_history_status()
    values = (
        a_usage_answer(),
        status.recorder,
        status.storage,
        AggregationReport(read_row_count=1),
        CleanupPlan(row_count=1),
        CleanupProgress(is_done=True),
        CacheReport(removed_key_count=1),
        RULE,
        FIRING,
        AlertState(rule=RULE, last_firing=FIRING),
        AlertTest(firings=(FIRING,), firing_count=1),
        *(item for item in an_export() if not isinstance(item, ExportBatch)),
    )
    for value in values:
        fields = as_history_object(value)
        assert json.loads(json.dumps(fields)) == fields
        assert fields
