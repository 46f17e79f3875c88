import gzip
import os
import pty
import socket
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


@pytest.mark.parametrize("force", [False, True])
def test_a_device_takes_what_comes_and_stays_one(*, force: bool) -> None:
    """A terminal, not /dev/null, which root would lose where this goes wrong; /dev/pts lets no file take its place."""
    master, slave = pty.openpty()
    path = Path(os.ttyname(slave))
    try:
        with opened_output(str(path), zipped=False, force=force) as stream:
            stream.write(b"one\n")
        assert os.read(master, 100) == b"one\r\n"
        assert path.is_char_device()
    finally:
        os.close(master)
        os.close(slave)


def test_a_pipe_with_a_name_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with opened_output(str(pipe), zipped=False, force=True) as stream:
            stream.write(b"one\n")
        assert os.read(reader, 100) == b"one\n"
    finally:
        os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
    assert pipe.is_fifo()


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    there, link = tmp_path / "there" / "a", tmp_path / "link"
    there.parent.mkdir()
    there.write_text("old")
    link.symlink_to(there)
    with pytest.raises(click.UsageError, match="--force"), opened_output(str(link), zipped=False, force=False):
        pytest.fail("it was opened")
    with opened_output(str(link), zipped=False, force=True) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert there.read_text() == "new"


def test_a_folder_and_a_socket_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    for taken in (tmp_path, path):
        with pytest.raises(click.UsageError, match="-O -"), opened_output(str(taken), zipped=False, force=True):
            pytest.fail("it was opened")
    assert path.is_socket()


def write(path: Path, meanwhile: Callable[[], object]) -> None:
    with opened_output(str(path), zipped=False, force=False) as stream:
        stream.write(b"new")
        meanwhile()
