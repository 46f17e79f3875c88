"""Rules and firings as JSON text. Fields that only a newer version knows are left alone."""

import json
from dataclasses import asdict, replace
from typing import Any, Final, cast

from netmon.model import (
    AlertFiring,
    AlertMeasure,
    AlertRule,
    Filter,
    FilterField,
    Network,
    QuietHours,
    Range,
    Term,
    UsageKey,
    UsageSeries,
    UsageSums,
)

_MEASURES: Final = {measure.value: measure for measure in AlertMeasure}
_FIELDS: Final = {field.value: field for field in FilterField}


def rule_to_text(rule: AlertRule) -> str:
    """Give a rule as text."""
    return json.dumps(
        {
            "name": rule.name,
            "filter": [_term_to_record(term) for term in rule.filter.terms],
            "query": rule.query,
            "measure": int(rule.measure),
            "bound": rule.bound,
            "window_seconds": rule.window_seconds,
            "quiet_seconds": rule.quiet_seconds,
            "is_paused": rule.is_paused,
            "muted_until_time": rule.muted_until_time,
            "include_loopback": rule.include_loopback,
            "created_time": rule.created_time,
            "quiet_hours": None if rule.quiet_hours is None else asdict(rule.quiet_hours),
        }
    )


def rule_from_text(text: str) -> AlertRule:
    """Read a rule. Raises ValueError for what is none."""
    record = _record(text)
    return AlertRule(
        name=record["name"],
        filter=Filter(terms=tuple(_term_from_record(term) for term in record["filter"])),
        query=record.get("query", ""),
        measure=_MEASURES.get(record["measure"], AlertMeasure.UNSPECIFIED),
        bound=record["bound"],
        window_seconds=record["window_seconds"],
        quiet_seconds=record.get("quiet_seconds", 0.0),
        is_paused=record.get("is_paused", False),
        muted_until_time=record.get("muted_until_time"),
        include_loopback=record.get("include_loopback", False),
        created_time=record.get("created_time"),
        quiet_hours=_quiet_hours(record.get("quiet_hours")),
    )


def firing_to_text(firing: AlertFiring) -> str:
    """Give a firing as text, without its sequence, which the table has."""
    return json.dumps(
        {
            "name": firing.name,
            "time": firing.time,
            "window_since_time": firing.window_since_time,
            "measure": int(firing.measure),
            "value": firing.value,
            "bound": firing.bound,
            "applications": [
                [series.key.application_id, series.key.application_name, *series.total]
                for series in firing.applications
            ],
        }
    )


def firing_from_text(sequence: int, text: str) -> AlertFiring:
    """Read a firing. Raises ValueError for what is none."""
    record = _record(text)
    firing = AlertFiring(
        sequence=sequence,
        name=record["name"],
        time=record["time"],
        window_since_time=record["window_since_time"],
        measure=_MEASURES.get(record["measure"], AlertMeasure.UNSPECIFIED),
        value=record["value"],
        bound=record["bound"],
    )
    applications = tuple(
        UsageSeries(key=UsageKey(application_id=identity, application_name=name), total=UsageSums(*sums))
        for identity, name, *sums in record.get("applications", ())
    )
    return replace(firing, applications=applications)


def _quiet_hours(record: dict[str, Any] | None) -> QuietHours | None:
    if record is None:  # or a rule from before there were any
        return None
    return QuietHours(
        begin_minute=record["begin_minute"], end_minute=record["end_minute"], time_zone=record.get("time_zone", "")
    )


def _record(text: str) -> dict[str, Any]:
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not a record")  # noqa: TRY004 -- what is wrong is a text of ours
    return cast("dict[str, Any]", record)


def _term_to_record(term: Term) -> dict[str, Any]:
    return {
        "field": int(term.field),
        "negated": term.negated,
        "values": [_value_to_record(each) for each in term.values],
    }


def _value_to_record(value: str | Range | Network) -> dict[str, Any]:
    match value:
        case str():
            return {"pattern": value}
        case Network():
            return {"network": value.text}
        case Range():
            return {
                "minimum": value.minimum,
                "maximum": value.maximum,
                "minimum_excluded": value.minimum_excluded,
                "maximum_excluded": value.maximum_excluded,
            }


def _term_from_record(record: dict[str, Any]) -> Term:
    return Term(
        field=_FIELDS.get(record["field"], FilterField.UNSPECIFIED),
        negated=record["negated"],
        values=tuple(_value_from_record(each) for each in record["values"]),
    )


def _value_from_record(record: dict[str, Any]) -> str | Range | Network:
    if "pattern" in record:
        return str(record["pattern"])
    if "network" in record:
        return Network(text=record["network"])
    return Range(**record)
