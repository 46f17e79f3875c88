"""Where the collector is looked for."""

import socket
from pathlib import Path

import pytest

from netmon.sudo import sudo_command
from netmon_client import default_recorder_path, default_socket_path
from netmon_client.socket_path import (
    check_command,
    cli_command,
    own_recorder_path,
    start_command,
    system_recorder_path,
)


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_SOCKET", "/tmp/own.sock")  # noqa: S108 -- a name, nothing is made
    assert default_socket_path() == "/tmp/own.sock"  # noqa: S108


@pytest.mark.parametrize(
    ("platform", "path"),
    [("linux", "/run/netmon/collector.sock"), ("darwin", "/var/run/netmon/collector.sock")],
)
def test_the_system_has_a_place_for_it(monkeypatch: pytest.MonkeyPatch, platform: str, path: str) -> None:
    monkeypatch.delenv("NETMON_SOCKET", raising=False)
    monkeypatch.setattr("sys.platform", platform)
    assert default_socket_path() == path


def test_a_command_names_the_socket_where_it_is_not_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_SOCKET", "/run/own.sock")
    assert cli_command("/run/own.sock", "start") == "netmon-cli start"
    assert cli_command("/run/my own.sock", "start") == "netmon-cli --socket '/run/my own.sock' start"


def test_a_start_command_names_the_socket_as_sudo_hands_no_environment_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("NETMON_SOCKET", "/run/own.sock")
    assert start_command("/run/own.sock") == f"{sudo_command('netmon-collector')} --socket /run/own.sock"
    assert start_command("/run/netmon/collector.sock") == sudo_command("netmon-collector")
    assert check_command("/run/own.sock") == "netmon-cli doctor"


def test_the_recorder_is_this_users_where_it_runs_else_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NETMON_RECORDER_SOCKET", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("netmon_client.socket_path.system_recorder_path", lambda: str(tmp_path / "system.sock"))
    own = tmp_path / "netmon" / "recorder.sock"
    assert default_recorder_path() == str(own)
    with socket.socket(socket.AF_UNIX) as system:
        system.bind(str(tmp_path / "system.sock"))
        assert default_recorder_path() == str(tmp_path / "system.sock")
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", "/run/own.sock")
    assert default_recorder_path() == "/run/own.sock"


def test_root_without_a_session_has_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert own_recorder_path() == system_recorder_path() == "/run/netmon-recorder/recorder.sock"
