import pytest

from netmon.model import Traffic, UnattributedReason, UnattributedTraffic
from netmon_cli.columns.applications import (
    APPLICATION_ORDERS,
    GroupRow,
    application_columns,
    application_row,
    unattributed_row,
)
from netmon_cli.columns.column import Look
from tests.clients.netmon_cli.rows import SNAPSHOT

LOOK = Look(now=SNAPSHOT.time)
COLUMNS = {column.key: column for column in application_columns("App")}
REST = unattributed_row(
    UnattributedTraffic(reason=UnattributedReason.OTHER_NAMESPACE, traffic=Traffic(sent_bytes=1), connection_count=2)
)


def test_an_application_has_its_sums_and_counts() -> None:
    firefox = next(application_row(each) for each in SNAPSHOT.applications if each.name == "firefox")
    shown = {key: column.show(firefox, LOOK).text for key, column in COLUMNS.items()}
    assert (shown["app"], shown["connections"], shown["remotes"], shown["processes"]) == ("firefox", "2", "2", "1")
    assert (shown["received"], shown["path"], shown["user"]) == ("20.3 MB", "/usr/bin/firefox", "alice")


def test_what_has_no_owner_is_a_row_with_its_reason() -> None:
    assert COLUMNS["app"].show(REST, LOOK).text == "(in another network namespace)"
    assert COLUMNS["app"].show(REST, LOOK).brief == "(other netns)"
    assert COLUMNS["reason"].value(REST, LOOK) == "other_namespace"
    assert COLUMNS["processes"].show(REST, LOOK).text == "—"


def test_of_a_script_its_own_name_stays_where_there_is_no_room() -> None:
    row = GroupRow(label="python3 → backup.py", traffic=Traffic(), connection_count=1)
    assert (COLUMNS["app"].show(row, LOOK).text, COLUMNS["app"].show(row, LOOK).brief) == (row.label, "backup.py")


def test_a_process_stands_below_its_application() -> None:
    row = GroupRow(label="curl [7]", traffic=Traffic(), connection_count=1, depth=1)
    assert COLUMNS["app"].show(row, LOOK).text == "  curl [7]"


@pytest.mark.parametrize("key", sorted(APPLICATION_ORDERS))
def test_every_key_sorts(key: str) -> None:
    rows = [REST, *map(application_row, SNAPSHOT.applications)]
    assert len(sorted(rows, key=APPLICATION_ORDERS[key])) == len(rows)


def test_by_name_what_has_no_owner_comes_last() -> None:
    rows = [REST, *map(application_row, SNAPSHOT.applications)]
    assert max(rows, key=APPLICATION_ORDERS["app"]) is REST
