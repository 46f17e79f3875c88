"""Sums of a snapshot, and the point of the chart, which leaves loopback out."""

from dataclasses import replace

from netmon.model import Traffic
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.summary import sample_of, since_epoch, summary_fields, unattributed_fields
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


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
