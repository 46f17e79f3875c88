import json
from typing import Any

import pytest

from netmon.model import ConnectionClosed, Event, Gap, GapCause, MonitoringChanged, MonitoringState, Section
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stream.printers import DelimitedPrinter, LinePrinter, PerRowPrinter
from netmon_client import End, Hello
from tests.clients.netmon_cli.rows import ENDED, HOSTILE_NAME, ROWS, SNAPSHOT

HELLO = Hello(instance_id="instance-1", version="0.1.0", interval_seconds=1.0)
GAP = Gap(cause=GapCause.SLOW_READER, skipped_count=3, last_sequence=7)
CLOSED = Event(sequence=9, time=SNAPSHOT.time, kind=ConnectionClosed(connection=ENDED))

# Scripts rely on these names: none may go.
PROMISED = {
    "type", "time", "instance_id", "sequence", "id", "pid", "process", "app", "user", "protocol", "local", "remote",
    "interface", "state", "direction", "scope", "sent_bytes", "received_bytes", "sent_bytes_per_second",
    "received_bytes_per_second", "owner_method", "domain",
}  # fmt: skip


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_have_an_envelope_from_hello_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    printer = LinePrinter(Session())
    printer.hello(HELLO)
    printer.snapshot(SNAPSHOT)
    printer.gap(GAP)
    printer.event(CLOSED)
    printer.end(End(reason="count reached", sequence=9))
    lines = objects(capsys.readouterr().out)
    assert [line["type"] for line in lines] == ["hello", "snapshot", "gap", "event", "end"]
    assert {line["schema"] for line in lines} == {"netmon.v1"}
    assert lines[-1]["reason"] == "count reached"


def test_rows_are_flat_and_hello_gap_and_end_stay(capsys: pytest.CaptureFixture[str]) -> None:
    printer = PerRowPrinter(Session())
    printer.hello(HELLO)
    printer.snapshot(SNAPSHOT)
    printer.gap(GAP)
    printer.end(End(reason="interrupted"))
    lines = objects(capsys.readouterr().out)
    assert [line["type"] for line in lines] == ["hello", *["connection"] * len(ROWS), "gap", "end"]
    rows = {line["id"]: line for line in lines[1:-2]}
    assert all(row.keys() >= PROMISED for row in rows.values())
    assert rows["listener"]["remote"] is None
    assert rows["ping"]["local"] == "192.168.1.5"
    assert rows["v6"]["remote"] == "[2606:2800:220:1:248:1893:25c8:1946]:443"
    assert (rows["ping"]["pid"], rows["ping"]["unattributed_reason"]) == (None, "gone")
    assert (rows["rest"]["pid"], rows["rest"]["remainder"]) == (None, "closed")


def test_no_line_carries_what_a_terminal_would_act_on(capsys: pytest.CaptureFixture[str]) -> None:
    LinePrinter(Session()).snapshot(SNAPSHOT)
    PerRowPrinter(Session()).snapshot(SNAPSHOT)
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert any(row.get("process") == HOSTILE_NAME for row in map(json.loads, lines))


def test_csv_has_one_heading_for_all_ticks(capsys: pytest.CaptureFixture[str]) -> None:
    printer = DelimitedPrinter(Session(), Shape(format="csv", columns=("app", "received")), Section.CONNECTIONS)
    printer.hello(HELLO)
    printer.snapshot(SNAPSHOT)
    printer.snapshot(SNAPSHOT)
    printer.end(End(reason="interrupted"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "time,sequence,app,received_bytes"
    assert lines[1] == "2023-11-14T22:13:41Z,1,firefox,20000000"
    assert len(lines) == 1 + 2 * len(ROWS)


@pytest.mark.parametrize(
    ("section", "heading", "count"),
    [
        (Section.APPLICATIONS, "time,sequence,name,", 6),
        (Section.INTERFACES, "time,sequence,name,state,", 1),
        (None, "time,sequence,scope,", 5),
    ],
)
def test_each_kind_of_row_has_its_csv(
    section: Section | None, heading: str, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    DelimitedPrinter(Session(), Shape(format="csv"), section).snapshot(SNAPSHOT)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(heading)
    assert len(lines) == 1 + count


def test_events_of_connections_are_rows_and_gaps_are_talk(capsys: pytest.CaptureFixture[str]) -> None:
    printer = DelimitedPrinter(Session(), Shape(format="tsv", columns=("app",)), None)
    printer.event(CLOSED)
    printer.event(Event(sequence=10, time=1.0, kind=MonitoringChanged(state=MonitoringState.STOPPED)))
    printer.gap(GAP)
    printer.event(Event(sequence=11, time=1.0, kind=GAP))
    captured = capsys.readouterr()
    assert captured.out == "time\tsequence\tevent\tapp\n2023-11-14T22:13:41Z\t9\tclosed\tcurl\n"
    assert captured.err == "netmon-cli: gap: 3 messages missing, this reader was too slow\n" * 2
