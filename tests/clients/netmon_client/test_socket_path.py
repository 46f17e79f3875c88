"""Where the collector is looked for."""

import pytest

from netmon_client import default_socket_path


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
