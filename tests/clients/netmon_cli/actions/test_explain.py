import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from netmon.model import (
    Advice,
    AttemptResult,
    Explanation,
    OwnerAttempt,
    OwnerConfidence,
    OwnerMethod,
    UnattributedReason,
)
from netmon_cli.actions.explain import explanation_lines, query_of
from netmon_cli.render.palette import Palette
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from netmon_client.testing.samples import START_TIME
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.rows import HOSTILE_NAME, STATUS

CURL = a_process(90210, "curl")
WEB = a_connection("c1f", process=CURL, remote_port=443)
DNS = a_connection("c20", process=a_process(53, "resolver"), remote_port=53)
_UNSAID = a_connection("c21", remote="198.51.100.9", remote_port=8_080)
LOST = _UNSAID._replace(facts=replace(_UNSAID.facts, unattributed_reason=UnattributedReason.GONE))


def attempt(way: str, result: AttemptResult, text: str, count: int = 1) -> OwnerAttempt:
    return OwnerAttempt(
        first_time=START_TIME,
        last_time=START_TIME + count - 1,
        count=count,
        way=way,
        result=result,
        method=OwnerMethod.USER,
        confidence=OwnerConfidence.CERTAIN,
        text=text,
    )


TOLD = Explanation(
    connection=LOST,
    attempts=(
        attempt("ebpf", AttemptResult.NOTHING_KNOWN, "was asked, and knows nothing of such a socket", 15),
        attempt("sock_diag", AttemptResult.NOT_LISTED, "listed no socket with these ends, nor one that fits them"),
    ),
    advice=(Advice(text="Start the collector first.", command="sudo netmon-collector"),),
)


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(snapshots=[a_snapshot([WEB, DNS, LOST])], status=STATUS) as collector:
        collector.set_explanation(TOLD)
        yield collector


def test_what_was_tried_is_told_with_what_would_have_helped(cli: Run) -> None:
    result = cli("explain", "c21", "-o", "table")
    assert result.code == 0
    assert result.lines[0].startswith("c21  tcp  ")
    assert "  owner   none: gone before it could be looked up" in result.lines
    tried = result.lines.index("Tried")
    assert result.lines[tried + 1].split(maxsplit=1)[1] == (
        "ebpf       was asked, and knows nothing of such a socket (15 times, last at 22:13:34)"
    )
    assert "sock_diag  listed no socket" in result.lines[tried + 2]
    assert result.lines[-3:] == ["What would help", "  Start the collector first.", "  → sudo netmon-collector"]


@pytest.mark.parametrize("name", ["c1f", "90210", "app:curl", "curl"])
def test_a_connection_is_found_by_id_by_pid_and_by_a_filter(cli: Run, name: str) -> None:
    result = cli("explain", name, "-o", "table")
    assert (result.code, result.lines[0].split()[0]) == (0, "c1f")
    assert any(line.startswith("  owner   curl (90210), user ") for line in result.lines)


def test_a_connection_is_found_by_an_endpoint(cli: Run) -> None:
    assert cli("explain", "198.51.100.9:8080", "-o", "table").lines[0].startswith("c21")


def test_several_are_listed_with_their_ids_and_none_is_explained(cli: Run) -> None:
    result = cli("explain", "proto:tcp", "-o", "table")
    assert result.code == 1
    assert [line.split()[0] for line in result.lines] == ["ID", "c1f", "c20", "c21"]
    assert "3 connections fit proto:tcp: name one by its id" in result.err
    found = json.loads(cli("explain", "proto:tcp", "-o", "json").out)
    assert (found["type"], found["connection_ids"]) == ("candidates", ["c1f", "c20", "c21"])


def test_none_is_said_with_the_next_command(cli: Run) -> None:
    result = cli("explain", "cafe")
    assert (result.code, result.out) == (1, "")
    assert "no connection fits cafe" in result.err
    assert "netmon-cli connections --all" in result.err


def test_a_query_that_cannot_be_read_shows_where(cli: Run) -> None:
    result = cli("explain", "aap:curl")
    assert result.code == 2
    assert "did you mean app?" in result.err


def test_json_has_the_fields_of_the_contract(cli: Run) -> None:
    document = json.loads(cli("explain", "c21", "-o", "json").out)
    assert (document["type"], document["connection"]["id"]) == ("explanation", "c21")
    assert [each["result"] for each in document["attempts"]] == ["nothing_known", "not_listed"]
    assert json.loads(cli("explain", "c21", "-o", "jsonl").out) == document


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("4711", "pid:4711"),
        ("192.0.2.1:443", 'ip:"192.0.2.1" port:443'),
        ("192.0.2.1", 'ip:"192.0.2.1"'),
        ("2001:db8::1", 'ip:"2001:db8::1"'),
        ("::1", 'ip:"::1"'),
        ("fe80::1%wlan0", 'ip:"fe80::1%wlan0"'),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("[2001:db8::1]:443", 'ip:"2001:db8::1" port:443'),
        ("2001:db8:0:0:0:0:0:1:443", 'ip:"2001:db8:0:0:0:0:0:1" port:443'),
        ("app:curl", "app:curl"),
        ("port:443", "port:443"),
    ],
)
def test_what_is_short_stands_for_a_query(text: str, query: str) -> None:
    assert query_of(text) == query


def test_it_reads_well_at_80_columns_and_commands_are_not_broken() -> None:
    lines = explanation_lines(TOLD, Palette(), 80)
    assert max(map(len, lines)) <= 80
    assert "  → sudo netmon-collector" in lines


def test_names_from_outside_are_shown_and_not_obeyed() -> None:
    row = a_connection("c1", process=a_process(666, HOSTILE_NAME))
    lines = explanation_lines(
        Explanation(
            connection=row, attempts=(attempt("ebpf", AttemptResult.FOUND, f"saw {HOSTILE_NAME} use the socket"),)
        ),
        Palette(),
    )
    assert all(line.isprintable() for line in lines)


def test_where_nothing_was_tried_yet_it_says_so() -> None:
    assert "  nothing yet" in explanation_lines(Explanation(connection=LOST), Palette())
