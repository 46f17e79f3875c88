"""The pages for readers: what they tell one to type works, what they link is there, what they quote is so."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.source_tree import ROOT, repository_files
from tests.support.waiting import wait_for

PAGES = [path for path in repository_files() if path.suffix == ".md"]
DRAWINGS = sorted((ROOT / "clients/pictures").glob("*.svg"))
DEMO = ROOT / "clients/demo"

HISTORY = "it takes a recorder; the tests of the command run it on one"

# What is never run by this test, and why.
SKIPPED = {
    "sudo systemctl enable --now netmon-collector.service netmon-recorder.service": "tests/e2e/test_installation does",
    'sudo usermod --append --groups netmon "$USER"': "it changes the machine",
    "netmon-cli history --by day --since 30d --group app": HISTORY,
    "netmon-cli history --group domain --since 24h --compare previous": HISTORY,
    "netmon-cli export --from 7d --format csv -O week.csv": HISTORY,
    "netmon-cli alerts put backup --if 'app:backup' --over 5GB --within 1h --quiet 22:00-07:00": HISTORY,
    "netmon-cli cleanup --older-than 90d --dry-run": HISTORY,
    "netmon-cli top": "it takes a terminal; the tests of the command start it on one",
    ".venv/bin/python proto/generate.py --baseline": "it rewrites the baseline; test_generated_code runs the rest",
    ".venv/bin/python -m tests.support.record_demo": "it takes root, and rewrites what test_demo checks",
    ".venv/bin/python -m tests.support.take_pictures": "it rewrites what tests below check",
    ".venv/bin/python -m tests.support.take_screenshots": "it rewrites what test_pictures checks",
}

# Programs whose commands are run, over the demo recording where they need a collector.
RUN = ("netmon-cli", "netmon-collector", "export")

WAIT_SECONDS = 20

EXPLAINED = "198.51.100.40:443"
"""The connection that a page has explained."""


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Each command of each sh block, without its comment; a line that ends in a pipe goes on in the next."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in re.sub(r"\|\n\s*", "| ", block).splitlines():
                command = re.sub(r"\s+#.*", "", line).strip()
                if command:
                    yield relative(page), command


COMMANDS = list(commands())
RUNNABLE = [command for _, command in COMMANDS if command.startswith(RUN) and command not in SKIPPED]


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the socket of a collector that plays the demo."""
    folder = tmp_path_factory.mktemp("demo")
    socket = str(folder / "run" / "demo.sock")
    process = CollectorProcess([COLLECTOR, "--socket", socket, "--read", str(DEMO), "--loop"], socket, folder / "log")
    try:
        process.wait_until_ready("lo", "wlan0")
        # What a page asks about begins some seconds after the recording does.
        with process.client() as client:
            wait_for(
                lambda: EXPLAINED in {str(row.remote) for row in client.connections()},
                seconds=WAIT_SECONDS,
                what="the connection that a page asks about",
            )
        yield socket
    finally:
        process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which what one command saves, the next one finds; the checkout's clients are in it."""
    made = tmp_path_factory.mktemp("work")
    (made / "clients").symlink_to(ROOT / "clients")
    return made


def first_line_of(command: str, folder: Path, socket: str) -> tuple[str, int | None]:
    """Run a command until it ends or has written a line; give that and the exit code, None where it ran on."""
    programs = Path(sys.executable).parent
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NETMON_SOCKET": socket,
        "XDG_RUNTIME_DIR": str(folder),
    }
    process = subprocess.Popen(
        ["timeout", str(WAIT_SECONDS), "sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
        if not is_endless(command):
            return line + process.stdout.read(), process.wait()
        # While the pipe is open: whoever writes to a closed one ends, with a code of its own.
        code = process.poll()
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return line, code


def is_endless(command: str) -> bool:
    words = shlex.split(command, posix=True)
    streams = words[:2] == ["netmon-cli", "stream"] and not {"-n", "-"} & set(words)
    return streams or "--loop" in words


def test_there_are_commands_to_try() -> None:
    assert len(RUNNABLE) >= 10


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_on_a_page_is_known(page: str, command: str) -> None:
    known = command in SKIPPED or command.startswith((*RUN, "make "))
    assert known, f"{page} tells to run {command!r}, which no test runs: run it here, or say why not"


@pytest.mark.parametrize("command", sorted({command for _, command in COMMANDS if command.startswith("make ")}))
def test_every_make_command_is_one_of_the_makefile(command: str) -> None:
    dry = [*shlex.split(command), "--dry-run", "--question", "--no-print-directory"]
    ran = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "No rule to make target" not in ran.stderr


def test_no_reason_is_left_for_a_command_that_is_gone() -> None:
    assert SKIPPED.keys() <= {command for _, command in COMMANDS}


# One test and not one each: the order is the page's, and what one command saves, the next one reads.
def test_the_commands_of_the_pages_work_over_the_demo(collector: str, folder: Path) -> None:
    for command in RUNNABLE:
        if " jq " in command and shutil.which("jq") is None:
            command = command.partition("|")[0]  # noqa: PLW2901 -- what comes before jq is ours
        text, code = first_line_of(command, folder, collector)
        assert code in {0, None}, f"{command}: {code}\n{text}"
        assert "Traceback" not in text
        assert text or ">" in command or command.startswith("export"), command


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    missing = [
        link
        for link in links
        if "://" not in link and not (link[1:] in headings if link[0] == "#" else (page.parent / link).exists())
    ]
    assert missing == []


def test_the_custom_client_on_the_page_is_the_file() -> None:
    example = (ROOT / "clients/examples/custom_client.py").read_text(encoding="utf-8")
    assert blocks(ROOT / "README.md", "python") == [example]
    code = [line for line in example.splitlines() if line.strip()]
    assert len(code) <= 20


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_names_no_other_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 -- our own file
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg\b)|@import|@font-face|url\(|href", text) == []


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_shows_the_demo_and_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"/root|/work|/tmp|Traceback|error", text) == []
    addresses = set(re.findall(r"\d+\.\d+\.\d+\.\d+", text))
    assert [
        one for one in addresses if not re.match(r"203\.0\.113\.|198\.51\.100\.|192\.168\.1\.|127\.0\.0\.1$", one)
    ] == []
