import os
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.serving import UnsafeDirectory
from netmon.serving.directory import PATH_LIMIT_BYTES, RunDirectory, check_path_length
from tests.support.namespaces import needs_root


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_directory_is_closed_until_it_is_opened(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    directory.prepare()
    assert mode_of(directory.path) == 0o700
    directory.open()
    assert mode_of(directory.path) == 0o755


def test_a_directory_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir(mode=0o750)
    directory = RunDirectory(path)
    directory.prepare()
    directory.open()
    assert mode_of(path) == 0o750


def test_a_directory_left_closed_by_a_start_that_was_killed_is_opened(tmp_path: Path) -> None:
    killed = RunDirectory(tmp_path / "run")
    killed.prepare()
    (killed.open_staging() / "c.sock").touch()
    directory = RunDirectory(tmp_path / "run")
    directory.prepare()
    assert list(directory.open_staging().iterdir()) == []
    assert mode_of(directory.staging) == 0o700
    directory.close_staging()
    directory.open()
    assert mode_of(directory.path) == 0o755


def test_a_symbolic_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeDirectory, match="run is a symbolic link"):
        RunDirectory(tmp_path / "run").prepare()


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(UnsafeDirectory, match="run is not a directory"):
        RunDirectory(tmp_path / "run").prepare()


@pytest.mark.parametrize("mode", [0o770, 0o757, 0o1777])
def test_a_directory_that_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(mode)
    with pytest.raises(UnsafeDirectory, match=f"run has mode {mode:04o}"):
        RunDirectory(tmp_path / "run").prepare()


@pytest.mark.root
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", 65534, 65534)
    with pytest.raises(UnsafeDirectory, match="run belongs to user 65534"):
        RunDirectory(tmp_path / "run").prepare()


@pytest.mark.root
def test_a_directory_that_somebody_else_could_move_away_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs" / "run").mkdir(parents=True)
    os.chown(tmp_path / "theirs", 65534, 65534)
    with pytest.raises(UnsafeDirectory, match=r"theirs, above .*run, belongs to user 65534"):
        RunDirectory(tmp_path / "theirs" / "run").prepare()


def test_a_parent_that_others_may_write_to_is_refused_unless_it_is_sticky(tmp_path: Path) -> None:
    (tmp_path / "shared" / "run").mkdir(parents=True)
    (tmp_path / "shared").chmod(0o777)
    with pytest.raises(UnsafeDirectory, match=r"shared, above .*run, has mode 0777"):
        RunDirectory(tmp_path / "shared" / "run").prepare()
    (tmp_path / "shared").chmod(0o1777)
    RunDirectory(tmp_path / "shared" / "run").prepare()


def test_a_link_for_a_staging_directory_is_refused_and_what_it_leads_to_kept(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    directory = RunDirectory(tmp_path / "run")
    directory.prepare()
    directory.staging.symlink_to(tmp_path / "precious")
    with pytest.raises(UnsafeDirectory):
        directory.open_staging()
    assert (tmp_path / "precious" / "file").exists()


def test_a_missing_parent_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        RunDirectory(tmp_path / "missing" / "run").prepare()


def test_a_path_that_the_system_cannot_bind_is_refused_with_both_lengths() -> None:
    longest = PATH_LIMIT_BYTES - len("..d/0123456789")
    check_path_length(Path("/" + "x" * (longest - len("//c.sock"))) / "c.sock")
    too_long = Path("/" + "x" * (longest - len("//c.sock") + 1)) / "c.sock"
    with pytest.raises(ValueError, match=f"{longest + 1} bytes, this system allows {longest}"):
        check_path_length(too_long)


SERVER = 61_180


@pytest.fixture
def reachable() -> Generator[Path]:
    """Give a directory of root's that everybody can enter."""
    with tempfile.TemporaryDirectory(prefix="nmdir-", dir="/run") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def handed_over(path: Path) -> RunDirectory:
    directory = RunDirectory(path, SERVER)
    directory.prepare()
    directory.hand_over(SERVER, SERVER, socket_name="s", lock_name="s.lock")
    return directory


@needs_root
@pytest.mark.root
def test_a_directory_is_given_to_the_server_and_taken_again_by_the_next_start(reachable: Path) -> None:
    for _ in range(2):
        handed_over(reachable / "run")
        assert (reachable / "run").stat().st_uid == SERVER
    with pytest.raises(UnsafeDirectory, match="belongs to user"):
        RunDirectory(reachable / "run", SERVER + 1).prepare()


@needs_root
@pytest.mark.root
def test_a_directory_of_other_files_is_not_given_away(reachable: Path) -> None:
    (reachable / "run").mkdir(mode=0o755)
    (reachable / "run" / "s").touch()
    (reachable / "run" / "other").touch()
    with pytest.raises(UnsafeDirectory, match="other files"):
        handed_over(reachable / "run")
    (reachable / "run" / "other").unlink()
    handed_over(reachable / "run")


@needs_root
@pytest.mark.root
def test_a_directory_that_the_server_cannot_come_to_is_refused(reachable: Path) -> None:
    (reachable / "closed").mkdir(mode=0o700)
    directory = RunDirectory(reachable / "closed" / "run", SERVER)
    directory.prepare()
    with pytest.raises(UnsafeDirectory, match="cannot enter"):
        directory.check_entry(SERVER, SERVER)
    (reachable / "closed").chmod(0o711)
    directory.check_entry(SERVER, SERVER)
