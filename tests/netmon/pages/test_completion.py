"""Completion, by the shells themselves where they are installed; bash everywhere."""

import shutil
import subprocess
from pathlib import Path

import pytest

import netmon_collector.manual
import netmon_dashboard.manual
import netmon_recorder.manual
from netmon.pages import SHELLS, Program, completion, options_of

PROGRAMS = [netmon_collector.manual.program(), netmon_recorder.manual.program(), netmon_dashboard.manual.program()]
COLLECTOR = PROGRAMS[0]

# What bash does when somebody presses Tab: find the function, fill in the words, call it.
ASK = """
source /dev/stdin
function_name=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }
"$function_name"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(folder: Path, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    script = completion(COLLECTOR, "bash")
    done = subprocess.run(
        ["bash", "--norc", "-uc", ASK, "bash", "netmon-collector", *words],
        input=script,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("--own",), ["--owners"]),
        (("--owners", ""), ["auto", "ebpf", "sockdiag", "lookups", "procfs", "psutil"]),
        (("--owners", "p"), ["procfs", "psutil"]),
        (("--loop", "--no-"), ["--no-capture", "--no-names"]),
        (("--interval", ""), [""]),
        (("--read", "t"), ["two words.pcap", "there"]),
        (("--record", "t"), ["there"]),
    ],
)
def test_bash_offers_what_fits(tmp_path: Path, words: tuple[str, ...], offered: list[str]) -> None:
    (tmp_path / "two words.pcap").touch()
    (tmp_path / "there").mkdir()
    assert sorted(bash(tmp_path, *words)) == sorted(offered)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_option_is_completed_in_every_shell(program: Program, shell: str) -> None:
    script = completion(program, shell)
    for option in options_of(program.parser):
        for name in option.names:
            word = name if shell != "fish" else f"-l {name[2:]} " if name.startswith("--") else f"-s {name[1:]} "
            assert word in script


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_shell_can_read_it(program: Program, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-n"], input=completion(program, shell), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
