from dataclasses import replace

from netmon.model import Connection
from netmon_cli.columns.applications import GroupRow, application_row
from netmon_cli.columns.column import Look
from netmon_cli.columns.domains import domain_row
from netmon_cli.top.details import fields_of, row_line
from netmon_client.domains import domain_groups
from tests.clients.netmon_cli.named_rows import NAMED_ROWS, NAMED_SNAPSHOT
from tests.clients.netmon_cli.rows import CURL, ENDED, HOSTILE, NAMED, PING, SNAPSHOT, WEB
from tests.clients.netmon_cli.top.live import live

LOOK = Look(now=1_700_000_021.0)


def named(row: Connection | GroupRow) -> dict[str, str]:
    return {field.name: field.value for field in fields_of(row, LOOK)}


def test_all_that_is_known_of_a_connection_is_there() -> None:
    facts = replace(NAMED.facts, process=replace(CURL, command_line="curl -s x"), holders=(CURL,), is_netmon=True)
    row = NAMED._replace(facts=facts, sent_payload_bytes=10, received_payload_bytes=2000, round_trip_seconds=0.0123)
    fields = named(row)
    assert fields["Application"] == "firefox"
    assert fields["Domain"] == "example.org"
    assert fields["Name from"] == "TLS server name of the connection"
    assert fields["Held by"] == "curl [90210]"
    assert fields["Command line"] == "curl -s x"
    assert fields["Payload"] == "↓ 2.00 kB  ↑ 10 B (the kernel's count)"
    assert fields["Round trip"] == "12.3 ms"
    assert fields["Parent"] == "init [1]"
    assert fields["netmon's own"] == "yes"
    assert "Ended" not in fields


def test_a_row_without_an_owner_says_why() -> None:
    assert named(PING)["Why no owner"] == "gone before it could be looked up"


def test_an_ended_row_says_when() -> None:
    assert "Ended" in named(ENDED)


def test_an_application_has_its_own_fields() -> None:
    row = application_row(SNAPSHOT.applications[0])
    assert named(row)["Processes"] == "1"
    assert named(row)["Path"] == "/usr/bin/firefox"
    assert row_line(row, LOOK).startswith("firefox  10.1 MB/s")


def test_a_row_is_one_line_for_the_clipboard() -> None:
    assert row_line(WEB, LOOK).startswith("firefox  4711  tcp  192.168.1.5:50000  93.184.216.34:https  ● ESTABLISHED")
    assert "\x1b" not in row_line(HOSTILE, LOOK)
    assert "\n" not in row_line(HOSTILE, LOOK)


async def test_they_fit_a_small_terminal_and_scroll() -> None:
    async with live([NAMED], size=(60, 16)) as view:
        await view.press("enter")
        await view.sees("Details", "Application", "Esc closes")
        await view.press("end")
        await view.sees("Packets")


def test_a_domain_has_its_fields_and_its_line() -> None:
    row = domain_row(domain_groups(NAMED_SNAPSHOT.domains)[0])
    fields = {field.name: field.value for field in fields_of(row, LOOK)}
    assert (fields["Domain"], fields["Source"], fields["Names"]) == ("example.org", "sni", "2")
    assert row_line(row, LOOK).startswith("example.org  sni  firefox, curl")


def test_why_there_is_no_name_is_said() -> None:
    row = NAMED_ROWS[4]
    assert {field.name: field.value for field in fields_of(row, LOOK)}["Why no name"] == (
        "no name was seen for its address"
    )
