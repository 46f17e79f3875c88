"""Seconds held against the minutes that they are parts of, as recorded and as stored."""

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from netmon.model import RetentionPolicy, UsageKey, UsageRow, UsageSums
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store

SECONDS = RetentionPolicy(second_seconds=10 * 366 * 86_400)

_SECONDS = (
    "SELECT bucket / 60, key, sum(sent_bytes), sum(received_bytes), sum(packet_count), sum(connection_count)"
    " FROM usage_second GROUP BY 1, 2 ORDER BY 1, 2"
)
_MINUTES = (
    "SELECT bucket, key, sent_bytes, received_bytes, packet_count, connection_count FROM usage_minute ORDER BY 1, 2"
)


_OF_PROCESSES = (
    "SELECT bucket / 60, key, process, sum(sent_bytes), sum(received_bytes), sum(packet_count), sum(connection_count)"
    " FROM usage_second GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


def seconds_by_minute(rows: Iterable[UsageRow]) -> dict[tuple[int, UsageKey], UsageSums]:
    """Give the sums by minute and key, without the process."""
    found: defaultdict[tuple[int, UsageKey], UsageSums] = defaultdict(UsageSums)
    for row in rows:
        key = row.key._replace(pid=0, process_name="", process_start_time=None)
        place = (int(row.start_time // 60), key)
        found[place] = found[place].plus(row.sums)
    return dict(found)


def assert_stored_seconds_are_the_minutes(batches: Iterable[UsageBatch]) -> None:
    """Keep batches in a real store, and hold its seconds against its minutes, key by key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        store = open_store(path, policy=SECONDS, now=0.0)
        for batch in batches:
            store.append(batch)
        store.close()
        seconds, minutes = stored(path)
    assert seconds == minutes


def stored(path: Path) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Give the stored seconds summed by minute and key, and the stored minutes; look at those of processes too."""
    with closing(sqlite3.connect(path)) as connection:
        of_processes = connection.execute("SELECT * FROM usage_process ORDER BY 1, 2, 3").fetchall()
        assert of_processes == connection.execute(_OF_PROCESSES).fetchall()
        seconds = connection.execute(_SECONDS)
        minutes = connection.execute(_MINUTES)
        return seconds.fetchall(), minutes.fetchall()
