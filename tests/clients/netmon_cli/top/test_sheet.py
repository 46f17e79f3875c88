from netmon_cli.columns.column import Look
from netmon_cli.top.board import Moment
from netmon_cli.top.choices import Choices
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
