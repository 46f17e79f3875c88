"""What is installed: the wheel holds all that the programs read, files that are no Python too."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, repository_files

DASHBOARD = ROOT / "clients" / "netmon_dashboard"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_dashboard(names: set[str]) -> None:
    files = {path.relative_to(DASHBOARD.parent) for path in repository_files() if path.is_relative_to(DASHBOARD)}
    kinds = {path.suffix for path in files}
    assert {".py", ".js", ".css", ".svg"} <= kinds
    assert {str(path) for path in files} <= names
    assert "netmon_dashboard/script/entry.py" in names
    assert "netmon_dashboard/assets/main.js" in names


def test_the_wheel_holds_programs_and_no_tests(names: set[str]) -> None:
    tops = {Path(name).parts[0] for name in names if ".dist-info" not in name}
    assert tops == {"netmon", "netmon_client", "netmon_cli", "netmon_collector", "netmon_dashboard", "netmon_recorder"}
