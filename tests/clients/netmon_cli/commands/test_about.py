import shutil
import subprocess

import pytest

from tests.clients.netmon_cli.conftest import Run


def test_the_version_needs_no_collector(run_alone: Run) -> None:
    result = run_alone("version")
    assert result.code == 0
    assert result.out.startswith("netmon-cli ")


@pytest.mark.parametrize(
    ("shell", "sign"), [("bash", "complete "), ("zsh", "#compdef netmon-cli"), ("fish", "complete ")]
)
def test_each_shell_gets_its_completion(run_alone: Run, shell: str, sign: str) -> None:
    result = run_alone("completion", shell)
    assert result.code == 0
    assert sign in result.out
    assert "_NETMON_CLI_COMPLETE" in result.out


def test_bash_takes_its_completion(run_alone: Run) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    subprocess.run([bash, "-n"], input=run_alone("completion", "bash").out, text=True, check=True)


def test_the_completion_knows_the_commands(run_alone: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NETMON_CLI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "netmon-cli s")
    monkeypatch.setenv("COMP_CWORD", "1")
    lines = run_alone().lines
    assert {line.partition(",")[2] for line in lines} == {"stream", "status", "start", "stop"}


def test_the_manual_is_a_page(run_alone: Run) -> None:
    result = run_alone("man")
    assert result.code == 0
    assert result.lines[0].startswith(".TH NETMON\\-CLI 1")
