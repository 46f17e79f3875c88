"""The model and the contract have the same words, so that neither can run away from the other."""

from dataclasses import fields
from enum import IntEnum
from types import ModuleType
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor

from netmon import model
from netmon.model import enums, history_enums
from netmon.v1 import (
    connection_pb2,
    control_service_pb2,
    event_pb2,
    explanation_pb2,
    filter_pb2,
    history_alert_pb2,
    history_entity_pb2,
    history_pb2,
    history_service_pb2,
    history_storage_pb2,
    ledger_pb2,
    monitor_service_pb2,
    snapshot_pb2,
    status_pb2,
    traffic_pb2,
)

_FILES: tuple[ModuleType, ...] = (
    connection_pb2,
    control_service_pb2,
    event_pb2,
    explanation_pb2,
    filter_pb2,
    history_alert_pb2,
    history_entity_pb2,
    history_pb2,
    history_service_pb2,
    history_storage_pb2,
    ledger_pb2,
    monitor_service_pb2,
    snapshot_pb2,
    status_pb2,
    traffic_pb2,
)

# Message -> the model class of another name.
_OTHER_NAMES = {"FilterTerm": model.Term, "FilterRange": model.Range}

# Messages that no model class stands for, each with its reason.
_WITHOUT_MODEL = {
    "FilterValue": "str, Range or Network",
    "MalformedCount": "a pair in Drops.malformed",
    "Hello": "said once a stream, by the service",
    "Heartbeat": "a sign of life, by the service",
    "EventBatch": "an envelope",
}

# What the wire says in another way: message -> field on the wire -> field of the model; None: none.
_OTHER_FIELDS: dict[str, dict[str, str | None]] = {
    "Connection": {"process_id": "process", "holder_ids": "holders"},
    "Snapshot": {"processes": None},
    "ConnectionOpened": {"processes": None},
    "ConnectionClosed": {"processes": None},
    "ConnectionNamed": {"processes": None},
    "ConnectionReattributed": {"processes": None},
    "Event": dict.fromkeys(
        (
            "opened",
            "closed",
            "named",
            "reattributed",
            "gap",
            "monitoring_changed",
            "statistics_cleared",
            "interface_changed",
        ),
        "kind",
    ),
    "OwnerWay": {
        "last_scan_duration": "last_scan_seconds",
        "scan_interval": "scan_interval_seconds",
        "total_scan_duration": "total_scan_seconds",
    },
    "ProcessCost": {"cpu_time": "cpu_seconds"},
    "StreamLag": {"worst_lag": "worst_lag_seconds"},
    "Status": {
        "uptime": "uptime_seconds",
        "interval": "interval_seconds",
        "cpu_time": "cpu_seconds",
    },
}

_ENUMS: dict[str, EnumDescriptor] = {
    name: enum for file in _FILES for name, enum in file.DESCRIPTOR.enum_types_by_name.items()
}
_MESSAGES: dict[str, Descriptor] = {
    name: message
    for file in _FILES
    for name, message in file.DESCRIPTOR.message_types_by_name.items()
    if not name.endswith(("Request", "Response")) and name not in _WITHOUT_MODEL
}
_MODEL_ENUMS: dict[str, type[IntEnum]] = {
    name: member
    for name, member in (vars(enums) | vars(history_enums)).items()
    if isinstance(member, type) and issubclass(member, IntEnum) and member is not IntEnum
}


def test_the_model_has_the_enumerations_of_the_contract() -> None:
    assert _MODEL_ENUMS.keys() == _ENUMS.keys()


@pytest.mark.parametrize("name", sorted(_ENUMS))
def test_an_enumeration_has_the_words_and_numbers_of_the_contract(name: str) -> None:
    first = _ENUMS[name].values[0].name
    prefix = first.removesuffix("UNSPECIFIED")
    on_the_wire = {value.name.removeprefix(prefix): value.number for value in _ENUMS[name].values}
    assert {member.name: member.value for member in _MODEL_ENUMS[name]} == on_the_wire


@pytest.mark.parametrize("name", sorted(_ENUMS))
def test_numbers_have_no_holes_so_that_tables_can_be_indexed_by_them(name: str) -> None:
    numbers = [value.number for value in _ENUMS[name].values]
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize("name", sorted(_MESSAGES))
def test_a_message_and_its_class_have_the_same_fields(name: str) -> None:
    renamed = _OTHER_FIELDS.get(name, {})
    on_the_wire = {renamed.get(field.name, field.name) for field in _MESSAGES[name].fields} - {None}
    assert _fields_of_model(name) == on_the_wire


def test_every_exception_is_still_needed() -> None:
    known = {name: {field.name for field in message.fields} for name, message in _MESSAGES.items()}
    for name, renamed in _OTHER_FIELDS.items():
        assert renamed.keys() <= known[name]
    all_names = {name for file in _FILES for name in file.DESCRIPTOR.message_types_by_name}
    assert _WITHOUT_MODEL.keys() <= all_names


def _fields_of_model(name: str) -> set[str]:
    if name == "Connection":  # one message, two classes: what seldom changes and what does
        names = _names(model.ConnectionFacts) | _names(model.Connection)
        return names - {"facts"}
    return _names(_OTHER_NAMES.get(name) or getattr(model, name))


def _names(of_class: Any) -> set[str]:  # noqa: ANN401 -- any dataclass or named tuple
    names: tuple[str, ...] = getattr(of_class, "_fields", ())
    return set(names) or {field.name for field in fields(of_class)}
