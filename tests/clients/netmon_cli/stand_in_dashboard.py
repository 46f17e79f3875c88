"""A program in the dashboard's place: prints a link, writes what it was started with, and waits for SIGTERM.

python stand_in_dashboard.py [--code N] [--silent] --socket PATH
"""

import os
import signal
import sys


def main(words: list[str]) -> int:
    # Held back until it is waited for: a handler that sets an event may come while that event's lock is held.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if "--code" in words:
        sys.stderr.write("2026-01-01 00:00:00,000 INFO starting\nnetmon-dashboard: something is wrong\n")
        return int(words[words.index("--code") + 1])
    if "--silent" not in words:
        sys.stderr.write("note       port 8501 is busy, so the dashboard is on 8502\n")
        sys.stdout.write(f"dashboard  http://127.0.0.1:8502/?token=secret-of-{os.getpid()}\n")
        sys.stdout.flush()
    sys.stderr.write(f"socket {words[words.index('--socket') + 1]}\n")
    signal.sigtimedwait({signal.SIGTERM}, 60)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
