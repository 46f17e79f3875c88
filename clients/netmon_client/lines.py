"""The stream as JSON lines, for scripts and for saved files: one object a line, schema ``netmon.v1``.

    {"schema": "netmon.v1", "type": "hello|snapshot|event|gap|end", "sequence": ..., ...}

The other fields are those of the contract (see `netmon_client.wire_json` for how values are written). Unknown fields
and types are to be ignored; a break would be a new schema. The ``sequence`` of a gap is the last that is missing.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from google.protobuf.message import Message

from netmon.codec import (
    application_to_wire,
    event_from_wire,
    event_to_wire,
    explanation_to_wire,
    gap_from_wire,
    gap_to_wire,
    interface_ledger_to_wire,
    process_to_wire,
    rows_to_wire,
    snapshot_from_wire,
    snapshot_to_wire,
    status_to_wire,
)
from netmon.model import Application, Connection, Event, Explanation, Gap, InterfaceLedger, Process, Snapshot, Status
from netmon.v1 import event_pb2, monitor_service_pb2, snapshot_pb2
from netmon_client.feed import End, FeedItem, Hello
from netmon_client.greetings import hello_from_wire, hello_to_wire
from netmon_client.rows import flat_row
from netmon_client.times import format_time
from netmon_client.wire_json import message_to_object, object_to_message

__all__ = ["SCHEMA", "LineError", "as_object", "flat_row", "format_time", "from_lines", "read_lines", "to_lines"]

SCHEMA: Final = "netmon.v1"


class LineError(ValueError):
    """A saved line that cannot be read; ``line_number`` counts from 1."""

    def __init__(self, line_number: int, why: str) -> None:
        super().__init__(f"line {line_number}: {why}")
        self.line_number = line_number


def to_lines(item: FeedItem) -> list[str]:
    """Give the lines of an item, without their ends.

    None for what is talk and not data: heartbeats, and what happens to the connection (a hello follows a reconnect).
    """
    match item:
        case Hello():
            return [_line("hello", item.sequence, message_to_object(hello_to_wire(item)))]
        case Snapshot():
            return [_line("snapshot", item.sequence, message_to_object(snapshot_to_wire(item)))]
        case Event():
            return [_line("event", item.sequence, message_to_object(event_to_wire(item)))]
        case Gap():
            return [_line("gap", item.last_sequence, message_to_object(gap_to_wire(item)))]
        case End():
            return [_line("end", item.sequence, {"reason": item.reason})]
        case _:
            return []


def from_lines(lines: Iterable[str]) -> Iterator[FeedItem]:
    """Read items back, empty lines and unknown types left out. Raise `LineError`."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = _item(json.loads(line))
        except (ValueError, RecursionError) as error:  # json.JSONDecodeError is one; json goes into what is nested
            raise LineError(number, str(error)) from None
        if item is not None:
            yield item


read_lines = from_lines
"""The feed of a saved file: an open text file is its lines."""


Value = Status | Snapshot | Connection | Application | Process | Event | Gap | Hello | Explanation | InterfaceLedger


def as_object(value: Value) -> dict[str, Any]:
    """Give the JSON object of one value, without the envelope."""
    return message_to_object(_to_wire(value))


def _to_wire(value: Value) -> Message:  # noqa: C901, PLR0911 -- one line a kind
    match value:
        case Status():
            return status_to_wire(value)
        case Snapshot():
            return snapshot_to_wire(value)
        case Connection():
            (row,), _ = rows_to_wire((value,))
            return row
        case Application():
            return application_to_wire(value)
        case Process():
            return process_to_wire(value)
        case Event():
            return event_to_wire(value)
        case Gap():
            return gap_to_wire(value)
        case Hello():
            return hello_to_wire(value)
        case Explanation():
            return explanation_to_wire(value)
        case InterfaceLedger():
            return interface_ledger_to_wire(value)


def _line(kind: str, sequence: int, fields: dict[str, Any]) -> str:
    envelope = {"schema": SCHEMA, "type": kind, "sequence": sequence}
    return json.dumps({**envelope, **fields}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _item(read: object) -> FeedItem | None:
    if not isinstance(read, dict):
        raise ValueError("no object")  # noqa: TRY004 -- a line of a file, not a wrong argument
    fields = cast("dict[str, Any]", read)
    if fields.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    match fields.get("type"):
        case "hello":
            hello = monitor_service_pb2.Hello()
            object_to_message(fields, hello)
            return hello_from_wire(hello)
        case "snapshot":
            snapshot = snapshot_pb2.Snapshot()
            object_to_message(fields, snapshot)
            return snapshot_from_wire(snapshot)
        case "event":
            event = event_pb2.Event()
            object_to_message(fields, event)
            return None if event.WhichOneof("kind") is None else event_from_wire(event)
        case "gap":
            gap = snapshot_pb2.Gap()
            object_to_message(fields, gap)
            return gap_from_wire(gap)
        case "end":
            sequence = fields.get("sequence") or 0
            if not isinstance(sequence, int):
                raise ValueError("sequence: no whole number")  # noqa: TRY004 -- as above
            return End(reason=str(fields.get("reason") or ""), sequence=sequence)
        case _:
            return None
