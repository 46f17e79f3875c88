"""What a machine on paper shows of one other end, and listings that come after all that was captured."""

from netmon.model import Connection, Process, Snapshot
from netmon_collector.core.sockets import SocketRow
from tests.support.wire import PEER, Machine

WEB = (PEER, 443)


def rows_to(snapshot: Snapshot, remote: tuple[bytes, int] = WEB) -> list[Connection]:
    """Give the rows whose other end is ``remote``, oldest first."""
    wanted = f"{'.'.join(map(str, remote[0]))}:{remote[1]}"
    found = [row for row in snapshot.connections if str(row.remote) == wanted]
    return sorted(found, key=lambda row: int(row.id[1:], 16))


def only_row(snapshot: Snapshot) -> Connection:
    (row,) = rows_to(snapshot)
    return row


def list_later(machine: Machine, *rows: SocketRow, processes: tuple[Process, ...] = (), sees_all: bool = True) -> None:
    """Hand over a listing that began after all that was captured."""
    machine.now += 0.5
    machine.list_sockets(*rows, processes=processes, sees_all=sees_all)
