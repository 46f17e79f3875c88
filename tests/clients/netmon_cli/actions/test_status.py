import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from netmon.model import Caller, Degradation, MonitoringState, PacketSource, ServiceLimits, Status, Visibility
from netmon_cli.actions.status import status_lines, watch_status
from netmon_cli.render.palette import Palette
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client import Client, CollectorUnreachable, connect
from netmon_client.feed import FeedItem
from netmon_client.testing import FakeCollector, FakeRecorder, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal
from tests.clients.netmon_cli.rows import STATUS


def text_of(status: Status) -> str:
    return "\n".join(status_lines(status, Palette()))


def test_the_state_is_said_in_words(cli: Run) -> None:
    result = cli("status")
    assert result.code == 0
    assert result.lines[0] == "● running  netmon 0.1.0, up 21s, pid 4700"
    assert "  owners    psutil; 99.9 % of the bytes have an owner" in result.lines
    assert "  table     7 open connections, 1 listening; 0 of 65,536 rows used" in result.lines
    assert result.lines[-2:] == ["! owners are looked up once a second", "  Install what is better"]


def test_a_stop_a_recording_and_few_rights_are_said() -> None:
    assert text_of(replace(STATUS, monitoring_state=MonitoringState.STOPPED)).startswith("○ stopped since ")
    assert "a recording, not this machine" in text_of(replace(STATUS, packet_source=PacketSource.RECORDING))
    little = text_of(replace(STATUS, caller=Caller(uid=1001, sees=Visibility.OWN, reason="not in group netmon")))
    assert "uid 1001, see your own processes, the rest as one sum, may not start, stop or clear" in little


def test_where_no_packets_are_captured_no_interface_is_missed() -> None:
    off = Degradation(code="capture.off", text="Packets are not captured.")
    assert "  packets   not captured (--no-capture); a tick each" in text_of(replace(STATUS, degraded=(off,)))


def test_how_much_is_served_is_said_where_the_collector_tells_it() -> None:
    assert "clients" not in text_of(STATUS)
    limits = ServiceLimits(
        connection_count=7,
        connection_limit=1_024,
        connections_a_user=64,
        subscriber_limit=512,
        subscribers_a_user=32,
    )
    told = text_of(replace(STATUS, limits=limits, subscriber_count=2))
    assert "clients   2 of 512 subscribers, 7 of 1,024 connections; of one user 32 and 64 at the most" in told


def test_json_has_the_fields_of_the_contract(cli: Run) -> None:
    document = json.loads(cli("status", "-o", "json").out)
    assert (document["type"], document["caller"]["uid"]) == ("status", 1000)
    assert json.loads(cli("status", "-o", "jsonl").out) == document


def test_paths_need_no_collector(run_alone: Run) -> None:
    result = run_alone("--socket", "/nowhere/c.sock", "status", "--paths")
    assert result.code == 0
    assert result.lines[0] == "socket   /nowhere/c.sock  (not there)"
    document = json.loads(run_alone("--socket", "/nowhere/c.sock", "status", "--paths", "-o", "json").out)
    assert (document["type"], document["paths"][0]) == (
        "paths",
        {"name": "socket", "path": "/nowhere/c.sock", "exists": False},
    )
    assert [each["name"] for each in document["paths"]] == ["socket", "recorder", "config", "config", "program"]
    assert json.loads(run_alone("--socket", "/nowhere/c.sock", "status", "--paths", "-o", "jsonl").out) == document


def test_watching_draws_over_itself_until_ctrl_c(fake: FakeCollector) -> None:
    words = [*PROGRAM, "--socket", fake.socket, "status", "--watch"]
    with PseudoTerminal(words, {}) as terminal:
        terminal.wait_until(lambda text: "● running" in text, "the first state")
        fake.publish(a_snapshot(sequence=2))
        terminal.wait_until(lambda text: text.count("running") >= 2, "the second state")
        terminal.press(b"\x03")
        assert terminal.end() == 130
        assert "F\x1b[J" in terminal.text


def test_watching_on_a_short_terminal_leaves_nothing_above_it(fake: FakeCollector) -> None:
    words = [*PROGRAM, "--socket", fake.socket, "status", "--watch"]
    with PseudoTerminal(words, {}, rows=6) as terminal:
        terminal.wait_until(lambda text: "● running" in text, "the first state")
        fake.publish(a_snapshot(sequence=2))
        terminal.wait_until(lambda text: text.count("running") >= 2, "the second state")
        terminal.press(b"\x03")
        assert terminal.end() == 130
        assert terminal.text.partition("\x1b[5F\x1b[J")[0].count("\n") == 5


def test_watching_goes_on_where_the_collector_goes_between_a_tick_and_the_question(
    fake: FakeCollector, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Status | CollectorUnreachable] = [CollectorUnreachable("lost"), replace(STATUS, version="9.9")]

    def status(_: Client) -> Status:
        answer = answers.pop(0)
        if isinstance(answer, Status):
            return answer
        raise answer

    def snapshots(*_: object) -> Iterator[FeedItem]:
        yield from (a_snapshot(sequence=1), a_snapshot(sequence=2))

    monkeypatch.setattr(Client, "status", status)
    monkeypatch.setattr(Client, "snapshots", snapshots)
    with connect(fake.socket) as client:
        watch_status(Session(socket=fake.socket), client, Shape())
    assert capsys.readouterr().out.startswith("● running  netmon 9.9,")


def test_no_word_is_torn_on_a_narrow_terminal() -> None:
    words = set(" ".join(status_lines(STATUS, Palette())).split())
    lines = status_lines(STATUS, Palette(), 40)
    assert max(map(len, lines)) <= 40
    assert set(" ".join(lines).split()) == words
    assert any(line.startswith(" " * 12) for line in lines)


def test_what_the_recorder_says_stands_beside_it(cli: Run, recorder: FakeRecorder) -> None:
    assert "  history   none is kept: no recorder answers (start it: netmon-recorder)" in cli("status").lines
    assert json.loads(cli("status", "-o", "json").out)["history"] is None
    words = ("--recorder-socket", recorder.socket, "status")
    assert any(line.startswith("  history   records since ") for line in cli(*words).lines)
    history = json.loads(cli(*words, "-o", "json").out)["history"]
    assert (history["recorder"]["pid"], history["storage"]["engine"]) == (4801, "sqlite")
    recorder.refuse()
    assert any("  history   " in line and "not for this user" in line for line in cli(*words).lines)


def test_sizes_are_in_the_units_that_were_asked_for(cli: Run, recorder: FakeRecorder) -> None:
    lines = cli("--recorder-socket", recorder.socket, "status", "--units", "iec").lines
    history = next(line for line in lines if line.startswith("  history "))
    assert "2.38 MiB" in history
    assert "46.6 GiB free" in history
    large = replace(STATUS, resident_bytes=64 * 1024**2)
    assert "64.0 MiB; " in "\n".join(status_lines(large, Palette(), units="iec"))
