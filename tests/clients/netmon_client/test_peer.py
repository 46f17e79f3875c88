"""The programs that errors name."""

import pytest

from netmon.sudo import sudo_command
from netmon_client import CollectorUnreachable, RecorderUnreachable
from netmon_client.peer import COLLECTOR, RECORDER


def test_each_has_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", "/run/own.sock")
    monkeypatch.setenv("NETMON_SOCKET", "/run/own.sock")
    assert RECORDER.start_command("/run/own.sock") == "netmon-recorder"
    assert RECORDER.start_command("/run/my own.sock") == "netmon-recorder --socket '/run/my own.sock'"
    assert COLLECTOR.start_command("/run/own.sock") == f"{sudo_command('netmon-collector')} --socket /run/own.sock"
    for peer in (COLLECTOR, RECORDER):
        assert peer.cli_command("/run/own.sock", "doctor") == "netmon-cli doctor"


def test_a_command_for_another_socket_names_it() -> None:
    assert COLLECTOR.cli_command("/run/its.sock", "doctor") == "netmon-cli --socket /run/its.sock doctor"
    assert RECORDER.cli_command("/run/its.sock", "doctor") == "netmon-cli --recorder-socket /run/its.sock doctor"


def test_a_recorder_that_is_away_is_told_from_a_collector_that_is() -> None:
    assert COLLECTOR.unreachable is CollectorUnreachable
    assert issubclass(RECORDER.unreachable, RecorderUnreachable)
    assert RECORDER.unreachable("x").exit_code == 3
