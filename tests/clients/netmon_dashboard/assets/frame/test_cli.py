"""A command that is copied from the page does in a shell what it says, whatever the names in it are."""

import subprocess
from pathlib import Path

from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("cli_words.mjs")
HOSTILE = [
    "plain",
    "app:firefox",
    "a b",
    "it's",
    "$(touch /nowhere)",
    "`id`",
    "!proto:udp",
    "-F",
    "",
    "a\\b'c\"d",
    "line\nbreak",
    "\x1b[31mred",
    "\u202egpj.exe",
    "ünïcode 😀",
    "~",
    "a*b?[c]",
]


def command_lines(commands: list[list[str]], socket: str = "") -> list[str]:
    return given_to(SCRIPT, {"commands": commands, "socket": socket})


def words_in_bash(line: str) -> list[str]:
    """Let bash read the line with a program in place of ours that says its words."""
    script = f"netmon-cli() {{ printf '%s\\0' \"$@\"; }}\n{line}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, check=True, timeout=30, env={"LC_ALL": "C.UTF-8"}
    )
    return done.stdout.decode().split("\0")[:-1]


def test_plain_words_stay_as_people_would_type_them() -> None:
    assert command_lines([["connections", "-F", "app:firefox", "--sort", "-received_rate"]]) == [
        "netmon-cli connections -F app:firefox --sort -received_rate"
    ]


def test_the_socket_is_named_where_it_is_not_the_usual_one() -> None:
    (line,) = command_lines([["apps"]], socket="/run/a b/c.sock")
    assert line == "netmon-cli --socket '/run/a b/c.sock' apps"


def test_hostile_words_come_out_of_the_shell_as_they_went_in() -> None:
    (line,) = command_lines([HOSTILE])
    assert words_in_bash(line) == HOSTILE


def test_nothing_that_steers_a_terminal_stands_in_the_line() -> None:
    (line,) = command_lines([HOSTILE])
    assert not [sign for sign in line if sign < " " or sign in "\x7f\u202e"]
