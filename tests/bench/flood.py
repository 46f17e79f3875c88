"""500,000 SYNs beside 2,000 real connections: what is kept, what memory grows, and how soon a status is answered."""

from tests.bench.table import Row
from tests.support.flooded import flooded

SYNS = 500_000
FILLING = 20_000
CONNECTIONS = 2_000
MEGABYTE = 1_000_000


def measure() -> list[Row]:
    """Give the rows of the table."""
    slow = flooded(syns=SYNS, filling=FILLING, per_second=15_000, connections=CONNECTIONS)
    quick = flooded(syns=SYNS, filling=FILLING, per_second=100_000, connections=CONNECTIONS)
    rows: list[Row] = []
    for found in (slow, quick):
        name = f"{found.syns:,} SYNs at {found.syns / found.seconds:,.0f} a second"
        rows += [
            (f"{name}: real connections lost of {CONNECTIONS:,}", CONNECTIONS - found.kept, 0, None),
            (f"{name}: memory of the first {FILLING:,} before it (MB)", found.filled_bytes / MEGABYTE, 20, None),
            (f"{name}: memory grown (MB)", found.grown_bytes / MEGABYTE, 20, None),
            (f"{name}: packets neither counted nor told as dropped", abs(found.uncounted_packets), 0, None),
            (f"{name}: dropped, and told (%)", found.dropped_packets / found.syns * 100, None, None),
            (f"{name}: slowest of {found.answers} answers (s)", found.slowest_answer_seconds, None, None),
            (f"{name}: CPU a SYN (µs)", found.cpu_seconds / found.syns * 1e6, None, None),
        ]
    return rows
