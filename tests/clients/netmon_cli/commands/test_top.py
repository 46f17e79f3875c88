import subprocess
import sys

import pytest

from tests.clients.netmon_cli.conftest import Run


def test_the_help_tells_what_it_is_for(run_alone: Run) -> None:
    result = run_alone("top", "--help")
    assert result.code == 0
    assert "netmon-cli top apps" in result.out
    assert "--units" in result.out
    assert "--columns" not in result.out


@pytest.mark.parametrize(
    ("words", "message"),
    [(["processes"], "processes"), (["-i", "never"], "never"), (["-F", "aap:x"], "did you mean app?")],
)
def test_what_it_cannot_do_is_wrong_usage(run_alone: Run, words: list[str], message: str) -> None:
    result = run_alone("top", *words)
    assert result.code == 2
    assert message in result.err


def test_textual_is_not_imported_for_help_nor_for_a_refusal() -> None:
    code = """
import sys
from netmon_cli.program import run
run(["top", "--help"])
run(["top"])
sys.exit(any(name.partition(".")[0] in ("textual", "rich") for name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
