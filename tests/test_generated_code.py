"""The committed code is what the tools make of the contract, and the contract keeps its word."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the contract that a test may spoil."""
    return shutil.copytree(ROOT / "proto", tmp_path / "proto")


def test_the_committed_code_is_what_the_contract_makes() -> None:
    checked = run(ROOT / "proto/generate.py", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_nothing_that_was_promised_is_broken() -> None:
    assert (ROOT / "proto/baseline.binpb").exists()
    checked = run(ROOT / "proto/generate.py", "--breaking")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_changed_contract_is_noticed(copy: Path) -> None:
    proto = copy / "netmon/v1/filter.proto"
    proto.write_text(proto.read_text() + "\n// Added.\nmessage Added {}\n")
    checked = run(copy / "generate.py", "--check")
    assert checked.returncode == 1
    assert "netmon/v1/filter_pb2.py " in checked.stdout


def test_code_without_a_contract_is_noticed_and_then_removed(copy: Path) -> None:
    stale = copy / "netmon/v1/gone_pb2.py"
    stale.touch()
    assert run(copy / "generate.py", "--check").returncode == 1
    assert run(copy / "generate.py").returncode == 0
    assert not stale.exists()
    assert run(copy / "generate.py", "--check").returncode == 0


def test_a_broken_promise_is_noticed(copy: Path) -> None:
    proto = copy / "netmon/v1/filter.proto"
    proto.write_text(proto.read_text().replace(" = 1;", " = 1000;"))
    checked = run(copy / "generate.py", "--breaking")
    assert checked.returncode != 0
    assert "Previously present field" in checked.stdout
