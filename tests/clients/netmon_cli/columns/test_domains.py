import pytest

from netmon.model import DomainApplication, DomainSource, Traffic, UnnamedReason, UnnamedTraffic
from netmon_cli.columns.column import Look
from netmon_cli.columns.domains import DOMAIN_COLUMNS, DOMAIN_ORDERS, DomainRow, domain_row, unnamed_row
from netmon_cli.render.palette import Style
from netmon_client.domains import domain_groups
from tests.clients.netmon_cli.named_rows import NAMED_SNAPSHOT

LOOK = Look(now=1_700_000_030.0)
COLUMNS = {column.key: column for column in DOMAIN_COLUMNS}


def test_an_inferred_domain_is_dim_behind_its_mark() -> None:
    rows = {row.label: row for row in map(domain_row, domain_groups(NAMED_SNAPSHOT.domains))}
    sure = COLUMNS["domain"].show(rows["example.org"], LOOK)
    guess = COLUMNS["domain"].show(rows["example.net"], LOOK)
    assert (sure.text, sure.style) == ("example.org", Style.PLAIN)
    assert (guess.text, guess.style) == ("~example.net", Style.DIM)


@pytest.mark.parametrize("reason", list(UnnamedReason))
def test_every_reason_has_a_brief_form(reason: UnnamedReason) -> None:
    cell = COLUMNS["domain"].show(unnamed_row(UnnamedTraffic(reason=reason, traffic=Traffic())), LOOK)
    assert 0 < len(cell.brief) <= 20


def test_what_has_none_says_why_at_length_and_in_brief() -> None:
    part = UnnamedTraffic(reason=UnnamedReason.ENCRYPTED_HELLO, traffic=Traffic(), connection_count=2)
    cell = COLUMNS["domain"].show(unnamed_row(part), LOOK)
    assert (cell.text, cell.brief) == ("(the name in its hello is encrypted)", "(encrypted hello)")
    nothing = UnnamedTraffic(reason=UnnamedReason.UNSPECIFIED, traffic=Traffic())
    assert COLUMNS["domain"].show(unnamed_row(nothing), LOOK).brief == "(none expected)"


def test_the_busiest_application_stands_for_all_where_there_is_little_room() -> None:
    parts = tuple(DomainApplication(application_id=name, application_name=name) for name in ("firefox", "curl", ""))
    row = DomainRow(label="a.test", traffic=Traffic(), connection_count=1, applications=parts)
    cell = COLUMNS["app"].show(row, LOOK)
    assert (cell.text, cell.brief) == ("firefox, curl, (no owner)", "firefox +2")


def test_values_are_raw_and_every_column_sorts() -> None:
    row = domain_row(domain_groups(NAMED_SNAPSHOT.domains)[0])
    assert COLUMNS["source"].value(row, LOOK) == "sni"
    assert COLUMNS["first"].value(row, LOOK) == "2023-11-14T22:13:30Z"
    assert COLUMNS["names"].value(row, LOOK) == 2
    assert all(order(row) for order in DOMAIN_ORDERS.values())
    assert row.source is DomainSource.SNI
