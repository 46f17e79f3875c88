import re
import sys

import pytest

from netmon_cli import own_dashboard
from netmon_cli.own_child import ChildFailed
from netmon_cli.own_dashboard import OwnDashboard, exit_words

STAND_IN = [sys.executable, "-m", "tests.clients.netmon_cli.stand_in_dashboard"]
SECONDS = 30.0


def test_it_gives_its_link_and_its_notes_and_knows_its_collector() -> None:
    with OwnDashboard(STAND_IN, "/run/c.sock") as own:
        assert re.fullmatch(r"dashboard  http://127\.0\.0\.1:8502/\?token=secret-of-\d+", own.wait_for_link())
        assert own.notes() == ["note       port 8501 is busy, so the dashboard is on 8502"]
        line = own.wait_for(
            lambda: next((line for line in own.lines() if line.startswith("socket")), None),
            seconds=SECONDS,
            exit_words=exit_words,
        )
        assert line == "socket /run/c.sock"
        assert own.warnings() == [line], "the link, which opens the page, is no warning"
    assert own.exit_code == 0


def test_one_that_does_not_start_says_why_and_what_to_do() -> None:
    with OwnDashboard([*STAND_IN, "--code", "1"], "/run/c.sock") as own, pytest.raises(ChildFailed) as failed:
        own.wait_for_link()
    assert str(failed.value).splitlines() == [
        "netmon-dashboard: something is wrong",
        "The dashboard did not start. It ended with code 1. Start it by hand to see why:  netmon-dashboard",
    ]


def test_one_that_says_no_link_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_dashboard, "_START_SECONDS", 0.3)
    with OwnDashboard([*STAND_IN, "--silent"], "/c") as own, pytest.raises(ChildFailed, match="does not answer"):
        own.wait_for_link()


def test_a_signal_is_no_exit_code() -> None:
    assert exit_words(-9).startswith("It was ended by signal 9.")
