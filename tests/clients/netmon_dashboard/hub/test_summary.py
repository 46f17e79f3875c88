"""Sums of a snapshot, and the point of the chart, which leaves loopback out."""

from dataclasses import replace

from netmon.model import OTHER_USERS_ID, Application, OtherUsers, Snapshot, Traffic
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.summary import sample_of, since_epoch, summary_fields, unattributed_fields
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine, combined


def a_busy_machine() -> ToyMachine:
    machine = ToyMachine()
    machine.open("firefox", moved=(100, 1_000))
    machine.open("firefox", is_local=True, moved=(7, 70))
    machine.open("ssh", is_local=True, moved=(5, 50))
    machine.open(None, moved=(3, 30))
    return machine


def test_the_headline_leaves_loopback_out() -> None:
    fields = summary_fields(a_busy_machine().tick())
    assert fields["headline"] == [103, 1_030]
    assert fields["loopback"] == [12, 120]
    assert (fields["active"], fields["listening"], fields["interval"]) == (4, 0, 1.0)


def test_totals_count_since_the_statistics_were_cleared() -> None:
    machine = a_busy_machine()
    machine.tick()
    machine.clear()
    machine.open("ssh", moved=(1, 2))
    assert summary_fields(machine.tick())["totals"] == (1, 2)
    assert since_epoch(Traffic(sent_bytes=10, cleared_sent_bytes=4, received_bytes=3)) == (6, 3)


def test_a_sample_gives_each_application_its_part_without_loopback() -> None:
    numbers = Numbering()
    sample = sample_of(a_busy_machine().tick(), numbers)
    assert (sample.sent_bytes, sample.received_bytes, sample.loopback_bytes) == (103, 1_030, 12)
    assert sample.apps == {numbers.known("exe:/usr/bin/firefox"): (100, 1_000)}
    assert sample.unattributed == (3, 30)


def as_one_user_sees_it(snapshot: Snapshot, own_program: str) -> Snapshot:
    """Give a snapshot with the rows of one program, and the rest as one application, as the collector has it."""
    own = [app for app in snapshot.applications if app.name == own_program]
    others = Traffic()
    for app in snapshot.applications:
        others = others if app in own else combined(others, app.traffic, 1)
    return replace(
        snapshot,
        connections=tuple(row for row in snapshot.connections if row.facts.application_name == own_program),
        applications=(*own, Application(id=OTHER_USERS_ID, name="(other users)", traffic=others)),
        other_users=OtherUsers(connection_count=2, traffic=others),
    )


def sent_and_received(*parts: Traffic) -> tuple[int, int]:
    return sum(part.interval_sent_bytes for part in parts), sum(part.interval_received_bytes for part in parts)


def test_a_sample_leaves_out_the_loopback_of_other_users_whose_rows_are_not_seen() -> None:
    machine = ToyMachine()
    machine.open("firefox", moved=(90, 40))
    machine.open("firefox", is_local=True, moved=(7, 70))
    machine.open("ssh", moved=(900, 50))
    machine.open("database", is_local=True, moved=(1_000_000, 2_000_000))
    machine.open(None, moved=(10, 10))
    snapshot = as_one_user_sees_it(machine.tick(), "firefox")
    parts = [each.traffic for each in (*snapshot.applications, *snapshot.unattributed)]
    assert sent_and_received(*parts) == sent_and_received(snapshot.totals)
    numbers = Numbering()
    sample = sample_of(snapshot, numbers)
    assert (sample.sent_bytes, sample.received_bytes) == (1_000, 100)
    assert sample.apps == {
        numbers.known("exe:/usr/bin/firefox"): (90, 40),
        numbers.known(OTHER_USERS_ID): (900, 50),
    }
    assert sample.unattributed == (10, 10)


def test_what_has_no_owner_is_told_by_reason() -> None:
    assert unattributed_fields(a_busy_machine().tick()) == [["gone", 3, 30, 3, 30, 1]]


def test_a_share_is_all_of_it_only_where_nothing_is_left() -> None:
    machine = ToyMachine()
    shares = [
        summary_fields(replace(machine.tick(), attributed_share=share))["share"] for share in (1.0, 0.9999999, 0.5)
    ]
    assert shares == [1.0, 0.99999, 0.5]


def test_without_a_byte_there_is_no_share() -> None:
    snapshot = replace(ToyMachine().tick(), attributed_share=None)
    assert summary_fields(snapshot)["share"] is None
    assert unattributed_fields(snapshot) == []
