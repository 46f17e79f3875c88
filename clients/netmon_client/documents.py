"""JSON documents of one answer, in the envelope that stream lines have."""

import json
from typing import Any, Final

from netmon_client.printable import json_visible

__all__ = ["document", "line"]

_ENVELOPE: Final = ("schema", "type")


def document(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Put fields into the envelope; ``kind`` becomes the ``type``."""
    from netmon_client.lines import SCHEMA  # noqa: PLC0415 -- 10 ms that no table need pay

    return {"schema": SCHEMA, "type": kind, **{key: value for key, value in fields.items() if key not in _ENVELOPE}}


def line(value: dict[str, Any]) -> str:
    """Give a document on one line, without its end."""
    return json_visible(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
