import io
import subprocess
import sys

import pytest

from netmon_cli import main as entry


def test_the_exit_code_is_that_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["netmon-cli", "conections"])
    monkeypatch.setattr(sys, "stdout", open_text())
    monkeypatch.setattr(sys, "stderr", open_text())
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 2


def test_ctrl_c_while_it_is_loaded_is_no_traceback() -> None:
    code = """
import sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from netmon_cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_without_a_command_the_help_is_shown_as_it_is() -> None:
    code = "from netmon_cli.main import main; import sys; sys.argv = ['netmon-cli']; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: ")
    assert len(done.stderr.splitlines()) > 10
    assert "\\x0a" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "closed"),
    [("version", 0, ">&-"), ("version", 0, "2>&-"), ("version", 0, "<&-"), ("nonsense", 2, "<&- >&- 2>&-")],
)
def test_what_the_caller_closed_leads_nowhere(words: str, code: int, closed: str) -> None:
    command = f'exec "$0" -m netmon_cli.main {words} {closed}'
    done = subprocess.run(["/bin/sh", "-c", command, sys.executable], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, "")


def open_text() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii")
