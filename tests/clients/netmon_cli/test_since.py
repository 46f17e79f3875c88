from collections.abc import Iterable
from dataclasses import replace

from netmon.model import Connection, Omitted, OtherUsers, Snapshot, Traffic
from netmon_cli.since import SinceNow
from netmon_client.aggregate import sum_traffic
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.testing.samples import START_TIME
from tests.clients.netmon_cli.named_rows import NAMED_ROWS, NAMED_SNAPSHOT
from tests.clients.netmon_cli.rows import CURL, PING, REST, ROWS, UPLOAD, WEB


def grown(row: Connection, sent: int) -> Connection:
    traffic = row.traffic
    return row._replace(traffic=traffic._replace(sent_bytes=traffic.sent_bytes + sent, interval_sent_bytes=sent))


def a_tick(rows: Iterable[Connection], sequence: int) -> Snapshot:
    return a_snapshot(rows, sequence=sequence)


def test_the_first_snapshot_counts_nothing() -> None:
    snapshot = SinceNow().apply(a_tick(ROWS, 1))
    assert {row.traffic.sent_bytes + row.traffic.received_bytes for row in snapshot.connections} == {0}
    assert snapshot.totals.received_bytes == snapshot.headline.sent_bytes == 0
    assert {part.traffic.sent_bytes for part in (*snapshot.applications, *snapshot.unattributed)} == {0}
    assert snapshot.statistics_epoch == snapshot.time


def test_later_ones_count_what_came_since() -> None:
    since = SinceNow()
    since.apply(a_tick(ROWS, 1))
    later = since.apply(a_tick([grown(row, 10) for row in ROWS], 2))
    assert {row.traffic.sent_bytes for row in later.connections} == {10}
    assert later.totals.sent_bytes == 10 * len(ROWS)
    assert {part.traffic.sent_bytes for part in later.unattributed} == {10}


def test_domains_and_what_has_none_count_from_the_beginning_too() -> None:
    since = SinceNow()
    first = since.apply(NAMED_SNAPSHOT)
    assert {part.traffic.sent_bytes for part in (*first.domains, *first.unnamed)} == {0}
    assert {part.sent_bytes for domain in first.domains for part in domain.applications} == {0}
    later = since.apply(a_tick([grown(row, 10) for row in NAMED_ROWS], 2))
    assert [domain.traffic.sent_bytes for domain in later.domains] == [10, 20, 10]
    assert [part.traffic.sent_bytes for part in later.unnamed] == [10, 10]
    sums = sum_traffic(part.traffic for part in (*later.domains, *later.unnamed))
    assert sums.sent_bytes == later.totals.sent_bytes


def test_a_clear_begins_anew_with_the_applications_of_a_domain() -> None:
    since = SinceNow()
    since.apply(NAMED_SNAPSHOT)
    cleared = since.apply(replace(NAMED_SNAPSHOT, sequence=2, statistics_epoch=NAMED_SNAPSHOT.time + 1))
    assert cleared.domains[0].applications == NAMED_SNAPSHOT.domains[0].applications


def test_the_sum_of_other_users_counts_from_the_beginning_too() -> None:
    since = SinceNow()
    first = replace(a_tick([WEB], 1), other_users=OtherUsers(connection_count=1, traffic=Traffic(sent_bytes=90)))
    assert since.apply(first).other_users == OtherUsers(connection_count=1)
    later = replace(first, sequence=2, other_users=OtherUsers(connection_count=2, traffic=Traffic(sent_bytes=95)))
    assert since.apply(later).other_users == OtherUsers(connection_count=2, traffic=Traffic(sent_bytes=5))


def test_a_new_connection_counts_from_its_beginning() -> None:
    since = SinceNow()
    first = a_tick([WEB], 1)
    since.apply(first)
    new = a_connection("new", process=CURL, sent=500)
    started = type(new.facts)(id="new", protocol=new.facts.protocol, start_time=first.time + 0.5, process=CURL)
    later = since.apply(a_tick([WEB, new._replace(facts=started)], 2))
    assert later.connections[1].traffic.sent_bytes == 500


def test_an_old_connection_that_comes_late_counts_from_this_interval() -> None:
    since = SinceNow()
    since.apply(a_tick([WEB], 1))
    late = a_connection("late", process=a_process(), sent=1000)
    assert late.facts.start_time < START_TIME + 21
    later = since.apply(a_tick([WEB, late], 2))
    assert later.connections[1].traffic.sent_bytes == late.traffic.interval_sent_bytes


def test_an_ended_connection_takes_its_baseline_into_the_remainder() -> None:
    since = SinceNow()
    since.apply(a_tick([WEB, REST], 1))
    swallowed = REST.traffic
    rest = REST._replace(
        traffic=Traffic(
            sent_bytes=swallowed.sent_bytes + WEB.traffic.sent_bytes + 7,
            received_bytes=swallowed.received_bytes + WEB.traffic.received_bytes,
        )
    )
    later = since.apply(a_tick([rest], 2))
    assert later.connections[0].traffic.sent_bytes == 7
    assert later.totals.sent_bytes == 7


def test_an_ended_one_without_an_owner_is_no_part_of_the_remainder() -> None:
    since = SinceNow()
    since.apply(a_tick([PING, REST], 1))
    later = since.apply(a_tick([grown(REST, 5)], 2))
    assert later.connections[0].traffic.sent_bytes == 5


def without_rows(sequence: int, omitted: Traffic) -> Snapshot:
    """Give a tick whose filter let nothing pass."""
    return replace(a_tick([], sequence), omitted=Omitted(connection_count=1, traffic=omitted))


def test_a_row_that_left_a_filtered_view_comes_back_with_all_since_the_beginning() -> None:
    since = SinceNow()
    since.apply(a_tick([WEB], 1))
    left = since.apply(without_rows(2, grown(WEB, 600_000).traffic))
    assert left.omitted.traffic.sent_bytes == 600_000
    back = since.apply(a_tick([grown(WEB, 1_000_000)], 3))
    assert back.connections[0].traffic.sent_bytes == 1_000_000
    again = since.apply(without_rows(4, grown(WEB, 1_000_001).traffic))
    assert again.omitted.traffic.sent_bytes == 1_000_001


def test_a_row_that_was_left_out_takes_what_it_had_with_it_when_it_comes() -> None:
    since = SinceNow()
    both = sum_traffic((WEB.traffic, UPLOAD.traffic))
    since.apply(without_rows(1, both._replace(sent_bytes=both.sent_bytes - WEB.traffic.interval_sent_bytes)))
    other = Omitted(connection_count=1, traffic=grown(UPLOAD, 9).traffic)
    later = since.apply(replace(a_tick([WEB], 2), omitted=other))
    assert later.connections[0].traffic.sent_bytes == WEB.traffic.interval_sent_bytes
    assert later.omitted.traffic.sent_bytes == 9


def test_what_ended_under_a_filter_is_omitted_with_its_baseline() -> None:
    since = SinceNow()
    since.apply(a_tick([WEB], 1))
    since.apply(a_tick([WEB._replace(end_time=START_TIME + 22)], 2))
    later = since.apply(without_rows(3, grown(WEB, 3).traffic))
    assert later.omitted.traffic.sent_bytes == 3


def test_a_new_instance_counts_all_that_it_has() -> None:
    since = SinceNow()
    since.apply(a_tick([WEB], 1))
    later = since.apply(a_snapshot([grown(WEB, 10)], sequence=1, instance_id="instance-2"))
    assert later.connections[0].traffic.sent_bytes == WEB.traffic.sent_bytes + 10
