"""A program in the collector's place: serves on the socket that it is given, until SIGTERM, or ends with a code.

python stand_in_collector.py [--code N] [--silent] [...] --socket PATH
"""

import os
import signal
import sys
from dataclasses import replace

from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS


def main(words: list[str]) -> int:
    if "--code" in words:
        sys.stderr.write("2026-01-01 00:00:00,000 INFO starting\nnetmon-collector: something is wrong\n")
        return int(words[words.index("--code") + 1])
    # Held back until it is waited for: a handler that sets an event may come while that event's lock is held.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if "--silent" in words:
        signal.sigtimedwait({signal.SIGTERM}, 60)
        return 0
    socket = words[words.index("--socket") + 1]
    if "--read" in words:
        sys.stderr.write(f"netmon-collector: plays {words[words.index('--read') + 1]}\n")
    with FakeCollector(snapshots=[SNAPSHOT], status=replace(STATUS, pids=(os.getpid(),)), socket=socket):
        sys.stderr.write("2026-01-01 00:00:00,000 WARNING eth1 went down\n")
        sys.stderr.flush()
        signal.sigtimedwait({signal.SIGTERM}, 60)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
