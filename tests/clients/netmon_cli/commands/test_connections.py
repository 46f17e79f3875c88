import pytest

from netmon_client.testing import FakeCollector, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal
from tests.clients.netmon_cli.rows import ENDED, LISTENER, WEB


def test_watching_shows_what_was_chosen_again_and_again(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "connections", "--listen", "-w"], {}) as terminal:
        terminal.wait_until(lambda text: "sshd" in text, "the listener")
        fake.publish(a_snapshot([LISTENER, WEB], sequence=2))
        terminal.wait_until(lambda text: text.count("sshd") == 2, "the second tick")
        terminal.press(b"\x03")
        assert terminal.end() == 130
    assert "firefox" not in terminal.text


@pytest.mark.parametrize("choice", [["--all"], ["--closed", "60s"]])
def test_watching_holds_what_ended_for_the_time_asked(fake: FakeCollector, choice: list[str]) -> None:
    fake.publish(a_snapshot([WEB], sequence=2))
    fake.publish(a_snapshot([WEB, ENDED], sequence=3))
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "connections", *choice, "-w"], {}) as terminal:
        terminal.wait_until(lambda text: "90210" in text, "the one that ended")
        fake.publish(a_snapshot([WEB], sequence=4))
        terminal.wait_until(lambda text: text.count("90210") == 2, "the same in the next tick")
        terminal.press(b"\x03")
        assert terminal.end() == 130


def test_the_help_shows_every_option(run_alone: Run) -> None:
    text = run_alone("connections", "--help").out
    for option in ("--all", "--listen", "--closed", "--watch", "--filter", "--app", "--sort", "--units", "--no-trunc"):
        assert option in text
