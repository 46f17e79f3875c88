"""The live view as its users start and leave it, on a terminal of its own."""

import io
import os
import signal
import termios

import click
import pytest

from netmon.sudo import sudo_command
from netmon_cli.actions.top import need_terminal
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal

TERMINAL = {"TERM": "xterm-256color"}
ALTERNATE, BACK = "\x1b[?1049h", "\x1b[?1049l"  # xterm's alternate screen


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("standard_input", "standard_output", "environment", "message"),
    [
        (Screen(), io.StringIO(), TERMINAL, "standard output is none"),
        (io.StringIO(), Screen(), TERMINAL, "standard input is no terminal"),
        (Screen(), Screen(), {"TERM": "dumb"}, "TERM is dumb or empty"),
        (Screen(), Screen(), {}, "TERM is dumb or empty"),
    ],
)
def test_without_a_terminal_it_says_what_to_use(
    standard_input: io.StringIO, standard_output: io.StringIO, environment: dict[str, str], message: str
) -> None:
    with pytest.raises(click.UsageError, match=message) as error:
        need_terminal(standard_input, standard_output, environment)
    assert "netmon-cli stream" in error.value.message


def test_a_terminal_is_enough() -> None:
    need_terminal(Screen(), Screen(), TERMINAL)


def test_a_pipe_is_refused_as_wrong_usage(cli: Run) -> None:
    result = cli("top")
    assert (result.code, result.out) == (2, "")
    assert "use netmon-cli stream" in result.err


def test_it_starts_shows_rows_and_leaves_the_terminal_as_it_was(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "top"], {}) as terminal:
        before = termios.tcgetattr(terminal.primary)
        terminal.wait_until(lambda text: "firefox" in text and "Live" in text, "rows")
        assert termios.tcgetattr(terminal.primary) != before
        terminal.press(b"q")
        assert terminal.end() == 0
        assert termios.tcgetattr(terminal.primary) == before
    assert terminal.text.index(ALTERNATE) < terminal.text.index("firefox") < terminal.text.rindex(BACK)
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("firefox")  # the cursor is shown again


def test_ctrl_c_and_sigterm_leave_the_terminal_too(fake: FakeCollector) -> None:
    for stop, code in ((None, 130), (signal.SIGTERM, 143)):
        with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "top", "apps"], {}) as terminal:
            before = termios.tcgetattr(terminal.primary)
            terminal.wait_until(lambda text: "firefox" in text, "rows")
            if stop is None:
                terminal.press(b"\x03")
            else:
                os.kill(terminal.pid, stop)
            assert terminal.end() == code
            assert termios.tcgetattr(terminal.primary) == before
        assert BACK in terminal.text


@pytest.mark.parametrize(("words", "environment"), [([], {"NO_COLOR": "1"}), (["--color", "never"], {})])
def test_without_colour_none_is_sent(fake: FakeCollector, words: list[str], environment: dict[str, str]) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, *words, "top"], environment) as terminal:
        terminal.wait_until(lambda text: "firefox" in text, "rows")
        terminal.press(b"q")
        assert terminal.end() == 0
    assert "\x1b[38;" not in terminal.text
    assert ";38;2;" not in terminal.text
    assert ";48;2;" not in terminal.text


def test_without_a_collector_it_ends_as_other_commands_do(fake: FakeCollector) -> None:
    fake.kill(keep_file=False)
    said: list[str] = []
    for words in (["top"], ["connections"]):
        with PseudoTerminal([*PROGRAM, "--socket", fake.socket, *words], {"NO_COLOR": "1"}, columns=300) as terminal:
            assert terminal.end() == 3
        said.append(terminal.text)
    assert said[0] == said[1]
    assert f"Start it:  {sudo_command('netmon-collector')} --socket {fake.socket}" in said[0]


def test_told_to_wait_it_shows_what_comes(fake: FakeCollector) -> None:
    fake.kill(keep_file=False)
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "top", "--wait"], {}, columns=120) as terminal:
        terminal.wait_until(lambda text: "Waiting for the collector" in text, "the wait")
        fake.start()
        terminal.wait_until(lambda text: "firefox" in text, "rows")
        terminal.press(b"q")
        assert terminal.end() == 0


def test_an_error_that_is_final_is_said_after_the_view(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "top"], {}) as terminal:
        terminal.wait_until(lambda text: "firefox" in text, "rows")
        fake.kill()
        fake.start(other_version=True)
        assert terminal.end() == 5
    assert "does not know this call" in terminal.text[terminal.text.rindex(BACK) :]


def test_an_unknown_sort_key_is_wrong_usage(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "top", "--sort", "-recieved_rate"], {}) as terminal:
        assert terminal.end() == 2
    assert "did you mean -received_rate?" in terminal.text
