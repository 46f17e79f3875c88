import subprocess
import sys

import pytest

from netmon.pages import completion, manual_page
from netmon.pages.__main__ import main
from netmon_recorder.manual import program


def test_it_prints_the_page_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["netmon_recorder.manual", "man"]) == 0
    assert capsys.readouterr().out == manual_page(program())
    assert main(["netmon_recorder.manual", "zsh"]) == 0
    assert capsys.readouterr().out == completion(program(), "zsh")


@pytest.mark.parametrize("words", [[], ["netmon_recorder.manual"], ["netmon_recorder.manual", "tcsh"]])
def test_anything_else_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err == "usage: python -m netmon.pages MODULE man|bash|zsh|fish\n"


def test_it_runs_isolated() -> None:
    words = [sys.executable, "-I", "-m", "netmon.pages", "netmon_collector.manual", "fish"]
    assert "complete -c netmon-collector" in subprocess.run(words, capture_output=True, text=True, check=True).stdout
