import os
from pathlib import Path

import pytest

from netmon_collector.config import Settings
from netmon_collector.invoker import command_lines_of, sudo_owner


def test_the_user_who_called_sudo_is_taken_from_the_environment() -> None:
    assert sudo_owner({"SUDO_UID": "0"}) == (0, 0)
    for nonsense in ("", "-1", "root", "4294967290", "99999999999999", "٣"):
        assert sudo_owner({"SUDO_UID": nonsense}) is None
    assert sudo_owner({}) is None


@pytest.mark.parametrize(("wanted", "environment", "expected"), [(False, "0", None), (True, "0", 0), (True, "", None)])
def test_command_lines_are_those_of_whoever_called_sudo_or_runs_it(
    monkeypatch: pytest.MonkeyPatch, environment: str, expected: int | None, *, wanted: bool
) -> None:
    monkeypatch.setenv("SUDO_UID", environment)
    found = command_lines_of(Settings(socket=Path("/run/c.sock"), keep_command_lines=wanted))
    assert found == (os.geteuid() if wanted and expected is None else expected)
