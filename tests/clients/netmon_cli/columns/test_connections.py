from dataclasses import replace

import pytest

from netmon.model import Connection, Endpoint, OwnerConfidence, Protocol
from netmon_cli.columns.column import Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS, application_name, connection_orders, endpoint_text
from netmon_cli.render.table import Cell
from netmon_client.query_words import FIELDS
from tests.clients.netmon_cli.rows import (
    ENDED,
    FIREFOX,
    GUESSED,
    HOSTILE,
    LISTENER,
    NAMED,
    NOW,
    PING,
    REST,
    ROWS,
    UPLOAD,
    VERSION_6,
    WEB,
)

LOOK = Look(now=1_700_000_030.0)
COLUMNS = {column.key: column for column in CONNECTION_COLUMNS}


def shown(row: Connection, key: str, look: Look = LOOK) -> Cell:
    return COLUMNS[key].show(row, look)


def test_the_usual_columns_are_those_that_everybody_knows() -> None:
    assert [column.heading.title for column in CONNECTION_COLUMNS if not column.extra] == [
        "App", "PID", "Proto", "Local", "Remote", "Domain", "State", "Age", "↓", "↑", "Σ↓", "Σ↑",
    ]  # fmt: skip


def test_a_row_without_an_owner_says_why_in_place_of_a_name() -> None:
    assert shown(PING, "app").text == "(gone before it could be looked up)"
    assert shown(PING, "app").brief == "(gone)"
    assert shown(PING, "pid").text == "—"
    assert application_name(PING) == ""


def test_a_remainder_says_what_it_stands_for() -> None:
    assert shown(REST, "app").text == "(ended connections)"
    assert {shown(REST, key).text for key in ("pid", "proto", "local", "remote", "state", "age")} == {"—"}


def test_a_process_without_an_application_has_its_own_name() -> None:
    assert application_name(WEB._replace(facts=replace(WEB.facts, application_name=""))) == "firefox"


@pytest.mark.parametrize(
    ("row", "look", "text"),
    [
        (WEB, LOOK, "93.184.216.34:https"),
        (WEB, replace(LOOK, numeric=True), "93.184.216.34:443"),
        (VERSION_6, LOOK, "[2606:2800:220:1:248:1893:25c8:1946]:https"),
        (PING, LOOK, "93.184.216.34"),
        (LISTENER, LOOK, ""),
    ],
)
def test_an_end_has_the_name_of_its_service(row: Connection, look: Look, text: str) -> None:
    assert endpoint_text(row, row.remote, look) == text


def test_narrow_tables_have_digits() -> None:
    assert shown(UPLOAD, "remote").brief == "10.1.2.3:22"


def test_a_domain_that_was_concluded_is_marked() -> None:
    assert shown(NAMED, "domain").text == "example.org"
    assert shown(GUESSED, "domain").text == "~example.org"


def test_an_age_that_is_only_a_lower_bound_says_so() -> None:
    assert shown(WEB, "age").text == "20s"
    assert shown(WEB._replace(facts=replace(WEB.facts, started_before=True)), "age").text == "≥20s"
    assert shown(ENDED, "age").text == "10s"


def test_an_ended_row_is_closed_whatever_its_last_state() -> None:
    assert shown(WEB._replace(end_time=1.0), "state").text == "✕ closed"


def test_an_inferred_owner_is_marked() -> None:
    inferred = WEB._replace(facts=replace(WEB.facts, owner_confidence=OwnerConfidence.INFERRED))
    assert shown(inferred, "owner").text == "~exact socket"
    assert COLUMNS["owner"].value(REST, LOOK) == "ended connections"


def test_unnamed_protocols_have_their_number() -> None:
    other = WEB._replace(facts=replace(WEB.facts, protocol=Protocol.OTHER, ip_protocol=47))
    assert shown(other, "proto").text == "ip 47"


def test_raw_values_are_those_of_the_contract() -> None:
    values = {column.field: column.value(VERSION_6, LOOK) for column in CONNECTION_COLUMNS}
    assert values["pid"] == FIREFOX.pid
    assert values["protocol"] == "udp"
    assert values["remote"] == "[2606:2800:220:1:248:1893:25c8:1946]:443"
    assert values["start_time"] == "2023-11-14T22:13:30Z"
    assert (values["received_bytes"], values["received_bytes_per_second"]) == (280_000, 140_000.0)
    assert (values["state"], values["direction"], values["scope"]) == ("active", "outbound", "internet")


@pytest.mark.parametrize("key", sorted(connection_orders(NOW)))
def test_every_key_sorts_all_kinds_of_rows(key: str) -> None:
    assert len(sorted(ROWS, key=connection_orders(NOW)[key])) == len(ROWS)


def test_the_short_names_of_the_filter_language_are_sort_keys() -> None:
    without_order = {"source", "is"}
    assert FIELDS.keys() - without_order <= set(connection_orders(NOW))


def test_addresses_sort_as_numbers_and_version_4_first() -> None:
    order = connection_orders(NOW)["rip"]
    assert sorted([LISTENER, VERSION_6, HOSTILE, UPLOAD, WEB], key=order) == [UPLOAD, WEB, HOSTILE, VERSION_6, LISTENER]
    odd = WEB._replace(facts=replace(WEB.facts, remote=Endpoint(address="fe80::1%eth0")))
    none = WEB._replace(facts=replace(WEB.facts, remote=Endpoint(address="no address")))
    assert sorted([none, odd, WEB], key=order) == [WEB, odd, none]


def test_the_age_of_what_has_ended_is_that_at_its_end_and_what_has_none_is_the_oldest() -> None:
    young = WEB._replace(facts=replace(WEB.facts, start_time=LOOK.now - 12))
    assert (shown(young, "age").text, shown(ENDED, "age").text) == ("12s", "10s")
    assert sorted([REST, WEB, young, ENDED], key=connection_orders(LOOK.now)["age"]) == [ENDED, young, WEB, REST]


def test_rows_without_a_name_come_last() -> None:
    assert sorted([PING, WEB], key=connection_orders(NOW)["app"]) == [WEB, PING]


def test_a_listener_says_its_own_end_where_no_other_column_does() -> None:
    columns = {column.key: column for column in CONNECTION_COLUMNS}
    cell = columns["remote"].show(LISTENER, LOOK)
    assert (cell.text, cell.lone) == ("—", "on 0.0.0.0:22")
    assert columns["remote"].show(WEB, LOOK).lone == ""
