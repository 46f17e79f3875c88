import os
import resource
import signal
import stat
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon_collector.finding.file_maker import FileMaker
from tests.support.namespaces import needs_root
from tests.support.process_status import is_there, status_of, stop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.root, needs_root]

OWNER = 61_160


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "recording").mkdir(mode=0o700)
    os.chown(tmp_path / "recording", OWNER, OWNER)
    return tmp_path / "recording"


@pytest.fixture
def maker(directory: Path) -> Generator[FileMaker]:
    opened = os.open(directory, os.O_RDONLY)
    made = FileMaker(opened)
    os.close(opened)
    yield made
    made.close()
    os.waitpid(made.pid, 0)


def test_a_file_belongs_to_the_owner_of_the_directory_and_can_be_written(maker: FileMaker, directory: Path) -> None:
    made = maker.create("eth0.pcap")
    os.write(made, b"packets")
    os.close(made)
    status = (directory / "eth0.pcap").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o600, OWNER, OWNER)
    assert (directory / "eth0.pcap").read_bytes() == b"packets"


def test_who_makes_files_has_no_right_but_that(maker: FileMaker) -> None:
    os.close(maker.create("first"))  # it has dropped by then
    status = status_of(maker.pid)
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {"0" * 16}
    assert (status["Uid"].split()[0], status["Seccomp"]) == (str(OWNER), "2")


@pytest.mark.parametrize("name", ["../else", "/tmp/else", ".", "..", "x" * 256])  # noqa: S108 - refused
def test_a_name_that_leads_elsewhere_is_refused(maker: FileMaker, directory: Path, name: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the name
        maker.create(name)
    assert list(directory.iterdir()) == []


def test_what_exists_is_not_written_over_nor_followed(maker: FileMaker, directory: Path) -> None:
    (directory / "link").symlink_to("elsewhere")
    (directory / "there").write_text("old")
    for name in ("link", "there"):
        with pytest.raises(FileExistsError):
            maker.create(name)
    assert (directory / "there").read_text() == "old"


def test_an_answer_that_comes_too_late_is_nobodys(maker: FileMaker, directory: Path) -> None:
    maker._channel.settimeout(0.01)
    stop(maker.pid)
    try:
        with pytest.raises(TimeoutError, match="does not answer"):
            maker.create("late")
    finally:
        os.kill(maker.pid, signal.SIGCONT)
    wait_for((directory / "late").exists, seconds=30, what="the answer")
    with pytest.raises(OSError, match="Bad file descriptor"):
        maker.create("next")


def test_where_there_is_no_room_for_a_descriptor_it_says_so(maker: FileMaker) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        with pytest.raises(OSError, match="Too many open files"):
            maker.create("first")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    os.close(maker.create("second"))


def test_it_ends_when_nobody_asks_any_more(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    made = FileMaker(opened)
    os.close(opened)
    made.close()
    wait_for(lambda: not is_there(made.pid), seconds=30, what="its end")
    os.waitpid(made.pid, 0)
