"""``python -m tests.support.history_writer FILE START``: keeps batches until it is killed, and says which were taken.

Each batch is a minute with 20 rows of 1,000 received bytes, and its number as the checkpoint.
"""

import sys
from pathlib import Path

from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.support.history_stage import NOON, row

ROWS_A_BATCH = 20


def main() -> None:
    """Write for ever."""
    path, number = Path(sys.argv[1]), int(sys.argv[2])
    store = open_store(path, now=NOON)
    while True:
        minute = NOON + number * 60
        rows = tuple(row(minute, domain=f"{each}.example") for each in range(ROWS_A_BATCH))
        store.append(UsageBatch(until_time=minute + 60, rows=rows, checkpoint=b"%d" % number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main()
