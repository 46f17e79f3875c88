"""Who could change the code that runs as root: on files and directories of a folder that is root's."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from types import ModuleType

import pytest

from netmon_client import connect
from netmon_collector.own_code import has_privileges, is_service, places, warning, writable_by_others
from tests.support.namespaces import needs_root
from tests.support.pcap_files import datagram, write_pcap
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

NOBODY = 65_534


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder that root alone can write to, the ones above it too."""
    made = Path(tempfile.mkdtemp(prefix="nmcode-", dir="/run"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def code(folder: Path) -> Path:
    path = folder / "code"
    path.mkdir(mode=0o755)
    (path / "module.py").write_text("")
    return path / "module.py"


@needs_root
@pytest.mark.root
class TestFiles:
    def test_what_is_roots_alone_is_nobodys_to_change(self, code: Path) -> None:
        assert writable_by_others([code, code.parent]) == ()

    def test_a_file_of_another_user_is_found(self, code: Path) -> None:
        os.chown(code, NOBODY, 0)
        assert writable_by_others([code]) == (code,)

    def test_a_directory_of_another_user_is_found_before_what_is_in_it(self, code: Path) -> None:
        os.chown(code, NOBODY, 0)
        os.chown(code.parent, NOBODY, 0)
        assert writable_by_others([code, code.parent]) == (code.parent,)

    @pytest.mark.parametrize(("mode", "gid", "found"), [(0o646, 0, True), (0o664, NOBODY, True), (0o664, 0, False)])
    def test_a_mode_that_lets_others_write_is_found(self, code: Path, mode: int, gid: int, found: bool) -> None:
        os.chown(code, 0, gid)
        code.chmod(mode)
        assert bool(writable_by_others([code])) is found

    @pytest.mark.parametrize(("mode", "found"), [(0o777, True), (0o1777, False)])
    def test_a_sticky_directory_protects_what_root_has_in_it(self, code: Path, mode: int, found: bool) -> None:
        code.parent.chmod(mode)
        assert bool(writable_by_others([code])) is found

    def test_a_link_is_followed_by_every_step(self, folder: Path, code: Path) -> None:
        (folder / "theirs").mkdir()
        os.chown(folder / "theirs", NOBODY, 0)
        (folder / "theirs" / "middle").symlink_to(code)
        (folder / "link").symlink_to("theirs/middle")
        assert writable_by_others([folder / "link"]) == (folder / "theirs",)

    def test_a_link_that_leads_in_a_circle_ends(self, folder: Path) -> None:
        (folder / "link").symlink_to("link")
        assert writable_by_others([folder / "link"]) == ()

    def test_what_is_not_there_counts_by_who_could_make_it(self, code: Path) -> None:
        missing = code.parent / "python311.zip"
        assert writable_by_others([missing]) == ()
        code.parent.chmod(0o777)
        assert writable_by_others([missing]) == (code.parent,)


def test_a_process_consists_of_its_interpreter_its_search_path_and_its_modules() -> None:
    module = ModuleType("odd")
    module.__file__ = "/odd/module.py"
    found = places([module, sys], ["/site", ""])
    assert {Path(sys.executable), Path(sys.prefix), Path("/site"), Path("/odd/module.py")} <= set(found)
    assert Path() not in found


@pytest.mark.parametrize(
    ("environ", "parent_pid", "expected"),
    [
        ({"SYSTEMD_EXEC_PID": "7"}, 1, True),
        ({"SYSTEMD_EXEC_PID": "6", "INVOCATION_ID": "a", "NOTIFY_SOCKET": "/n"}, 5, False),
        ({"INVOCATION_ID": "a"}, 1, True),
        ({"XPC_SERVICE_NAME": "org.netmon.collector"}, 1, True),
        ({}, 1, False),
        ({}, 5, False),
    ],
)
def test_a_service_is_told_from_a_shell_below_one(environ: dict[str, str], parent_pid: int, expected: bool) -> None:
    assert is_service(environ, 7, parent_pid) is expected


@needs_root
@pytest.mark.root
def test_root_has_privileges() -> None:
    assert has_privileges()


@pytest.mark.parametrize(
    ("text", "expected"), [("CapPrm:\t0000000000002000", True), ("CapPrm:\t0000000000000000", False)]
)
def test_a_capability_is_a_privilege(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "status").write_text(f"Name:\tx\n{text}\nCapEff:\t0\n")
    assert has_privileges(tmp_path / "status") is expected
    assert not has_privileges(tmp_path / "none")


def test_the_words_name_the_first_place_and_what_to_do() -> None:
    assert warning(()) is None
    one = warning((Path("/home/a"),))
    assert one is not None
    assert one.text == "Others than root may change what runs here with root's rights: /home/a."
    two = warning((Path("/home/a"), Path("/opt/b")))
    assert two is not None
    assert two.text.endswith("/home/a and 1 more.")
    assert (two.code, two.remedy) == ("code.writable", "make install")


THEIR_COPY = "import sys; sys.path.insert(0, {path!r}); from netmon_collector.cli import main; sys.exit(main())"


@pytest.fixture
def their_copy(folder: Path) -> Path:
    """Give a folder of another user with the collector in it."""
    copy = folder / "theirs"
    copy.mkdir()
    for package in (ROOT / "proto/netmon", ROOT / "collector/netmon_collector"):
        shutil.copytree(package, copy / package.name)
    os.chown(copy, NOBODY, NOBODY)
    return copy


def command(copy: Path, folder: Path) -> list[str]:
    capture = write_pcap(folder / "eth0.pcap", [(0.0, datagram())])
    program = [sys.executable, "-I", "-B", "-c", THEIR_COPY.format(path=str(copy))]
    return [*program, "--read", str(capture), "--socket", str(folder / "run" / "c.sock")]


@needs_root
@pytest.mark.root
def test_started_by_hand_from_code_of_others_it_warns_once_and_says_it_in_the_status(
    folder: Path, their_copy: Path
) -> None:
    with subprocess.Popen(command(their_copy, folder), stderr=subprocess.PIPE, text=True) as process:
        with connect(str(folder / "run" / "c.sock")) as client:
            wait_for((folder / "run" / "c.sock").exists, seconds=30, what="a socket")
            status = client.status()
            snapshot = client.snapshot()
        process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
    assert said.count("Others than root may change") == 1
    assert f"{their_copy}" in said
    assert "make install" in said
    assert status.degraded[0].code == snapshot.degraded[0].code == "code.writable"


@needs_root
@pytest.mark.root
def test_as_a_service_it_refuses_to_run_code_of_others(folder: Path, their_copy: Path) -> None:
    by_manager = ["sh", "-c", 'export SYSTEMD_EXEC_PID=$$; exec "$@"', "sh", *command(their_copy, folder)]
    done = subprocess.run(by_manager, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 78
    assert done.stderr.endswith("As a service it does not start from there.\n")
    assert not (folder / "run").exists()
