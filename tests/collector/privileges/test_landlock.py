import errno
import os
import socket
from pathlib import Path

import pytest

from netmon_collector.privileges import landlock
from netmon_collector.privileges.landlock import LEAST_ABI, Places, build_ruleset, landlock_abi, restrict_files
from netmon_collector.privileges.thread_settings import forbid_new_privileges
from tests.support.dropped_child import results_in_child

NO_ACCESS = os.strerror(errno.EACCES)
needs_landlock = pytest.mark.skipif(landlock_abi() < LEAST_ABI, reason="this kernel has no Landlock")


def hold_to(places: Places) -> None:
    ruleset = build_ruleset(places)
    assert ruleset is not None
    forbid_new_privileges()
    restrict_files(ruleset)


@needs_landlock
def test_places_are_open_as_far_as_they_were_named_and_all_else_is_closed(tmp_path: Path) -> None:
    for name in ("read", "written", "owned", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("text")
    places = Places(
        read=(tmp_path / "read", tmp_path / "gone", Path("/proc/self")),
        written=(tmp_path / "written", tmp_path / "closed" / "file"),
        owned=(tmp_path / "owned",),
    )
    found = results_in_child(
        lambda: hold_to(places),
        {
            **{f"read {name}": (tmp_path / name / "file").read_text for name in ("read", "written", "owned", "closed")},
            **{f"list {name}": lambda n=name: list((tmp_path / n).iterdir()) for name in ("read", "closed")},
            **{
                f"make in {name}": lambda n=name: (tmp_path / n / "new").touch()
                for name in ("read", "written", "owned")
            },
            **{f"write {name}": lambda n=name: (tmp_path / n / "file").write_text("") for name in ("read", "written")},
            "remove": (tmp_path / "owned" / "file").unlink,
            "own status": lambda: Path("/proc/self/status").read_text(),
            "status of another": lambda: Path("/proc/1/status").read_text(),
        },
    )
    done = {name for name, result in found.items() if result == "done"}
    assert done == {
        *("read read", "read written", "read owned", "read closed", "list read", "make in owned", "write written"),
        *("remove", "own status"),
    }
    assert {result for name, result in found.items() if name not in done} == {NO_ACCESS}


@pytest.mark.skipif(landlock_abi() < 4, reason="this kernel's Landlock knows no TCP")
def test_tcp_leads_nowhere(tmp_path: Path) -> None:
    def connect() -> None:
        with socket.socket() as one:
            one.connect(("127.0.0.1", 9))

    def listen() -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))

    found = results_in_child(lambda: hold_to(Places(read=(tmp_path,))), {"connect": connect, "bind": listen})
    assert found == {"connect": NO_ACCESS, "bind": NO_ACCESS}


@pytest.mark.skipif(landlock_abi() < 6, reason="this kernel's Landlock knows no signals")
def test_nobody_else_can_be_signalled(tmp_path: Path) -> None:
    found = results_in_child(lambda: hold_to(Places(read=(tmp_path,))), {"signal": lambda: os.kill(os.getppid(), 0)})
    assert found == {"signal": os.strerror(errno.EPERM)}


@pytest.mark.parametrize("abi", [0, 1])
def test_a_kernel_that_cannot_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, abi: int) -> None:
    monkeypatch.setattr(landlock, "landlock_abi", lambda: abi)
    assert build_ruleset(Places()) is None
