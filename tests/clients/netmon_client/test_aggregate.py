"""Sums of rows by what people ask for."""

import pytest

from netmon.model import Connection, ConnectionFacts, Protocol, Remainder, Scope, Traffic
from netmon_client.aggregate import Group, GroupBy, group_connections, sum_traffic
from netmon_client.testing import a_connection, a_process

FIREFOX = a_process()
CURL = a_process(pid=99, name="curl", user="bob", uid=1001)
ROWS = (
    a_connection("1", process=FIREFOX, domain="example.org", sent=1000, received=9000),
    a_connection("2", process=FIREFOX, remote="192.168.1.9", scope=Scope.LAN, sent=100, received=100),
    a_connection("3", process=CURL, remote="198.51.100.7", sent=50, received=50),
    a_connection("4", remote="198.51.100.7", protocol=Protocol.UDP, sent=10, received=10),
    a_connection("5", process=CURL, remote=None, local="0.0.0.0", sent=0, received=0),  # noqa: S104 -- a listener
)


def short(groups: tuple[Group, ...]) -> list[tuple[str, str, int, int]]:
    return [(group.key, group.label, group.traffic.sent_bytes, group.connection_count) for group in groups]


def test_applications_come_busiest_first_and_the_unowned_by_reason() -> None:
    assert short(group_connections(ROWS, "application")) == [
        ("exe:/usr/bin/firefox", "firefox", 1100, 2),
        ("exe:/usr/bin/curl", "curl", 50, 2),
        ("", "unattributed: gone", 10, 1),
    ]


def test_hosts_are_named_where_the_name_is_known() -> None:
    assert short(group_connections(ROWS, "host")) == [
        ("example.org", "example.org", 1000, 1),
        ("192.168.1.9", "192.168.1.9", 100, 1),
        ("198.51.100.7", "198.51.100.7", 60, 2),
        ("", "no remote end", 0, 1),
    ]


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("protocol", ["tcp", "udp"]),
        ("scope", ["internet", "lan"]),
        ("interface", ["eth0"]),
        ("user", ["alice", "bob", "unattributed: gone"]),
        ("domain", ["example.org", "no domain"]),
        ("unit", ["no unit"]),
        ("container", ["no container"]),
    ],
)
def test_rows_are_grouped_by_what_is_asked_for(by: GroupBy, labels: list[str]) -> None:
    groups = group_connections(ROWS, by)
    assert [group.label for group in groups] == labels
    assert sum_traffic(group.traffic for group in groups) == sum_traffic(row.traffic for row in ROWS)


def test_a_remainder_is_a_group_of_its_own_and_no_connection() -> None:
    facts = ConnectionFacts(id="r", protocol=Protocol.UNSPECIFIED, remainder=Remainder.OTHER_USERS)
    remainder = Connection(facts=facts, traffic=Traffic(sent_bytes=5))
    assert short(group_connections([remainder], "application")) == [("", "other users", 5, 0)]
    assert short(group_connections([remainder], "host")) == [("", "other users", 5, 0)]
    assert short(group_connections([remainder], "protocol")) == [("", "unknown", 5, 0)]


def test_nothing_adds_up_to_nothing() -> None:
    assert sum_traffic([]) == Traffic()


def test_every_counter_is_summed() -> None:
    one = ROWS[0].traffic
    assert sum_traffic([one, one]) == one._replace(
        sent_bytes=2000,
        received_bytes=18000,
        sent_packets=4,
        received_packets=36,
        interval_sent_bytes=1000,
        interval_received_bytes=9000,
        interval_sent_packets=2,
        interval_received_packets=18,
        sent_bytes_per_second=1000.0,
        received_bytes_per_second=9000.0,
    )
