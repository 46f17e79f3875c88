import os
import sys
from pathlib import Path

import pytest

from netmon_cli import own_collector
from netmon_cli.own_child import ChildFailed
from netmon_cli.own_collector import OwnCollector, Plan, exit_words
from netmon_client import connect

STAND_IN = [sys.executable, "-m", "tests.clients.netmon_cli.stand_in_collector"]


def plan(*arguments: str) -> Plan:
    return Plan(program=STAND_IN, arguments=arguments)


def test_it_answers_and_is_ended_by_its_pid(tmp_path: Path) -> None:
    socket = str(tmp_path / "c.sock")
    with connect(socket) as client, OwnCollector(plan("--socket", socket)) as own:
        assert own.wait_until_it_answers(client).version == "0.1.0"
        assert own.warnings() == ["2026-01-01 00:00:00,000 WARNING eth1 went down"]
        pid = own.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("code", "words"),
    [(2, "settings"), (69, "libpcap"), (75, "running already"), (77, "make demo"), (5, "ended with code 5")],
)
def test_each_exit_code_becomes_what_to_do(tmp_path: Path, code: int, words: str) -> None:
    with (
        connect(str(tmp_path / "c.sock")) as client,
        OwnCollector(plan("--code", str(code))) as own,
        pytest.raises(ChildFailed) as caught,
    ):
        own.wait_until_it_answers(client)
    assert words in str(caught.value)
    assert str(caught.value).startswith("netmon-collector: something is wrong\nThe collector did not start.")


def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_collector, "_START_SECONDS", 0.3)
    with (
        connect(str(tmp_path / "c.sock")) as client,
        OwnCollector(plan("--silent")) as own,
        pytest.raises(ChildFailed, match=r"does not answer after 0 s\. no collector at"),
    ):
        own.wait_until_it_answers(client)


def test_a_signal_is_no_exit_code() -> None:
    assert exit_words(-9) == "It was ended by signal 9."


def test_sudo_stands_before_the_program() -> None:
    command = Plan(program=["netmon-collector"], arguments=["--loop"], with_sudo=True).command()
    assert Path(command[0]).name == "sudo"
    assert command[1:] == ["netmon-collector", "--loop"]
    assert Plan(program=["a"], arguments=["b"]).command() == ["a", "b"]
