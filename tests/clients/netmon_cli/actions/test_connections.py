import csv
import io
import json
from dataclasses import replace

from netmon.model import Degradation
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal
from tests.clients.netmon_cli.rows import ROWS, SNAPSHOT


def test_open_connections_are_listed_with_their_sums(cli: Run) -> None:
    result = cli("connections")
    assert result.code == 0
    assert result.lines[0].split() == ["App", "PID", "Proto", "Local", "Remote", "State", "Age", "↓", "↑", "Σ↓", "Σ↑"]
    assert result.lines[1].split()[:5] == ["firefox", "4711", "tcp", "192.168.1.5:50000", "93.184.216.34:https"]
    assert result.lines[-1].startswith("6 connections")
    assert result.err.splitlines() == [
        "No owner: 1.68 kB (gone before it could be looked up)",
        "Not listed: 1 listening, 1 just ended (--all)",
    ]


def test_each_choice_lists_its_rows(cli: Run) -> None:
    assert cli("connections", "--listen").lines[-1].startswith("1 connection ")
    assert cli("connections", "--closed", "60s").lines[1].split()[:2] == ["curl", "90210"]
    assert cli("connections", "--all").lines[-1].startswith(f"{len(ROWS) - 1} connections")  # one row stands for many
    assert "LISTEN" in cli("connections", "-F", "is:listen").out


def test_a_filter_is_the_collectors_work_and_what_it_leaves_out_is_said(cli: Run) -> None:
    result = cli("connections", "--app", "curl")
    assert [line.split()[0] for line in result.lines[1:-2]] == ["curl"]
    assert "Left out by filter or row limit: 7 connections" in result.err
    assert cli("connections", "--app", "nobody").out == "No open connection matches.\n"


def test_unowned_and_remainder_rows_are_in_every_form(cli: Run) -> None:
    table, wide = cli("connections").out, cli("connections", "-o", "wide").out
    for text in (table, wide):
        assert "(gone before it could be looked up)" in text
        assert "(ended connections)" in text
    for form in ("csv", "tsv"):
        text = cli("connections", "-o", form).out
        assert "gone before it could be looked up" in text
        assert "ended connections" in text
    rows = [json.loads(line) for line in cli("connections", "-o", "jsonl").lines]
    assert {row["unattributed_reason"] for row in rows} == {None, "gone"}
    assert {row["remainder"] for row in rows} == {None, "closed"}
    document = json.loads(cli("connections", "-o", "json").out)
    assert document["type"] == "snapshot"
    assert {row["remainder"] for row in document["connections"]} == {None, "closed"}


def test_json_adds_up_also_after_a_limit(cli: Run) -> None:
    document = json.loads(cli("connections", "--all", "--limit", "2", "-o", "json").out)
    processes = {process["id"] for process in document["processes"]}
    owned = [row for row in document["connections"] if row["process_id"] in processes or row["remainder"]]
    parts = [*owned, document["omitted"], *document["unattributed"]]
    assert len(document["connections"]) == 2
    assert sum(part["traffic"]["received_bytes"] for part in parts) == document["totals"]["received_bytes"]


def test_csv_opens_in_a_spreadsheet_as_text(cli: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("connections", "-o", "csv").out)))
    hostile = next(row for row in rows if row["pid"] == "666")
    assert hostile["app"] == "ev\\x1b[31mil\\x0a\\x9b2J\\u202e[bold]=cmd()[/bold]"
    assert rows[0]["received_bytes"] == "20000000"


def test_sorting_columns_and_units(cli: Run) -> None:
    result = cli("connections", "--sort", "-sent", "--columns", "app,sent", "--units", "iec", "--limit", "1")
    assert result.lines[0].split() == ["App", "Σ↑"]
    assert result.lines[1].split() == ["curl", "1.53", "MiB"]
    assert cli("connections", "--no-headers", "--numeric").lines[0].split()[4] == "93.184.216.34:443"


def test_the_choices_exclude_each_other(cli: Run) -> None:
    assert cli("connections", "--all", "--listen").code == 2
    assert "for 60 s" in cli("connections", "--closed", "5m").err


def test_hostile_names_reach_no_terminal(cli: Run, fake: FakeCollector) -> None:
    for form in ("table", "wide", "csv", "tsv", "json", "jsonl"):
        result = cli("--color", "never", "connections", "--all", "-o", form)
        assert all(line.isprintable() for line in result.out.replace("\t", "").split("\n"))
        assert result.code == 0
    assert "ListConnections" in fake.calls


def test_notes_are_broken_between_words_on_a_terminal(fake: FakeCollector) -> None:
    words = [*PROGRAM, "--socket", fake.socket, "connections"]
    with PseudoTerminal(words, {"NO_COLOR": "1"}, columns=44) as terminal:
        assert terminal.end() == 0
    assert "No owner: 1.68 kB (gone before it could be\n  looked up)" in terminal.text


def test_at_80_columns_a_listener_shows_its_port(fake: FakeCollector) -> None:
    words = [*PROGRAM, "--socket", fake.socket, "connections", "--listen"]
    with PseudoTerminal(words, {"NO_COLOR": "1"}, columns=60) as terminal:
        assert terminal.end() == 0
    assert "on 0.0.0.0:22" in terminal.text


def test_without_captured_packets_payload_is_listed_and_said_to_be(cli: Run, fake: FakeCollector) -> None:
    counted = [row._replace(received_payload_bytes=12_000, sent_payload_bytes=340) for row in ROWS[:1]]
    off = Degradation(code="capture.off", text="Packets are not captured.", remedy="sudo netmon-collector")
    fake.publish(replace(SNAPSHOT, connections=(*counted, *ROWS[1:]), degraded=(off,)))
    result = cli("connections")
    heading = result.lines[0].split()
    assert heading[-4:] == ["Payload", "↓", "Payload", "↑"]
    assert not {"Σ↓", "Σ↑"} & set(heading)
    assert result.lines[1].split()[-4:] == ["12.0", "kB", "340", "B"]
    assert "No packets are captured (--no-capture)" in result.err
    asked = cli(
        "connections", "--columns", "app,received_payload,sent_payload,rtt,retransmits,received", "--limit", "1"
    )
    assert "Σ↓" in asked.lines[0]
    wide, table = cli("connections", "-o", "wide").lines[0], next(iter(cli("connections", "-o", "csv").lines))
    assert "Payload ↓" in wide
    assert {"received_payload_bytes", "received_bytes"} <= set(table.split(","))
