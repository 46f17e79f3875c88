"""Programs are called so that sudo finds them."""

from pathlib import Path

import pytest

from netmon.sudo import sudo_command


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give where the programs of this environment are, with a space in the path."""
    monkeypatch.setattr("sys.prefix", str(tmp_path / "my own"))
    programs = tmp_path / "my own" / "bin"
    programs.mkdir(parents=True)
    return programs


def executable(path: Path) -> Path:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_one_of_this_environment_alone_is_called_by_its_path(beside: Path) -> None:
    program = executable(beside / "netmon-nowhere-else")
    assert sudo_command("netmon-nowhere-else") == f"sudo '{program}'"


def test_one_that_sudo_finds_is_called_by_its_name(beside: Path) -> None:
    executable(beside / "sh")
    assert sudo_command("sh") == "sudo sh"


def test_the_callers_path_is_not_sudos(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = executable(beside / "netmon-nowhere-else")
    monkeypatch.setenv("PATH", str(beside))
    monkeypatch.setattr("sys.platform", "linux")
    assert sudo_command("netmon-nowhere-else") == f"sudo '{program}'"
    monkeypatch.setattr("sys.platform", "darwin")
    assert sudo_command("netmon-nowhere-else") == "sudo netmon-nowhere-else"


def test_one_that_is_nowhere_is_called_by_its_name(beside: Path) -> None:
    assert beside.is_dir()
    assert sudo_command("netmon-nowhere-else") == "sudo netmon-nowhere-else"
