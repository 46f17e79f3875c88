"""What of history a user may see who may not see all: their own rows, all others' as one sum, so that it balances.

The tables of keys, names, applications and processes are covered by views of the same names, on a connection that is
for such users alone (SQLite looks for a name among temporary ones first: its manual, "CREATE VIEW"). So every question
is answered by the same statements, and none of them can see behind the views: not a filter, an order, a limit or a
count. Two things the statements themselves must not do, since numbers are given to names once for all users: count a
table, and give rows in the order of their numbers, which tells what history knew before.

A row is somebody's own if its user has their name and their number, and no other number ever had that name. Of it they
are not told a domain that only others asked for: it looks like one without a domain. Rows of others have no
application, host, domain and process of their own, only the one that is called "(other users)"; scope and interface
stay, since the collector tells their totals to everybody. What nobody owns stays apart, without hosts and domains.
"""

import sqlite3
from typing import Final

from netmon.model import OTHER_USERS_ID, UsageDimension
from netmon_recorder.store.port import Onlooker
from netmon_recorder.store.seconds import OTHERS_NAME, OTHERS_PROCESS

_OTHERS: Final = -1
"""Number of their application, user, host and domain: none of a table's."""

_OWN: Final = "k.user IN (SELECT o.user FROM own o)"
_NOBODYS: Final = "(k.user = 0 AND k.application = 0)"
_ASKED: Final = (
    "EXISTS (SELECT 1 FROM own o CROSS JOIN main.asked a"
    " ON a.user = o.user AND a.uid = o.uid AND a.domain = k.domain WHERE o.user = k.user)"
)
_VIEWS: Final = (
    "CREATE TEMP TABLE own (user INTEGER PRIMARY KEY, uid INTEGER NOT NULL) STRICT",
    f"""CREATE TEMP VIEW key AS SELECT k.id,
        CASE WHEN {_OWN} THEN k.user WHEN {_NOBODYS} THEN 0 ELSE {_OTHERS} END AS user,
        CASE WHEN {_OWN} THEN k.application WHEN {_NOBODYS} THEN 0 ELSE {_OTHERS} END AS application,
        CASE WHEN {_OWN} THEN k.remote_host ELSE {_OTHERS} END AS remote_host,
        CASE WHEN NOT {_OWN} THEN {_OTHERS} WHEN {_ASKED} THEN k.domain ELSE 0 END AS domain,
        CASE WHEN {_OWN} THEN k.protocol ELSE 0 END AS protocol,
        k.scope, k.interface,
        CASE WHEN {_OWN} OR {_NOBODYS} THEN k.is_folded ELSE 0 END AS is_folded,
        k.first_minute, k.last_minute
    FROM main.key k""",  # noqa: S608 -- words and numbers of ours
    f"""CREATE TEMP VIEW name AS SELECT id, kind, value FROM main.name
        UNION ALL SELECT {_OTHERS}, 0, '{OTHERS_NAME}'""",  # noqa: S608 -- words and numbers of ours
    f"""CREATE TEMP VIEW application AS SELECT a.id, a.identity, a.name FROM main.application a
        WHERE EXISTS (SELECT 1 FROM main.key k WHERE k.application = a.id AND {_OWN})
        UNION ALL SELECT {_OTHERS}, '{OTHER_USERS_ID}', '{OTHERS_NAME}'""",  # noqa: S608 -- words and numbers of ours
    *(
        f"""CREATE TEMP VIEW {table} AS SELECT u.bucket, u.key,
        CASE WHEN u.process = 0 OR EXISTS (SELECT 1 FROM main.key k WHERE k.id = u.key AND {_OWN})
            THEN u.process ELSE {OTHERS_PROCESS} END AS process,
        u.sent_bytes, u.received_bytes, u.packet_count, u.connection_count
        FROM main.{table} u"""  # noqa: S608 -- words and numbers of ours
        for table in ("usage_second", "usage_process")
    ),
)


def draw(connection: sqlite3.Connection) -> None:
    """Cover the tables of a connection, for as long as it is open."""
    for statement in _VIEWS:
        connection.execute(statement)


def show(connection: sqlite3.Connection, onlooker: Onlooker) -> None:
    """Let a covered connection show what is this user's, inside a transaction."""
    connection.execute("DELETE FROM own")
    connection.execute(
        "INSERT INTO own (user, uid) SELECT n.id, ?1 FROM main.name n WHERE n.kind = ?2 AND n.value = ?3"
        " AND EXISTS (SELECT 1 FROM main.asked a WHERE a.user = n.id AND a.uid = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM main.asked a WHERE a.user = n.id AND a.uid <> ?1)",
        (onlooker.uid, int(UsageDimension.USER), onlooker.user),
    )
