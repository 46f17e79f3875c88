"""The units that systemd starts us by, by systemd's own judgement, and the files beside them."""

import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bench.services import BUDGETS as MOST
from tests.support.source_tree import ROOT, repository_files
from tests.support.units import UNITS, exposure, staged_units

MENDED_BY_ANOTHER_START = {"OWNERS_LOST", "DISK_FULL"}
"""Names of exit codes that a service ends with so that it is started anew."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    return staged_units(tmp_path)


def test_there_is_a_bound_for_each_unit() -> None:
    assert {path.name for path in UNITS} == MOST.keys()


@needs_systemd
@pytest.mark.root
@pytest.mark.parametrize("name", sorted(MOST))
def test_a_unit_is_exposed_no_more_than_it_was(units: Path, name: str) -> None:
    found = exposure(units / name)
    print(f"{name}: exposure {found} of at most {MOST[name]}")  # noqa: T201 -- the figure is asked for (pytest -s)
    assert found <= MOST[name]


@needs_systemd
@pytest.mark.root
def test_systemd_finds_nothing_wrong_with_the_units(units: Path) -> None:
    verify = ["systemd-analyze", "verify", "--man=no", *sorted(units.glob("*.service"))]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    # It ends with 0 for settings that it does not know: what it says counts.
    said = [line for line in done.stderr.splitlines() if "netmon" in line]
    assert (done.returncode, said) == (0, [])


def settings(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([A-Za-z]+)=(.*)$", path.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_as_a_user_that_is_made_for_it(path: Path) -> None:
    made = "".join(each.read_text() for each in path.parent.glob("*.sysusers"))
    unit = settings(path)
    assert re.search(rf"^u {unit['User'][0]} ", made, re.MULTILINE)
    assert re.search(rf"^[gu] {unit['Group'][0]} ", made, re.MULTILINE)
    assert unit["User"][0] != "root"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_an_exit_code_that_another_start_would_not_mend_ends_the_service(path: Path) -> None:
    cli = (
        ROOT
        / {"netmon-collector": "collector/netmon_collector", "netmon-recorder": "clients/netmon_recorder"}[path.stem]
    )
    named = dict(re.findall(r"^EXIT_(\w+) = ([1-9]\d*)$", (cli / "cli.py").read_text(), re.MULTILINE))
    codes = {code for name, code in named.items() if name not in MENDED_BY_ANOTHER_START}
    assert set(settings(path)["RestartPreventExitStatus"][0].split()) == codes


def test_capabilities_are_the_same_at_the_start_and_at_the_most() -> None:
    unit = settings(ROOT / "collector/service/netmon-collector.service")
    assert unit["AmbientCapabilities"] == unit["CapabilityBoundingSet"]


JOBS = [path for path in repository_files() if path.suffix == ".plist"]


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.name)
def test_a_job_of_launchd_starts_an_installed_program_and_says_that_it_was_never_run(path: Path) -> None:
    job = plistlib.loads(path.read_bytes())
    assert job["Label"] == path.stem
    (program,) = job["ProgramArguments"]
    assert re.fullmatch(r"@LIBRARY@/(collector|clients)/bin/netmon-(collector|recorder)", program)
    assert "never run" in path.read_text()


def test_every_file_of_a_service_is_one_that_is_installed() -> None:
    kinds = {path.suffix for path in repository_files() if path.parent.name == "service" and path.suffix != ".py"}
    assert kinds == {".service", ".sysusers", ".tmpfiles", ".plist"}
    assert len(JOBS) == 2
