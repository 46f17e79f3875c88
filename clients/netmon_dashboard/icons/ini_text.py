"""The text format that desktop entries, themes and toolkits' settings have in common: groups of ``key=value`` lines.

Desktop Entry Specification, "Basic format of the file". configparser is not used: it raises on what real files hold
(keys twice, lines without a value) and joins lines that the format does not join.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["read_groups"]

_MOST_LINES: Final = 20_000


def read_groups(content: bytes) -> Mapping[str, Mapping[str, str]]:
    """Give group → key → value, as written; the first of equal keys counts. Takes any bytes.

    A key with a language (``Name[de]``) keeps its brackets. Lines that are neither group, key nor comment are skipped.
    """
    groups: dict[str, dict[str, str]] = {}
    group: dict[str, str] | None = None
    for line in content.decode("utf-8", errors="replace").split("\n", _MOST_LINES)[:_MOST_LINES]:
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            group = groups.setdefault(text[1:-1], {})
        elif group is not None and not text.startswith("#"):
            key, equals, value = text.partition("=")
            if equals:
                group.setdefault(key.rstrip(), value.lstrip())
    return groups
