"""JSON documents of one answer as commands write them; see `netmon_client.documents`."""

import codecs
import json
import sys
from typing import Any

from netmon.model import Snapshot
from netmon_client.documents import document
from netmon_client.documents import line as line_of
from netmon_client.printable import json_ascii, json_visible

__all__ = ["document", "line", "pretty", "readable", "snapshot_fields"]


def snapshot_fields(snapshot: Snapshot) -> dict[str, Any]:
    """Give a snapshot as an object, the fields of the contract, envelope included."""
    from netmon_client.lines import to_lines  # noqa: PLC0415 -- 10 ms that no table need pay

    fields: dict[str, Any] = json.loads(to_lines(snapshot)[0])
    return fields


def line(value: dict[str, Any]) -> str:
    """Give a document on one line, without its end."""
    return readable(line_of(value))


def pretty(value: dict[str, Any]) -> str:
    """Give a document on several lines."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return readable("\n".join(map(json_visible, text.split("\n"))))


def readable(text: str) -> str:
    """Give JSON as any reader takes it: UTF-8 (RFC 8259, 8.1), or ASCII where standard output has another encoding."""
    is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    return text if is_utf8 else json_ascii(text)
