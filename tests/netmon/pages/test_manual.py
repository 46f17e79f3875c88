"""The manual pages of the real programs, as groff reads them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import netmon_collector.cli
import netmon_collector.manual
import netmon_dashboard.manual
import netmon_recorder.cli
import netmon_recorder.manual
from netmon.pages import Program, manual_page, options_of

PROGRAMS = [netmon_collector.manual.program, netmon_recorder.manual.program, netmon_dashboard.manual.program]


@pytest.fixture(params=PROGRAMS, ids=lambda program: program.__module__.partition(".")[0])
def program(request: pytest.FixtureRequest) -> Program:
    made: Callable[[], Program] = request.param
    return made()


def read(page: str) -> tuple[str, str]:
    """The page as a reader sees it, and what groff says against it."""
    words = ["groff", "-man", "-Tutf8", "-P-cbou", "-k", "-ww", "-rLL=200n"]
    done = subprocess.run(words, input=page, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


needs_groff = pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")


@needs_groff
def test_groff_finds_nothing_wrong(program: Program) -> None:
    assert read(manual_page(program))[1] == ""


@needs_groff
def test_the_page_tells_every_option_as_help_does(program: Program) -> None:
    text = " ".join(read(manual_page(program))[0].split())
    for option in options_of(program.parser):
        assert f"{', '.join(option.names)} {option.word}".strip() in text
        assert option.help in text
    for code, meaning in program.exit_codes:
        assert f"{code} {meaning}" in text
    for path, _ in program.files:
        assert path in text


@pytest.mark.parametrize(
    ("module", "program"),
    [
        (netmon_collector.cli, netmon_collector.manual.program()),
        (netmon_recorder.cli, netmon_recorder.manual.program()),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_every_exit_code_is_told(module: object, program: Program) -> None:
    codes = {value for name, value in vars(module).items() if re.fullmatch(r"EXIT_\w+", name)}
    assert codes == {code for code, _ in program.exit_codes}


def test_what_roff_would_read_as_a_request_is_text(program: Program) -> None:
    program.parser.epilog = ".so /etc/passwd \\fB 'x'"
    assert "\\&.so /etc/passwd \\efB 'x'\n" in manual_page(program)


def test_pages_that_are_pointed_at_are_there(program: Program) -> None:
    known = {f"{one().name}({one().section})" for one in PROGRAMS} | {"netmon-cli(1)"}
    assert set(program.see_also) == known - {f"{program.name}({program.section})"}


def test_the_settings_file_on_the_page_is_the_one_that_is_read() -> None:
    assert Path(netmon_recorder.manual.program().files[0][0]).parent == Path("/etc/netmon")
