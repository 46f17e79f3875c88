"""The samples keep the sums that a collector keeps."""

from netmon.codec import snapshot_from_wire, snapshot_to_wire, status_from_wire, status_to_wire
from netmon.model import ConnectionState, Scope
from netmon_client.aggregate import sum_traffic
from netmon_client.testing import a_connection, a_process, a_snapshot, a_status

FIREFOX = a_process()
SNAPSHOT = a_snapshot(
    [
        a_connection("1", process=FIREFOX),
        a_connection("2", process=FIREFOX, scope=Scope.LOOPBACK, interface="lo"),
        a_connection("3"),
        a_connection("4", process=FIREFOX, remote=None, state=ConnectionState.LISTEN, sent=0, received=0),
        a_connection("5", process=FIREFOX, end_time=1_700_000_019.0),
    ]
)


def test_rows_and_unattributed_equal_the_totals() -> None:
    owned = [row.traffic for row in SNAPSHOT.connections if row.is_owned]
    unattributed = [each.traffic for each in SNAPSHOT.unattributed]
    assert sum_traffic([*owned, *unattributed]) == SNAPSHOT.totals
    assert sum_traffic([*(each.traffic for each in SNAPSHOT.applications), *unattributed]) == SNAPSHOT.totals
    assert sum_traffic(each.traffic for each in SNAPSHOT.scopes) == SNAPSHOT.totals
    assert sum_traffic(each.traffic for each in SNAPSHOT.interfaces) == SNAPSHOT.totals


def test_counts_fit_the_rows() -> None:
    (firefox,) = SNAPSHOT.applications
    assert (SNAPSHOT.active_connection_count, SNAPSHOT.listening_count) == (3, 1)
    assert (firefox.connection_count, firefox.listening_count, firefox.process_count) == (3, 1, 1)
    assert SNAPSHOT.attributed_share == 0.75


def test_a_snapshot_without_rows_has_no_share() -> None:
    assert a_snapshot().attributed_share is None


def test_samples_go_over_the_wire_unchanged() -> None:
    assert snapshot_from_wire(snapshot_to_wire(SNAPSHOT)) == SNAPSHOT
    assert status_from_wire(status_to_wire(a_status())) == a_status()
