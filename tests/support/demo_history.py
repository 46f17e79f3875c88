"""A month of history for pictures: what the demo recording shows now, as if it had gone on like that for 30 days."""

import math
import random
from pathlib import Path

from netmon.model import HistoryGap, HistoryGapKind, Protocol, Scope, Snapshot, UsageKey, UsageRow, UsageSums
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store

DAYS = 30
_HOUR = 3600
_DAY = 86_400
_DAY_HOURS = range(7, 24)
_OFF_DAY = 11


def write_demo_month(path: Path, snapshot: Snapshot, now: float) -> None:
    """Keep 30 days that end now: busy days, quiet nights, one day on which the recorder did not run."""
    chosen = random.Random(11)
    shares = _shares(snapshot)
    begin = now // _HOUR * _HOUR - DAYS * _DAY
    store = open_store(path, now=now)
    try:
        for hour in range(DAYS * 24 + 1):
            start = begin + hour * _HOUR
            if hour // 24 == _OFF_DAY:
                continue
            gaps = ()
            if hour == (_OFF_DAY + 1) * 24:
                gaps = (HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=start - _DAY, until_time=start),)
            awake = _wakefulness(int(start // _HOUR % 24))
            rows = [
                UsageRow(start, key, _sums(chosen, weight * awake))
                for key, weight in shares
                if chosen.random() < 0.25 + 0.6 * awake
            ]
            store.append(UsageBatch(until_time=min(now, start + _HOUR), rows=tuple(rows), gaps=gaps))
    finally:
        store.close()


def _shares(snapshot: Snapshot) -> list[tuple[UsageKey, float]]:
    """Give who talks to whom in the recording, and how much; by the cube root, so that no bar hides all others."""
    moved: dict[UsageKey, int] = {}
    for row in snapshot.connections:
        facts = row.facts
        if not facts.application_id or facts.scope is Scope.LOOPBACK:
            continue
        key = UsageKey(
            user=facts.process.user if facts.process else "",
            application_id=facts.application_id,
            application_name=facts.application_name,
            remote_host="" if facts.remote is None else facts.remote.address,
            domain=facts.domain,
            protocol=facts.protocol or Protocol.TCP,
            scope=facts.scope,
            interface=facts.interface,
        )
        moved[key] = moved.get(key, 0) + row.traffic.sent_bytes + row.traffic.received_bytes
    return [(key, (1 + total) ** (1 / 3)) for key, total in moved.items()]


def _wakefulness(hour: int) -> float:
    if hour not in _DAY_HOURS:
        return 0.05
    return 0.35 + 0.65 * math.sin(math.pi * (hour - _DAY_HOURS.start) / len(_DAY_HOURS))


def _sums(chosen: random.Random, weight: float) -> UsageSums:
    received = int(weight * 120_000 * chosen.lognormvariate(0, 0.7))
    return UsageSums(received // 9, received, received // 900 + 1, 1)
