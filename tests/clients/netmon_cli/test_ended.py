from dataclasses import replace

from netmon.model import ConnectionFacts, Protocol, Remainder
from netmon_cli.ended import EndedRows, stilled, with_ended, without
from netmon_client.testing import a_connection, a_process, a_snapshot
from tests.clients.netmon_cli.rows import ENDED, PING, REST, WEB

END = ENDED.end_time or 0.0


def test_what_ended_is_given_again_until_its_time_is_over() -> None:
    ended = EndedRows(30.0)
    assert ended.take(a_snapshot([WEB, ENDED, REST])) == ()  # it is in the snapshot itself
    assert ended.take(replace(a_snapshot([WEB], sequence=2), time=END + 30)) == (ENDED,)
    assert ended.take(replace(a_snapshot([WEB], sequence=3), time=END + 31)) == ()


def test_what_ended_before_the_first_tick_can_be_given() -> None:
    ended = EndedRows(30.0, [WEB, ENDED, REST])
    assert ended.ids == {"ended"}
    assert ended.take(replace(a_snapshot([WEB]), time=END + 1)) == (ENDED,)


def test_very_many_are_not_held() -> None:
    many = [ENDED._replace(facts=replace(ENDED.facts, id=f"c{number}")) for number in range(2_001)]
    ended = EndedRows()
    ended.take(a_snapshot(many))
    assert len(ended.ids) == 2_000
    assert "c0" not in ended.ids


def test_a_new_instance_has_none() -> None:
    ended = EndedRows()
    ended.take(a_snapshot([ENDED]))
    assert ended.take(a_snapshot([WEB], instance_id="other")) == ()


def test_they_are_shown_still_and_taken_out_of_the_rest() -> None:
    sums = REST.traffic
    rest = REST._replace(traffic=sums._replace(sent_bytes=sums.sent_bytes + ENDED.traffic.sent_bytes))
    gone = PING._replace(end_time=END)
    shown = with_ended(a_snapshot([WEB, rest]), [ENDED, gone])
    assert [row.id for row in shown.connections] == ["web", "rest", "ended", "ping"]
    assert shown.connections[1].traffic.sent_bytes == sums.sent_bytes  # what has no owner was never a part of it
    assert shown.connections[2:] == (stilled(ENDED), stilled(gone))
    assert shown.connections[2].traffic.received_bytes == ENDED.traffic.received_bytes
    assert shown.connections[2].traffic.received_bytes_per_second == 0


def test_ended_connections_that_are_listed_are_not_in_the_rest_too() -> None:
    ended = a_connection("done", process=a_process(7, "curl"), sent=100, received=900, end_time=1_000.0)
    rest = a_connection("rest")
    facts = ConnectionFacts(id="closed", protocol=Protocol.UNSPECIFIED, remainder=Remainder.CLOSED)
    row = rest._replace(facts=facts, traffic=ended.traffic._replace(sent_bytes=140, received_bytes=900))
    left = without(row, [ended])
    assert left is not None
    assert (left.traffic.sent_bytes, left.traffic.received_bytes) == (40, 0)
    assert without(row._replace(traffic=ended.traffic), [ended]) is None
    open_row = a_connection("open")
    assert without(open_row, [ended]) is open_row
