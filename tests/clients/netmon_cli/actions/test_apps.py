import json
from dataclasses import replace

from netmon.model import OTHER_USERS_ID, Application, OtherUsers, Traffic
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.named_rows import NAMED_SNAPSHOT
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS


def test_applications_come_with_what_has_no_owner(cli: Run) -> None:
    result = cli("apps")
    assert result.code == 0
    assert result.lines[0].split() == ["App", "↓", "↑", "Σ↓", "Σ↑", "Conns", "Remotes", "Procs"]
    assert result.lines[1].split()[0] == "firefox"
    assert any(line.startswith("(gone before it could be looked up)") for line in result.lines)
    assert result.lines[-1].startswith("5 applications")


def test_other_users_are_a_row_in_brackets_that_is_no_application_and_said_in_words(run_alone: Run) -> None:
    others = Application(id=OTHER_USERS_ID, name="(other users)", traffic=Traffic(sent_bytes=7_000), connection_count=4)
    snapshot = replace(
        SNAPSHOT,
        applications=(*SNAPSHOT.applications, others),
        other_users=OtherUsers(connection_count=4, traffic=others.traffic),
    )
    with FakeCollector(snapshots=[snapshot], status=STATUS) as fake:
        result = run_alone("--socket", fake.socket, "apps", "-o", "wide")
        in_list = run_alone("--socket", fake.socket, "domains", "-o", "wide")
    assert any(line.startswith("(other users)") for line in result.lines)
    assert result.lines[-1].startswith("5 applications")
    for said in (result.err, in_list.err):
        assert "Other users: 4 connections, 7.00 kB as one sum; in group netmon you would see them" in said


def test_a_tree_has_the_processes_below(cli: Run) -> None:
    lines = cli("apps", "--tree").lines
    at = next(index for index, line in enumerate(lines) if line.startswith("firefox"))
    assert lines[at + 1].startswith("  firefox [4711]")


def test_a_tree_is_sorted_as_asked_for_with_its_processes_below(run_alone: Run) -> None:
    rows = [
        a_connection("1", process=a_process(1, "firefox"), received=10),
        a_connection("2", process=a_process(2, "firefox"), received=20),
        a_connection("3", process=a_process(3, "curl"), received=500),
    ]
    with FakeCollector(snapshots=[a_snapshot(rows)], status=STATUS) as fake:
        ascending = run_alone("--socket", fake.socket, "apps", "--tree", "--sort", "total").lines
        refused = run_alone("--socket", fake.socket, "apps", "--tree", "--sort", "-totl")
        named = run_alone("--socket", fake.socket, "apps", "firefox", "--sort", "-totl")
    assert [line[:14].rstrip() for line in ascending[1:6]] == [
        "curl",
        "  curl [3]",
        "firefox",
        "  firefox [1]",
        "  firefox [2]",
    ]
    assert refused.code == named.code == 2
    assert "did you mean -total?" in refused.err


def test_one_application_comes_with_its_processes_and_connections(cli: Run) -> None:
    for name in ("firefox", "4711"):
        result = cli("apps", name)
        assert "  firefox [4711]" in result.out
        assert "93.184.216.34:https" in result.out
        assert "curl" not in result.out


def test_one_application_comes_with_its_domains_and_a_process_without(run_alone: Run) -> None:
    with FakeCollector(snapshots=[NAMED_SNAPSHOT], status=STATUS) as fake:
        by_name, by_pid = (run_alone("--socket", fake.socket, "apps", each) for each in ("firefox", "4711"))
    at = next(index for index, line in enumerate(by_name.lines) if line.startswith("Domain"))
    assert by_name.lines[at].split() == ["Domain", "Source", "Apps", "Σ↓", "Σ↑", "Conns", "First", "Last"]
    assert by_name.lines[at + 1].split()[0] == "example.org"
    assert "curl" not in by_name.out
    assert by_pid.code == 0
    assert not any(line.startswith("Domain") for line in by_pid.lines)


def test_connections_can_be_grouped_by_something_else(cli: Run) -> None:
    lines = cli("apps", "--by", "user").lines
    assert lines[0].split()[0] == "User"
    assert [line.split()[0] for line in lines[1:4]] == ["alice", "(gone", "(ended"]


def test_json_is_one_document_and_lines_are_one_application_each(cli: Run) -> None:
    document = json.loads(cli("apps", "-o", "json", "--limit", "2").out)
    assert (document["type"], len(document["applications"])) == ("applications", 2)
    assert document["unattributed"][0]["reason"] == "gone"
    lines = [json.loads(line) for line in cli("apps", "-o", "jsonl", "--sort", "app").lines]
    assert [line["name"] for line in lines][:2] == ["curl", lines[1]["name"]]
    assert {line["type"] for line in lines} == {"application"}
    groups = json.loads(cli("apps", "--by", "user", "-o", "json").out)
    assert (groups["type"], groups["groups"][0]["by"]) == ("groups", "user")
    assert groups["groups"][0]["traffic"]["received_bytes"] > 0


def test_csv_has_a_reason_for_what_has_no_owner(cli: Run) -> None:
    lines = cli("apps", "-o", "csv").lines
    assert lines[0].startswith("name,received_bytes_per_second")
    assert any(line.endswith(",gone") for line in lines)


def test_an_application_whose_connections_have_all_ended_is_still_known(run_alone: Run) -> None:
    ended = a_application()
    snapshot = replace(a_snapshot([]), applications=(ended,))
    with FakeCollector(snapshots=[snapshot], status=STATUS) as fake:
        result = run_alone("--socket", fake.socket, "apps", "Wget")
        document = json.loads(run_alone("--socket", fake.socket, "apps", "wget", "-o", "json").out)
        other = run_alone("--socket", fake.socket, "apps", "wegt")
    assert result.lines[1].split()[:1] == ["wget"]
    assert "5.00 MB" in result.lines[1]
    assert [each["name"] for each in document["applications"]] == ["wget"]
    assert other.out == 'No application "wegt" was seen: did you mean wget?\n'


def a_application() -> Application:
    return Application(id="exe:/usr/bin/wget", name="wget", traffic=Traffic(received_bytes=5_000_000))


def test_a_process_without_connections_is_said(cli: Run) -> None:
    assert cli("apps", "31337").out == "No connection of process 31337.\n"
