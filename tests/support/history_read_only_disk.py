"""``python -m tests.support.history_read_only_disk FOLDER DISK``: a history on a disk that fails while it is open."""

import sys
from pathlib import Path

from netmon.model import BucketSize, StorageState, UsageQuery
from netmon_recorder.store import StorageError, StorageFull
from netmon_recorder.store.sqlite import open_store
from tests.support.history_full_disk import say
from tests.support.history_stage import NOON, keep, row


def main() -> None:
    """Say each step that went as it must."""
    folder, disk = Path(sys.argv[1]), Path(sys.argv[2])
    store = open_store(folder / "history.db", now=NOON, reserve_bytes=0, ballast_bytes=4096)
    keep(store, row(NOON))
    say("kept")
    # An error of the file system, after which Linux lets it only be read.
    Path("/sys/fs/ext4", disk.name, "trigger_fs_error").write_text("a test", encoding="ascii")
    query = UsageQuery(since_time=NOON, until_time=NOON + 60, bucket=BucketSize.MINUTE)
    for is_broken in (False, True):
        store._connections.is_broken = is_broken  # as what SQLite cannot open leaves it: a read of it still can
        try:
            keep(store, row(NOON + 60))
        except StorageFull:
            say("called-full")
        except StorageError as error:
            say("refused" if "can only be read" in str(error) else "unexplained")
        if store.usage(query, NOON + 100).total.received_bytes == 1000:
            say("read")
        if store.status(NOON).state is StorageState.FAILED:
            say("told")


if __name__ == "__main__":
    main()
