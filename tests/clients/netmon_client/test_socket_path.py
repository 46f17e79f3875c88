"""Where the collector is looked for."""

import pytest

from netmon_client import default_socket_path
from netmon_client.socket_path import check_command, cli_command, start_command


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
    assert start_command("/run/own.sock") == "sudo netmon-collector --socket /run/own.sock"
    assert start_command("/run/netmon/collector.sock") == "sudo netmon-collector"
    assert check_command("/run/own.sock") == "netmon-cli doctor"
