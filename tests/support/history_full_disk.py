"""``python -m tests.support.history_full_disk FOLDER``: a history on a disk of 4 MB, filled, cleaned and written on."""

import itertools
import sys
from pathlib import Path

from netmon.model import BucketSize, CleanupSelection, UsageQuery
from netmon_recorder.store import StorageFull
from netmon_recorder.store.sqlite import SqliteStore, open_store
from tests.support.history_stage import NOON, keep, row


def main() -> None:
    """Say each step that went as it must."""
    path = Path(sys.argv[1]) / "history.db"
    store = open_store(path, now=NOON, reserve_bytes=0, ballast_bytes=1024 * 1024)
    kept = fill(store)
    say("full")
    # Everything but the last minutes goes: with the ballast given up that works on the full disk.
    *_, last = store.cleanup(CleanupSelection(older_than_time=NOON + (kept - 20) * 60), NOON + kept * 60)
    if last.is_done and last.deleted_row_count:
        say("cleaned")
    for minute in range(kept, kept + 10):
        keep(store, row(NOON + minute * 60))
    say("goes-on")
    store.close()
    store = open_store(path, now=NOON, reserve_bytes=0)
    now = NOON + (kept + 10) * 60
    query = UsageQuery(since_time=NOON + kept * 60, until_time=now, bucket=BucketSize.MINUTE)
    if store.usage(query, now).total.received_bytes == 10 * 1000 and not store.status(now).degraded:
        say("whole")
    store.close()


def fill(store: SqliteStore) -> int:
    """Keep minutes until the disk is full; give how many were taken."""
    for minute in itertools.count():
        try:
            keep(store, *(row(NOON + minute * 60, domain=f"{minute}-{each}.example") for each in range(90)))
        except StorageFull:
            return minute
    raise AssertionError


def say(word: str) -> None:
    """Tell one step."""
    sys.stdout.write(f"{word}\n")


if __name__ == "__main__":
    main()
