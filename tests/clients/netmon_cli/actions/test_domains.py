import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon_client.testing import FakeCollector, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.named_rows import NAMED_SNAPSHOT
from tests.clients.netmon_cli.pseudo_terminal import PseudoTerminal

LOOK = Path(__file__).parent.parent / "looks" / "domains_80.txt"


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(snapshots=[NAMED_SNAPSHOT], heartbeat_seconds=0.1) as collector:
        yield collector


def first_words(lines: list[str]) -> list[str]:
    return [line.split("  ")[0] for line in lines[1:-2]]


def test_the_look_is_the_one_that_was_agreed_on(fake: FakeCollector) -> None:
    program = [sys.executable, "-m", "netmon_cli.main", "--socket", fake.socket, "domains"]
    with PseudoTerminal(program, {"NO_COLOR": "1"}, columns=80) as terminal:
        assert terminal.end() == 0
    if os.environ.get("WRITE_LOOKS"):
        LOOK.write_text(terminal.text, encoding="utf-8")
    assert terminal.text == LOOK.read_text(encoding="utf-8")


def test_subdomains_are_folded_and_shown_in_full_where_asked_for(cli: Run) -> None:
    assert first_words(cli("domains").lines)[:2] == ["example.org", "~example.net"]
    assert first_words(cli("domains", "--full").lines)[:3] == ["www.example.org", "cdn.example.org", "~example.net"]


def test_what_has_no_domain_comes_last_with_its_reason(cli: Run) -> None:
    assert first_words(cli("domains", "-o", "wide").lines)[2:] == [
        "(no name was seen for its address)",
        "(encrypted DNS)",
    ]


def test_a_filter_chooses_and_one_of_fields_that_no_domain_has_is_refused(cli: Run) -> None:
    assert first_words(cli("domains", "-F", "domain:www.example.org", "--full").lines) == ["www.example.org"]
    refused = cli("domains", "-F", "port:443")
    assert refused.code == 2
    assert "domains have no" in refused.err


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("org", ["example.org"]), ("*.example.org", ["example.org"]), ("NET", ["~example.net"]), ("*.test", [])],
)
def test_a_pattern_chooses_by_a_part_or_with_wildcards_by_the_whole(
    cli: Run, pattern: str, expected: list[str]
) -> None:
    result = cli("domains", pattern)
    assert (first_words(result.lines) if expected else result.lines) == (expected or ["No domain fits."])


def test_a_browsers_own_bytes_and_how_much_of_them_has_a_name(cli: Run) -> None:
    result = cli("domains", "--browser", "fire", "--full")
    assert first_words(result.lines) == ["www.example.org", "cdn.example.org"]
    assert "1.50 MB" in result.lines[-1]
    assert "75.1 % of what firefox moved has a name" in result.err
    assert 'No browser "curl" was seen; there is firefox' in cli("domains", "--browser", "curl").err


def test_json_holds_full_domains_and_what_has_none(cli: Run) -> None:
    written = json.loads(cli("domains", "-o", "json").out)
    assert (written["schema"], written["type"]) == ("netmon.v1", "domains")
    assert [domain["name"] for domain in written["domains"]] == ["www.example.org", "cdn.example.org", "example.net"]
    assert written["domains"][0]["source"] == "sni"
    assert [part["reason"] for part in written["unnamed"]] == ["not_seen", "encrypted_dns"]
    lines = [json.loads(line) for line in cli("domains", "net", "-o", "jsonl").lines]
    assert [(line["type"], line["registrable_domain"]) for line in lines] == [("domain", "example.net")]


def test_json_holds_what_the_browser_itself_moved_and_null_for_what_is_not_counted_by_browser(cli: Run) -> None:
    arguments = ("domains", "--browser", "firefox", "-o")
    lines = [json.loads(line) for line in cli(*arguments, "jsonl").lines]
    assert [line["name"] for line in lines] == ["www.example.org", "cdn.example.org"]
    assert lines[1]["traffic"]["received_bytes"] == 600_000  # curl moved 300 more
    assert lines[1]["traffic"]["received_bytes_per_second"] is None
    assert json.loads(cli(*arguments, "json").out)["domains"][1]["traffic"] == lines[1]["traffic"]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_an_unknown_sort_key_is_refused_in_every_form(cli: Run, form: str) -> None:
    result = cli("domains", "-o", form, "--sort", "-totl")
    assert result.code == 2
    assert "did you mean -total?" in result.err


def test_json_is_sorted_before_it_is_limited(cli: Run) -> None:
    smallest = cli("domains", "-o", "jsonl", "--sort", "total", "--limit", "1")
    assert [json.loads(line)["name"] for line in smallest.lines] == ["example.net"]
    document = json.loads(cli("domains", "-o", "json", "--sort", "domain").out)
    assert [each["name"] for each in document["domains"]] == ["cdn.example.org", "example.net", "www.example.org"]


def test_csv_has_the_names_of_the_contract(cli: Run) -> None:
    lines = cli("domains", "-o", "csv").lines
    assert lines[0].startswith("domain,domain_source,applications,received_bytes_per_second")
    assert lines[1].startswith('example.org,sni,"firefox, curl",')


def test_without_a_domain_it_says_so(run_alone: Run) -> None:
    with FakeCollector(snapshots=[a_snapshot()]) as empty:
        result = run_alone("--socket", empty.socket, "domains")
    assert result.lines == ["No domain was seen yet."]


def test_a_misspelt_domain_is_answered_with_the_nearest(cli: Run) -> None:
    assert cli("domains", "exmaple.org").lines == ["No domain fits: did you mean example.org?"]
    assert cli("domains", "exmaple").lines[0].startswith("No domain fits: did you mean example.")
    assert cli("domains", "nonsense").lines == ["No domain fits."]


def test_a_browser_that_was_not_seen_is_told_from_one_without_domains(cli: Run) -> None:
    assert 'No browser "firfox" was seen' in cli("domains", "--browser", "firfox").err


def test_connections_are_redacted_where_asked_for(cli: Run) -> None:
    plain, redacted = cli("connections", "-o", "csv").out, cli("connections", "--redact", "-o", "csv").out
    assert "example.org" in plain
    assert "example" not in redacted
    assert "203.0.113.7" not in redacted


def test_the_stream_shows_domains_tick_by_tick(cli: Run) -> None:
    (line, _) = [json.loads(text) for text in cli("stream", "domains", "-n", "1", "-o", "jsonl").lines][1:]
    assert [domain["name"] for domain in line["domains"]] == ["www.example.org", "cdn.example.org", "example.net"]
    assert line["connections"] == []
    delimited = cli("stream", "domains", "-n", "1", "-o", "csv").lines
    assert delimited[0].startswith("time,sequence,domain,domain_source")
    assert len(delimited) == 6
    table = cli("stream", "domains", "-n", "1", "-o", "table").lines
    assert any(text.startswith("example.org") for text in table)


def test_rates_of_one_browser_are_not_known_and_not_shown_as_none(cli: Run) -> None:
    assert not {"↓", "↑"} & set(cli("domains", "--browser", "firefox").lines[0].split())
    header, first, *_ = cli("domains", "--browser", "firefox", "-o", "csv").lines
    assert first.split(",")[header.split(",").index("received_bytes_per_second")] == ""
