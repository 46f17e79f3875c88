import gzip
import stat
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from netmon_cli.export_file import opened_output


def test_a_file_appears_when_it_is_whole_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with opened_output(str(path), zipped=False, force=False) as stream:
        stream.write(b"one\n")
        assert not path.exists()
    assert path.read_bytes() == b"one\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "a", lambda: Path("/nowhere/at/all").stat())
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("mine")
    with pytest.raises(click.UsageError, match="--force"), opened_output(str(path), zipped=False, force=False):
        pytest.fail("it was opened")
    with opened_output(str(path), zipped=False, force=True) as stream:
        stream.write(b"new")
    assert path.read_text() == "new"


def test_what_came_meanwhile_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(click.UsageError, match="--force"):
        write(path, lambda: path.write_text("somebody else's"))
    assert path.read_text() == "somebody else's"
    assert list(tmp_path.iterdir()) == [path]


def test_gzip_is_the_same_for_the_same_content(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with opened_output(str(tmp_path / name), zipped=True, force=False) as stream:
            stream.write(b"text\n" * 1000)
    packed = (tmp_path / "a.gz").read_bytes()
    assert gzip.decompress(packed) == b"text\n" * 1000
    assert packed == (tmp_path / "b.gz").read_bytes()


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with opened_output("-", zipped=False, force=False) as stream:
        stream.write(b"one\n")
    assert capfdbinary.readouterr().out == b"one\n"


def write(path: Path, meanwhile: Callable[[], object]) -> None:
    with opened_output(str(path), zipped=False, force=False) as stream:
        stream.write(b"new")
        meanwhile()
