"""JSON documents of one answer, in the envelope that stream lines have."""

import json
from typing import Any

from netmon.model import Snapshot
from netmon_cli.render.text import json_visible

__all__ = ["document", "line", "pretty", "snapshot_fields"]


def document(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Put fields into the envelope; ``kind`` becomes the ``type``."""
    from netmon_client.lines import SCHEMA  # noqa: PLC0415 -- 10 ms that no table need pay; so below

    return {"schema": SCHEMA, "type": kind, **{key: value for key, value in fields.items() if key not in _ENVELOPE}}


def snapshot_fields(snapshot: Snapshot) -> dict[str, Any]:
    """Give a snapshot as an object, the fields of the contract, envelope included."""
    from netmon_client.lines import to_lines  # noqa: PLC0415 -- as above

    fields: dict[str, Any] = json.loads(to_lines(snapshot)[0])
    return fields


def pretty(value: dict[str, Any]) -> str:
    """Give a document on several lines."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return "\n".join(map(json_visible, text.split("\n")))


def line(value: dict[str, Any]) -> str:
    """Give a document on one line."""
    return json_visible(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


_ENVELOPE = ("schema", "type")
