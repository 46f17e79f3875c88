"""Owners of single connections as a recording holds them: by ends and start, since ids are new each run."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.capture import json_fields as take
from netmon_collector.capture.json_fields import Json
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question

__all__ = ["ToldOwner", "ToldOwners", "decode_owner", "encode_owner", "told_owners"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOwner:
    """What was answered for one connection: see ``core.questions.Answer``. ``start_time``: Unix seconds."""

    key: FlowKey
    start_time: float
    process_id: str
    method: OwnerMethod
    confidence: OwnerConfidence
    holder_ids: tuple[str, ...] = ()
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOwners:
    """What was answered at one time, and the processes that it names."""

    rows: tuple[ToldOwner, ...]
    processes: tuple[Process, ...]


def told_owners(questions: Iterable[Question], answers: Iterable[Answer], processes: tuple[Process, ...]) -> ToldOwners:
    """Give what a recording keeps of ``answers``; each must answer one of ``questions``."""
    asked = {question.id: question for question in questions}
    rows = (
        ToldOwner(
            key=asked[answer.id].key,
            start_time=asked[answer.id].start_time,
            process_id=answer.process_id,
            method=answer.method,
            confidence=answer.confidence,
            holder_ids=answer.holder_ids,
            is_final=answer.is_final,
        )
        for answer in answers
    )
    return ToldOwners(rows=tuple(rows), processes=processes)


def encode_owner(row: ToldOwner) -> Json:
    """Give the fields of a row; those that hold their default are left out."""
    key = row.key
    values: dict[str, object] = {
        "protocol": key.protocol.name.lower(),
        "ip_protocol": key.ip_protocol,
        "local_address": str(ip_address(key.local_address)),
        "remote_address": str(ip_address(key.remote_address)),
        "start_time": row.start_time,
        "process_id": row.process_id,
        "method": row.method.name.lower(),
        "confidence": row.confidence.name.lower(),
    }
    if key.local_port != NO_PORT:
        values["local_port"] = key.local_port
    if key.remote_port != NO_PORT:
        values["remote_port"] = key.remote_port
    if row.holder_ids:
        values["holder_ids"] = list(row.holder_ids)
    if row.is_final:
        values["is_final"] = True
    return values


def decode_owner(entry: Json) -> ToldOwner:
    """Read a row. ``ValueError`` for everything that ``encode_owner`` would not have written."""
    key = FlowKey(
        take.member(Protocol, take.text(entry, "protocol")),
        take.integer(entry, "ip_protocol", maximum=0xFF),
        take.address(entry, "local_address"),
        _port(entry, "local_port"),
        take.address(entry, "remote_address"),
        _port(entry, "remote_port"),
    )
    return ToldOwner(
        key=key,
        start_time=take.number(entry, "start_time"),
        process_id=take.text(entry, "process_id"),
        method=take.member(OwnerMethod, take.text(entry, "method")),
        confidence=take.member(OwnerConfidence, take.text(entry, "confidence")),
        holder_ids=take.texts(entry, "holder_ids"),
        is_final="is_final" in entry and take.boolean(entry, "is_final"),
    )


def _port(entry: Json, name: str) -> int:
    return take.integer(entry, name, maximum=0xFFFF) if name in entry else NO_PORT
