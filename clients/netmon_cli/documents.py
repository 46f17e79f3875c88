"""JSON documents of one answer as commands write them; see `netmon_client.documents`."""

import json
from typing import Any

from netmon.model import Snapshot
from netmon_client.documents import document, line
from netmon_client.printable import json_visible

__all__ = ["document", "line", "pretty", "snapshot_fields"]


def snapshot_fields(snapshot: Snapshot) -> dict[str, Any]:
    """Give a snapshot as an object, the fields of the contract, envelope included."""
    from netmon_client.lines import to_lines  # noqa: PLC0415 -- 10 ms that no table need pay

    fields: dict[str, Any] = json.loads(to_lines(snapshot)[0])
    return fields


def pretty(value: dict[str, Any]) -> str:
    """Give a document on several lines."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return "\n".join(map(json_visible, text.split("\n")))
