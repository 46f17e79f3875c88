"""Alerts, between the model and the wire."""

from netmon.codec.filters import filter_from_wire, filter_to_wire
from netmon.codec.history import GAPS, SERIES
from netmon.codec.records import OPTIONAL, OPTIONAL_TIME, TIME, RecordCodec, enum, many, one, optional
from netmon.model import AlertFiring, AlertMeasure, AlertRule, AlertState, AlertTest, QuietHours
from netmon.v1 import history_alert_pb2 as pb

_QUIET_HOURS = RecordCodec(QuietHours, pb.QuietHours, {})
_RULES = RecordCodec(
    AlertRule,
    pb.AlertRule,
    {
        "filter": one(filter_to_wire, filter_from_wire),
        "measure": enum(AlertMeasure),
        "muted_until_time": OPTIONAL_TIME,
        "created_time": OPTIONAL_TIME,
        "quiet_hours": optional(_QUIET_HOURS.to_wire, _QUIET_HOURS.from_wire),
    },
)
_FIRINGS = RecordCodec(
    AlertFiring,
    pb.AlertFiring,
    {
        "time": TIME,
        "window_since_time": TIME,
        "measure": enum(AlertMeasure),
        "applications": many(SERIES.to_wire, SERIES.from_wire),
    },
)
_STATES = RecordCodec(
    AlertState,
    pb.AlertState,
    {
        "rule": one(_RULES.to_wire, _RULES.from_wire),
        "value": OPTIONAL,
        "last_firing": optional(_FIRINGS.to_wire, _FIRINGS.from_wire),
        "quiet_until_time": OPTIONAL_TIME,
    },
)
_TESTS = RecordCodec(
    AlertTest,
    pb.AlertTest,
    {
        "firings": many(_FIRINGS.to_wire, _FIRINGS.from_wire),
        "greatest_time": OPTIONAL_TIME,
        "since_time": TIME,
        "until_time": TIME,
        "gaps": many(GAPS.to_wire, GAPS.from_wire),
    },
)

alert_rule_to_wire, alert_rule_from_wire = _RULES.to_wire, _RULES.from_wire
alert_firing_to_wire, alert_firing_from_wire = _FIRINGS.to_wire, _FIRINGS.from_wire
alert_state_to_wire, alert_state_from_wire = _STATES.to_wire, _STATES.from_wire
alert_test_to_wire, alert_test_from_wire = _TESTS.to_wire, _TESTS.from_wire
