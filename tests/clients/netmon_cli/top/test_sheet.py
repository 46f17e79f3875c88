import pytest

from netmon_cli.columns.column import Look
from netmon_cli.top.board import Moment
from netmon_cli.top.choices import Choices, Subject
from netmon_cli.top.rows import listing_of
from netmon_cli.top.sheet import Columns
from netmon_client.testing import a_snapshot
from tests.clients.netmon_cli.rows import NAMED, SNAPSHOT, WEB

LOOK = Look(now=0.0)


def test_a_domain_column_comes_with_the_first_domain_and_stays() -> None:
    columns = Columns()
    without = listing_of(Moment(snapshot=a_snapshot([WEB])), Choices()).entries
    named = listing_of(Moment(snapshot=a_snapshot([NAMED])), Choices()).entries
    assert "domain" not in [column.key for column in columns.of("connections", without, LOOK)]
    assert "domain" in [column.key for column in columns.of("connections", named, LOOK)]
    assert "domain" in [column.key for column in columns.of("connections", without, LOOK)]


def test_applications_have_columns_of_their_own() -> None:
    entries = listing_of(Moment(snapshot=SNAPSHOT), Choices(subject="apps")).entries
    keys = [column.key for column in Columns().of("apps", entries, LOOK)]
    assert keys[0] == "app"
    assert {"connections", "processes", "user"} <= set(keys)
    assert "path" not in keys


def test_where_no_packets_are_captured_payload_stands_where_traffic_stands_else() -> None:
    entries = listing_of(Moment(snapshot=SNAPSHOT), Choices()).entries
    keys = [column.key for column in Columns().of("connections", entries, LOOK, has_packets=False)]
    assert {"received_payload", "sent_payload"} <= set(keys)
    assert not {"received_rate", "sent_rate", "received", "sent"} & set(keys)


@pytest.mark.parametrize("subject", ["apps", "domains"])
def test_where_no_packets_are_captured_sums_have_no_column_of_zeros(subject: Subject) -> None:
    entries = listing_of(Moment(snapshot=SNAPSHOT), Choices(subject=subject)).entries
    keys = [column.key for column in Columns().of(subject, entries, LOOK, has_packets=False)]
    assert "connections" in keys
    assert not {"received_rate", "sent_rate", "received", "sent"} & set(keys)
