"""How much of the bytes of a workload was credited to the right process, held against what the processes say."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from netmon.model import Connection, OwnerConfidence, Protocol, UnattributedReason

Ends = tuple[str, str, str]
"""Protocol in lower case, local and remote end."""

_KERNELS_OWN = {UnattributedReason.KERNEL, UnattributedReason.PROTOCOL}

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A connection as a process that used it tells: any of ``pids`` is right; ``start_ticks`` 0: not told."""

    ends: Ends
    pids: frozenset[int]
    moved_bytes: int
    start_ticks: int


@dataclass(slots=True, kw_only=True)
class Score:
    """Bytes by what became of them.

    ``wrong`` holds the rows that name another process for certain; ``guessed`` those that name another and call it
    inferred (who listens, not who serves), or name the right one only beside it, as a further holder.
    """

    right_bytes: int = 0
    wrong_bytes: int = 0
    guessed_bytes: int = 0
    missing_bytes: int = 0
    unnamed_bytes: Counter[UnattributedReason] = field(default_factory=Counter[UnattributedReason])
    methods: Counter[str] = field(default_factory=Counter[str])
    wrong: list[tuple[Used, Connection]] = field(default_factory=list[tuple[Used, Connection]])
    guessed: list[tuple[Used, Connection]] = field(default_factory=list[tuple[Used, Connection]])
    matched: list[tuple[Used, Connection]] = field(default_factory=list[tuple[Used, Connection]])
    used_count: int = 0

    @property
    def all_bytes(self) -> int:
        named_bytes = self.right_bytes + self.wrong_bytes + self.guessed_bytes
        return named_bytes + self.missing_bytes + sum(self.unnamed_bytes.values())

    @property
    def right_percent(self) -> float:
        return 100 * self.right_bytes / self.all_bytes if self.all_bytes else 0.0

    def __str__(self) -> str:
        reasons = ", ".join(f"{reason.name.lower()} {count:,}" for reason, count in self.unnamed_bytes.most_common())
        methods = ", ".join(f"{name} {count}" for name, count in self.methods.most_common())
        return (
            f"{self.right_percent:6.2f} % of {self.all_bytes:,} bytes in {self.used_count} connections; "
            f"wrong {self.wrong_bytes:,}, guessed {self.guessed_bytes:,}, no row {self.missing_bytes:,}, "
            f"unnamed: {reasons or 0}; by {methods or 'nobody'}"
        )


def read_truth(file: Path) -> tuple[list[Used], dict[str, int]]:
    """Give the connections that processes wrote down, in that order, and their further notes."""
    used: list[Used] = []
    notes: dict[str, int] = {}
    for line in file.read_text().splitlines():
        fields = json.loads(line)
        if "pids" not in fields:
            notes.update(fields)
            continue
        used.append(
            Used(
                ends=(fields["protocol"], fields["local"], fields["remote"]),
                pids=frozenset(fields["pids"]),
                moved_bytes=fields["moved"],
                start_ticks=fields["start_ticks"],
            )
        )
    return used, notes


def rows_by_ends(rows: Iterable[Connection]) -> dict[Ends, list[Connection]]:
    """Give rows by their ends, the oldest first.

    What the kernel itself says between two addresses (neighbour discovery, errors, answers) has a row of its own there,
    where pingers are told from it; it comes last.
    """
    found: defaultdict[Ends, list[Connection]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (_is_kernels_own(row), row.facts.start_time)):
        found[row.facts.protocol.name.lower(), str(row.local), str(row.remote)].append(row)
    return dict(found)


def _is_kernels_own(row: Connection) -> bool:
    return row.facts.protocol is Protocol.ICMP and row.facts.unattributed_reason in _KERNELS_OWN


def score(used: Iterable[Used], rows: Iterable[Connection]) -> Score:
    """Hold rows against the truth. The n-th user of a pair of ends is the one of the n-th row with those."""
    made = Score()
    by_ends = rows_by_ends(rows)
    turns: Counter[Ends] = Counter()
    for one in used:
        made.used_count += 1
        candidates = by_ends.get(one.ends, [])
        turn = turns[one.ends]
        turns[one.ends] += 1
        if turn >= len(candidates):
            made.missing_bytes += one.moved_bytes
            continue
        _count(made, one, candidates[turn])
    return made


def _count(made: Score, one: Used, row: Connection) -> None:
    count = row.traffic.sent_bytes + row.traffic.received_bytes
    made.missing_bytes += max(0, one.moved_bytes - count)
    made.matched.append((one, row))
    if row.process is None:
        made.unnamed_bytes[row.facts.unattributed_reason] += count
        return
    made.methods[row.facts.owner_method.name.lower()] += 1
    is_right = row.process.pid in one.pids and (not one.start_ticks or _began_at(row, one.start_ticks))
    if is_right:
        made.right_bytes += count
    elif row.facts.owner_confidence is OwnerConfidence.INFERRED or not one.pids.isdisjoint(_holder_pids(row)):
        made.guessed_bytes += count
        made.guessed.append((one, row))
    else:
        made.wrong_bytes += count
        made.wrong.append((one, row))


def _holder_pids(row: Connection) -> set[int]:
    return {holder.pid for holder in row.facts.holders}


def _began_at(row: Connection, ticks: int) -> bool:
    """Whether the row's process began then, as far as is known: two that had one pid began at different ticks."""
    assert row.process is not None
    told = row.process.id.rpartition("-")[2]
    return row.process.id.startswith("unread-") or told == str(ticks)
