"""What two snapshots show together is marked in the chart."""

from dataclasses import replace

from netmon.model import Drops, Gap, GapCause
from netmon_dashboard.hub.happenings import Happenings
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


def test_interfaces_that_come_and_go_are_marked() -> None:
    machine, happenings = ToyMachine(), Happenings()
    assert happenings.seen(machine.tick()) == []
    machine.interfaces = ["eth0", "tun0", "wlan0"]
    assert [mark.text for mark in happenings.seen(machine.tick())] == ["Interface tun0 came", "Interface wlan0 came"]
    machine.interfaces = ["wlan0"]
    assert [(mark.kind, mark.text) for mark in happenings.seen(machine.tick())] == [
        ("interface", "Interface eth0 went"),
        ("interface", "Interface tun0 went"),
    ]


def test_cleared_statistics_are_marked_at_their_time() -> None:
    machine, happenings = ToyMachine(), Happenings()
    happenings.seen(machine.tick())
    machine.clear()
    (mark,) = happenings.seen(machine.tick())
    assert (mark.kind, mark.time) == ("cleared", machine.epoch)


def test_another_instance_is_no_change_of_the_one_before() -> None:
    machine, happenings = ToyMachine(), Happenings()
    happenings.seen(machine.tick())
    machine.restart()
    machine.interfaces = ["other0"]
    assert happenings.seen(machine.tick()) == []


def test_drops_are_marked_when_they_begin() -> None:
    machine, happenings = ToyMachine(), Happenings()
    dropping = [replace(machine.tick(), drops=Drops(interval_dropped_packets=count)) for count in (0, 5, 7, 0, 1)]
    texts = [[mark.text for mark in happenings.seen(snapshot)] for snapshot in dropping]
    assert texts == [
        [],
        ["5 packets could not be counted: sums are lower bounds"],
        [],
        [],
        ["1 packet could not be counted: sums are lower bounds"],
    ]


def test_a_gap_is_marked_with_its_reason_and_a_stop_is_none() -> None:
    machine, happenings = ToyMachine(), Happenings()
    happenings.missed(Gap(cause=GapCause.SUSPENDED))
    happenings.missed(Gap(cause=GapCause.STOPPED))
    assert [(mark.kind, mark.text) for mark in happenings.seen(machine.tick())] == [("gap", "A gap: the machine slept")]
    assert happenings.seen(machine.tick()) == []
