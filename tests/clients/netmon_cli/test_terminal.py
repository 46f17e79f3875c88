import io
from typing import TextIO

import pytest

from netmon_cli.terminal import terminal_of


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "color", "coloured"),
    [
        (Screen(), {}, "auto", True),
        (io.StringIO(), {}, "auto", False),
        (Screen(), {"NO_COLOR": "1"}, "auto", False),
        (Screen(), {"NO_COLOR": ""}, "auto", True),
        (Screen(), {"TERM": "dumb"}, "auto", False),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, "auto", True),
        (io.StringIO(), {"CLICOLOR_FORCE": "0"}, "auto", False),
        (Screen(), {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, "auto", False),
        (io.StringIO(), {"NO_COLOR": "1"}, "always", True),
        (Screen(), {}, "never", False),
    ],
)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(
    stream: TextIO, environment: dict[str, str], color: str, coloured: bool
) -> None:
    assert terminal_of(stream, environment, color=color).palette.colour is coloured


def test_a_pipe_has_no_width() -> None:
    terminal = terminal_of(io.StringIO(), {"COLUMNS": "40"})
    assert (terminal.width, terminal.repaints) == (None, False)


def test_columns_and_lines_stand_above_what_the_terminal_says() -> None:
    terminal = terminal_of(Screen(), {"COLUMNS": "100", "LINES": "30"})
    assert (terminal.width, terminal.height) == (100, 30)
    assert (terminal_of(Screen(), {"COLUMNS": "wide"}).width, terminal_of(Screen(), {}).height) == (80, 24)


def test_a_dumb_terminal_is_not_painted_over() -> None:
    assert not terminal_of(Screen(), {"TERM": "dumb"}).repaints
    assert terminal_of(Screen(), {"TERM": "xterm-256color"}).palette.many
