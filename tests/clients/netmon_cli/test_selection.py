import pytest

from netmon.model import Omitted, Section
from netmon_cli.selection import Which, keep, names_state, only_rows, sections_only, wanted
from netmon_client import parse_query
from tests.clients.netmon_cli.rows import ENDED, LISTENER, PING, REST, SNAPSHOT, UPLOAD, WEB


@pytest.mark.parametrize(
    ("which", "passing"),
    [
        (Which.OPEN, [WEB, REST]),
        (Which.LIVE, [WEB, ENDED, REST]),
        (Which.LISTENING, [LISTENER]),
        (Which.CLOSED, [ENDED]),
        (Which.ALL, [WEB, LISTENER, ENDED, REST]),
    ],
)
def test_each_choice_shows_its_rows(which: Which, passing: list[object]) -> None:
    assert [row for row in (WEB, LISTENER, ENDED, REST) if wanted(which)(row)] == passing


def test_what_is_left_out_is_counted_so_that_the_sums_stay_whole() -> None:
    kept = keep(SNAPSHOT, lambda row: row.id == "web")
    owned = sum(row.traffic.received_bytes for row in kept.connections if row.is_owned)
    unowned = sum(part.traffic.received_bytes for part in kept.unattributed)
    assert kept.omitted.connection_count == len(SNAPSHOT.connections) - 1
    assert owned + kept.omitted.traffic.received_bytes + unowned == SNAPSHOT.totals.received_bytes


def test_rows_without_an_owner_count_as_omitted_but_not_their_bytes() -> None:
    left = only_rows(SNAPSHOT, [row for row in SNAPSHOT.connections if row is not PING])
    assert left.omitted == Omitted(connection_count=1)


def test_the_order_of_the_rows_is_that_of_the_choice() -> None:
    assert only_rows(SNAPSHOT, [UPLOAD, WEB]).connections == (UPLOAD, WEB)


def test_sections_that_were_not_asked_for_are_empty() -> None:
    bare = sections_only(SNAPSHOT, frozenset({Section.APPLICATIONS}))
    assert bare.applications == SNAPSHOT.applications
    assert (bare.connections, bare.interfaces, bare.totals) == ((), (), SNAPSHOT.totals)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("is:listen", True),
        ("is:remote,closed", True),
        ("!is:idle", True),
        ("state:time_wait", True),
        ("app:x", False),
        ("is:remote !port:443", False),
        ("is:local,unknown", False),
        ("is:own", False),
    ],
)
def test_a_filter_on_states_decides_itself_what_is_shown(query: str, named: bool) -> None:
    assert names_state(parse_query(query)) is named
