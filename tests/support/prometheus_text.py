"""Reads Prometheus' text format 0.0.4, and refuses what promtool would: names, types, order, escapes, doubles."""

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")
_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


@dataclass(slots=True, kw_only=True)
class Read:
    """One metric as it was read."""

    kind: str
    help: str
    series: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict[tuple[tuple[str, str], ...], float])


def read_metrics(text: str) -> dict[str, Read]:
    """Give the metrics by name. ``ValueError``: a scraper or promtool would refuse it, or warn."""
    if not text.endswith("\n"):
        raise ValueError("no line feed at the end")
    found: dict[str, Read] = {}
    helps: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, _, words = line.removeprefix("# HELP ").partition(" ")
            if name in helps or not words or not _NAME.match(name):
                raise ValueError(f"help: {line}")
            helps[name] = words
        elif line.startswith("# TYPE "):
            name, _, kind = line.removeprefix("# TYPE ").partition(" ")
            if name in found or name not in helps or kind not in {"counter", "gauge"}:
                raise ValueError(f"type: {line}")
            if (kind == "counter") != name.endswith("_total"):
                raise ValueError(f"a counter ends in _total, and nothing else: {name}")
            found[name] = Read(kind=kind, help=helps[name])
            current = name
        else:
            _read_sample(line, current, found)
    return found


def _read_sample(line: str, current: str, found: dict[str, Read]) -> None:
    sample = _SAMPLE.match(line)
    if sample is None or sample[1] != current:
        raise ValueError(f"sample: {line}")
    inside = sample[2] or ""
    pairs = _LABEL.findall(inside)
    if "".join(match[0] for match in _LABEL.finditer(inside)) != inside:
        raise ValueError(f"labels: {line}")
    key = tuple(sorted(pairs))
    if key in found[current].series:
        raise ValueError(f"twice: {line}")
    found[current].series[key] = float(sample[3])
