"""What only the page "Domains" is told; that it suffices is shown in test_encoding.py."""

from dataclasses import replace
from typing import Any

from netmon.model import Snapshot, Traffic, UnnamedReason
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_dashboard.hub.domain_section import DomainSection
from netmon_dashboard.hub.encoding import write

ROWS = (
    a_connection("c1", process=a_process(), domain="www.example.org", sent=10, received=20),
    a_connection("c2", process=a_process(), unnamed_reason=UnnamedReason.ENCRYPTED_DNS, sent=100, received=200),
    a_connection("c3", process=a_process(), unnamed_reason=UnnamedReason.ENCRYPTED_DNS, sent=1, received=2),
    a_connection("c4", process=a_process(4712, "curl"), unnamed_reason=UnnamedReason.OLDER, sent=5, received=5),
)


def a_section() -> DomainSection:
    return DomainSection({row.facts.application_id: place for place, row in enumerate(ROWS)}.get)


def at_rest(snapshot: Snapshot) -> Snapshot:
    quiet = {"interval_sent_bytes": 0, "interval_received_bytes": 0}

    def still(traffic: Traffic) -> Traffic:
        return traffic._replace(**quiet)

    return replace(
        snapshot,
        time=snapshot.time + 1,
        domains=tuple(replace(each, traffic=still(each.traffic)) for each in snapshot.domains),
        unnamed=tuple(replace(each, traffic=still(each.traffic)) for each in snapshot.unnamed),
    )


def test_what_has_no_name_is_told_by_reason() -> None:
    section = a_section()
    section.add(a_snapshot(ROWS))
    assert section.all()["unnamed"] == [["older", 2, 2, 5, 5, 1], ["encrypted_dns", 50, 101, 101, 202, 2]]


def test_of_each_browser_is_told_why_what_it_moved_has_no_name() -> None:
    section = a_section()
    section.add(a_snapshot(ROWS))
    assert section.all()["browsers"] == [[2, [["encrypted_dns", 303]]]]


def named(domain: str, sent: int) -> Snapshot:
    row = a_connection(f"c {domain}", process=a_process(), domain=domain, sent=sent, received=sent)
    return a_snapshot((row,))


def test_what_nobody_asked_for_is_missed_by_nobody() -> None:
    idle, asked = a_section(), a_section()
    steps = [named("a.example", 10), a_snapshot(ROWS), named("b.example", 5), a_snapshot(ROWS), named("b.example", 9)]
    for place, snapshot in enumerate(steps):
        for section in (idle, asked):
            section.add(replace(snapshot, time=snapshot.time + place))
        asked.differences()
    assert without_numbers(idle.all()) == without_numbers(asked.all())


def without_numbers(given: dict[str, Any]) -> dict[str, Any]:
    """Give it with names in place of numbers, which are given in the order of asking."""
    names = {entry[0]: entry[1] for entry in given["list"]}
    slices = [
        (begin, {names[flat[at]]: flat[at + 1 : at + 3] for at in range(0, len(flat), 3)})
        for begin, flat in given["lanes"]
    ]
    return {**given, "list": sorted(entry[1:] for entry in given["list"]), "lanes": slices}


def test_lanes_are_whole_when_the_page_is_opened() -> None:
    section = a_section()
    for second in range(3):
        section.add(replace(named("a.example", 10), time=1_700_000_000.0 + second))
    assert [flat[1] for _, flat in section.all()["lanes"]] == [15]


def test_where_nothing_happens_nothing_is_told() -> None:
    section = a_section()
    snapshot = at_rest(a_snapshot(ROWS))
    section.add(snapshot)
    section.differences()
    section.add(replace(snapshot, time=snapshot.time + 1))
    assert section.differences() == {}


def test_500_domains_of_which_40_move_cost_less_than_2_kb_a_tick() -> None:
    def rows(moving: int) -> Snapshot:
        made = [
            a_connection(
                f"c{place}",
                process=a_process(place % 7 + 1, f"program{place % 7}"),
                domain=f"host{place}.example{place}.org",
                sent=0 if place >= moving else 20_000,
                received=0 if place >= moving else 800_000,
            )
            for place in range(500)
        ]
        return a_snapshot(made)

    section = a_section()
    first = rows(40)
    section.add(first)
    section.differences()
    doubled = [
        replace(
            each,
            traffic=each.traffic._replace(
                sent_bytes=each.traffic.sent_bytes + each.traffic.interval_sent_bytes,
                received_bytes=each.traffic.received_bytes + each.traffic.interval_received_bytes,
            ),
            applications=tuple(
                replace(
                    part,
                    sent_bytes=part.sent_bytes + each.traffic.interval_sent_bytes,
                    received_bytes=part.received_bytes + each.traffic.interval_received_bytes,
                )
                for part in each.applications
            ),
        )
        for each in first.domains
    ]
    section.add(replace(first, time=first.time + 1, domains=tuple(doubled)))
    told = section.differences()
    assert len(told["d"]) == 40 * 3
    assert "list" not in told
    assert len(write(told)) <= 2_000
