"""The tables, and how each version of them becomes the next. No value is ever put into a statement."""

from typing import Final

# Version 1. A bucket is its start: in minutes for `usage_minute`, in quarters of an hour for the others. Rows of one
# bucket lie together, so a range is read in one go, and deleted from the front.
_FIRST: Final = (
    "CREATE TABLE note (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID",
    # Names that keys are made of, each once; `kind` is the number of its UsageDimension.
    """CREATE TABLE name (
        id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (kind, value)
    ) STRICT""",
    "CREATE TABLE application (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT",
    # Where a key has no name of a kind its column is 0. Times are minutes.
    """CREATE TABLE key (
        id INTEGER PRIMARY KEY,
        user INTEGER NOT NULL, application INTEGER NOT NULL, remote_host INTEGER NOT NULL, domain INTEGER NOT NULL,
        protocol INTEGER NOT NULL, scope INTEGER NOT NULL, interface INTEGER NOT NULL, is_folded INTEGER NOT NULL,
        first_minute INTEGER NOT NULL, last_minute INTEGER NOT NULL,
        UNIQUE (application, remote_host, domain, protocol, scope, interface, user, is_folded)
    ) STRICT""",
    *(
        f"""CREATE TABLE {table} (
            bucket INTEGER NOT NULL, key INTEGER NOT NULL,
            sent_bytes INTEGER NOT NULL, received_bytes INTEGER NOT NULL,
            packet_count INTEGER NOT NULL, connection_count INTEGER NOT NULL,
            PRIMARY KEY (bucket, key)
        ) STRICT, WITHOUT ROWID"""
        for table in ("usage_minute", "usage_quarter", "usage_day", "usage_month")
    ),
    """CREATE TABLE gap (
        since REAL NOT NULL, kind INTEGER NOT NULL, until REAL, dropped_packets INTEGER NOT NULL,
        PRIMARY KEY (since, kind)
    ) STRICT, WITHOUT ROWID""",
    # Rules and firings are read whole and seldom: each is one JSON text (netmon_recorder.store.alert_records).
    "CREATE TABLE alert_rule (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE alert_firing (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, record TEXT NOT NULL
    ) STRICT""",
)

# Version 2. Raw seconds: a bucket is a Unix second. Numbers of processes below 1 are no rows of `process`
# (netmon_recorder.store.seconds). `last_second`: the newest bucket that is of it, so that it can go after that one.
_SECONDS: Final = (
    """CREATE TABLE process (
        id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, start_time REAL NOT NULL, name TEXT NOT NULL,
        last_second INTEGER NOT NULL, UNIQUE (pid, start_time, name)
    ) STRICT""",
    """CREATE TABLE usage_second (
        bucket INTEGER NOT NULL, key INTEGER NOT NULL, process INTEGER NOT NULL,
        sent_bytes INTEGER NOT NULL, received_bytes INTEGER NOT NULL,
        packet_count INTEGER NOT NULL, connection_count INTEGER NOT NULL,
        PRIMARY KEY (bucket, key, process)
    ) STRICT, WITHOUT ROWID""",
)

# Version 3. Whose a name of a user is: the numbers that it was seen with, and the domains that processes of that user
# and number asked for themselves; 0: none. Both are numbers of `name` (netmon_recorder.store.veil).
_ASKED: Final = (
    """CREATE TABLE asked (
        user INTEGER NOT NULL, uid INTEGER NOT NULL, domain INTEGER NOT NULL, PRIMARY KEY (user, uid, domain)
    ) STRICT, WITHOUT ROWID""",
)

# Version 4. The seconds of each process by minute: three hours by process are then a sixtieth of the rows.
_PROCESS_MINUTES: Final = (
    """CREATE TABLE usage_process (
        bucket INTEGER NOT NULL, key INTEGER NOT NULL, process INTEGER NOT NULL,
        sent_bytes INTEGER NOT NULL, received_bytes INTEGER NOT NULL,
        packet_count INTEGER NOT NULL, connection_count INTEGER NOT NULL,
        PRIMARY KEY (bucket, key, process)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO usage_process SELECT bucket / 60 AS minute, key, process, sum(sent_bytes), sum(received_bytes),
        sum(packet_count), sum(connection_count) FROM usage_second GROUP BY minute, key, process""",
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _SECONDS, _ASKED, _PROCESS_MINUTES)
"""Statements that lead from version i to i + 1."""
