"""What .ci/install puts in place and .ci/uninstall takes away, below a directory that any user can write to."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = "/opt/netmon"


def image(folder: Path, *programs: str) -> Path:
    """Make what a build leaves: code, and a program and a page for each name."""
    (folder / LIBRARY[1:]).mkdir(parents=True)
    (folder / LIBRARY[1:] / "code.py").touch()
    for name in programs:
        for place in (f"usr/bin/{name}", f"usr/share/man/man1/{name}.1"):
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).touch()
    return folder


def run(script: str, destination: Path, *words: str | Path) -> None:
    subprocess.run(
        [ROOT / ".ci" / script, *words],
        env={**os.environ, "DESTDIR": str(destination)},
        check=True,
        capture_output=True,
    )


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("library", [LIBRARY, LIBRARY + "/"])
def test_an_upgrade_removes_what_it_has_no_more_and_uninstall_the_rest(tmp_path: Path, library: str) -> None:
    there = tmp_path / "root"
    (there / "usr").mkdir(parents=True)
    for number, programs in enumerate((("netmon-cli", "netmon-dashboard"), ("netmon-cli",))):
        run("install", there, image(tmp_path / str(number), *programs), "/usr", library)
    lists = {"installed-files", "made-folders"}
    own = {f"opt/netmon/{name}" for name in ("code.py", *lists)}
    assert files(there) == {*own, "usr/bin/netmon-cli", "usr/share/man/man1/netmon-cli.1"}
    run("uninstall", there, "/usr", library)
    assert files(there) == set()
    assert (there / "usr").is_dir()
    assert not list((there / "usr").iterdir())
