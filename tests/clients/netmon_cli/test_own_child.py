import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from netmon_cli import own_child
from netmon_cli.own_child import ChildFailed, OwnChild, isolated

SECONDS = 30.0

StopRefused = Callable[[str, bool, float], OwnChild]


def child(code: str) -> OwnChild:
    return OwnChild("sample", [sys.executable, "-c", code])


def words(exit_code: int) -> str:
    return f"It means {exit_code}."


def first_line(own: OwnChild) -> str:
    return own.wait_for(lambda: next(iter(own.lines()), None), seconds=SECONDS, exit_words=words)


def test_leaving_ends_the_child_by_its_pid() -> None:
    with child("import time; print('up', flush=True); time.sleep(60)") as own:
        assert first_line(own) == "up"
        assert own.exit_code is None
        pid = own.pid
    assert own.exit_code == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_ctrl_c_of_the_terminal_does_not_reach_it() -> None:
    """A signal of the terminal goes to a process group (termios(3)); the child has one of its own."""
    with child("import time; print('up', flush=True); time.sleep(60)") as own:
        first_line(own)
        assert os.getpgid(own.pid) == own.pid != os.getpgid(0)


def test_stopping_twice_is_stopping_once() -> None:
    with child("import time; time.sleep(60)") as own:
        own.stop()
        own.stop()


def test_one_that_ends_early_is_told_with_its_last_lines() -> None:
    code = "import sys; print('a INFO line'); print(); print('bad', file=sys.stderr); sys.exit(7)"
    with child(code) as own, pytest.raises(ChildFailed) as failed:
        own.wait_for(lambda: None, seconds=SECONDS, exit_words=words)
    assert str(failed.value) == "bad\nThe sample did not start. It means 7."


def test_one_that_never_answers_is_given_up() -> None:
    with child("import time; time.sleep(60)") as own, pytest.raises(ChildFailed, match="does not answer after 0 s"):
        own.wait_for(lambda: None, seconds=0.2, exit_words=words)


def test_only_the_last_warnings_are_shown() -> None:
    with child("for n in range(9): print(n)\nimport time; print(flush=True); time.sleep(60)") as own:
        own.wait_for(lambda: len(own.lines()) == 9 or None, seconds=SECONDS, exit_words=words)
        assert own.warnings() == ["4", "5", "6", "7", "8"]


def test_looking_at_what_it_writes_loses_none_of_it() -> None:
    """Both sides have one offset in the file: to move it back for reading had the child write over its own lines."""
    with child("import os\nfor n in range(20000): os.write(1, b'%d\\n' % n)") as own:
        while own.exit_code is None:
            own.lines()
        assert own.lines() == [str(number) for number in range(20_000)]


def test_one_that_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(own_child, "_STOP_SECONDS", 0.2)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    with child(code) as own:
        first_line(own)
        own.stop()
        assert capsys.readouterr().err == f"The sample still runs. End it:  sudo kill {own.pid}\n"
        os.kill(own.pid, signal.SIGKILL)


@pytest.fixture
def stop_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StopRefused]:
    """Stop a child that only root may kill, and give it: what sudo then does, if it may ask, and for how long.

    Sudo's memory of the password is over: it refuses where it may not ask.
    """
    with child("import time; print('up', flush=True); time.sleep(60)") as own:
        first_line(own)
        with monkeypatch.context() as patch:

            def refuse(pid: int, number: int) -> None:
                raise PermissionError

            def stop(does: str, has_terminal: bool, seconds: float) -> OwnChild:
                sudo = tmp_path / "sudo"
                sudo.write_text(f'#!/bin/sh\n[ "$1" != -n ] || exit 1\n{does}\n')
                sudo.chmod(0o755)
                patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
                patch.setattr(own_child, "_STOP_SECONDS", seconds)
                patch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: has_terminal))
                patch.setattr(os, "kill", refuse)
                own.stop()
                return own

            yield stop
        if own.exit_code is None:
            os.kill(own.pid, signal.SIGKILL)


@pytest.mark.parametrize("has_terminal", [True, False])
def test_one_of_sudo_is_ended_by_a_sudo_that_may_ask_where_somebody_can_answer(
    stop_refused: StopRefused, capsys: pytest.CaptureFixture[str], has_terminal: bool
) -> None:
    own = stop_refused('exec "$@"', has_terminal, 10.0 if has_terminal else 0.2)
    assert own.exit_code == (-signal.SIGTERM if has_terminal else None)
    assert ("it takes sudo to end it" in capsys.readouterr().err) is has_terminal


def test_ctrl_c_at_the_question_of_sudo_still_tells_that_the_child_runs(
    stop_refused: StopRefused, capsys: pytest.CaptureFixture[str]
) -> None:
    own = stop_refused("kill -INT $PPID\nsleep 0.5", True, 0.2)
    assert capsys.readouterr().err.splitlines() == [
        "The sample was started by sudo: it takes sudo to end it.",
        f"The sample still runs. End it:  sudo kill {own.pid}",
    ]


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        OwnChild("sample", ["/nowhere/program"])


def test_a_program_of_ours_starts_isolated_and_writes_no_bytecode() -> None:
    assert isolated("netmon-cli") == [sys.executable, "-I", "-B", str(Path(sys.executable).parent / "netmon-cli")]
