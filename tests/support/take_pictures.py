"""Makes clients/pictures: what ``netmon-cli`` really prints over the demo recording, as SVG.

By hand: ``.venv/bin/python -m tests.support.take_pictures``. Each command runs on a terminal of its own (a pty), and
what it left on it is drawn: text, colours and the width of cells are the program's. No fonts are linked or embedded.
"""

import argparse
import asyncio
import fcntl
import os
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.color import Color
from textual.strip import Strip

from netmon_cli.top.app import TopApp
from netmon_cli.top.choices import Choices
from netmon_client import connect
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.source_tree import ROOT

PICTURES = ROOT / "clients/pictures"
DEMO = ROOT / "clients/demo"
CLI = str(Path(sys.executable).with_name("netmon-cli"))

COLUMNS = 100
CELL_WIDTH, CELL_HEIGHT = 8.4, 18
MARGIN, BAR = 16, 34
TOP_LINES, TOP_SECONDS = 28, 14.0

FOREGROUND, BACKGROUND, PROMPT = "#d5d8df", "#14161b", "#7aa2f7"
COLOURS = {
    "31": "#f07178",
    "32": "#7fd88f",
    "33": "#e6c07b",
    "35": "#c792ea",
    "90": "#7d8590",
    "94": "#6cb6ff",
    "38;5;208": "#ff9e64",
}

_SGR = re.compile(r"\x1b\[([\d;]*)m")
_OTHER_CONTROL = re.compile(r"\x1b\[[?\d;]*[A-Za-ln-z]")
_CELL = re.compile(r"\S+(?: \S+)*")
_FRAME = "\x1b[?2026h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``at_seconds`` of the recording, ``arguments`` are run; a command that does not end is ended after 3 s."""

    name: str
    arguments: tuple[str, ...]
    at_seconds: float
    lines: int
    runs_on: bool = False


TOP = "top.svg"
"""The live view: drawn by textual itself."""

TAKEN = (
    Picture(name="stream", arguments=("stream",), at_seconds=12, lines=24, runs_on=True),
    Picture(name="apps", arguments=("apps",), at_seconds=17, lines=24),
    Picture(name="connections", arguments=("connections", "-F", "is:remote", "--limit", "14"), at_seconds=19, lines=24),
    Picture(name="status", arguments=("status",), at_seconds=21, lines=24),
)


def on_a_terminal(command: list[str], environment: dict[str, str], lines: int, *, seconds: float | None) -> str:
    """Run a command on a pty and give what it wrote; after ``seconds`` it is interrupted."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, COLUMNS, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    os.set_blocking(ours, False)
    written = b""
    deadline = time.monotonic() + (20 if seconds is None else seconds)
    while process.poll() is None and time.monotonic() < deadline:
        written += _read(ours)
        time.sleep(0.02)
    written += _read(ours)
    process.kill()
    process.wait()
    os.close(ours)
    return written.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 20)
    except OSError:  # nothing yet, or the other end is closed
        return b""


def last_screen(written: str) -> list[str]:
    """Give the lines that stay: those of the last frame where the program draws over itself; long ones wrap."""
    frame = written.rpartition(_FRAME)[2] if _FRAME in written else written
    lines = _OTHER_CONTROL.sub("", frame).replace("\r", "").rstrip("\n").split("\n")
    return [part for line in lines for part in wrapped(line)]


def wrapped(line: str) -> list[str]:
    """Break a line where the terminal does; colours may only stand in its first part."""
    if len(line) <= COLUMNS or len(_SGR.sub("", line)) <= COLUMNS:
        return [line]
    styled = line.rpartition("\x1b[0m")
    plain = _SGR.sub("", styled[0])
    room = COLUMNS - len(plain)
    rest = styled[2][room:]
    return [
        styled[0] + styled[1] + styled[2][:room],
        *(rest[start : start + COLUMNS] for start in range(0, len(rest), COLUMNS)),
    ]


def pieces(line: str) -> list[tuple[int, str, str]]:
    """Cut a line where its style changes: column, SGR parameters, text."""
    found: list[tuple[int, str, str]] = []
    column, style, place = 0, "", 0
    for match in (*_SGR.finditer(line), None):
        text = line[place : match.start() if match else len(line)]
        if "7" in style.split(";"):
            found.append((column, style, text))
        else:
            # Cell by cell, so that each stands exactly where the terminal has it whatever the font.
            found += [(column + cell.start(), style, cell[0]) for cell in _CELL.finditer(text)]
        column += len(text)
        if match:
            style = "" if match[1] in {"", "0"} else match[1]
            place = match.end()
    return found


def drawn(column: int, row: float, style: str, text: str) -> str:
    """Give the SVG of one piece."""
    codes = style.split(";") if style not in COLOURS else []
    x, y = MARGIN + column * CELL_WIDTH, BAR + MARGIN + row * CELL_HEIGHT
    width = len(text) * CELL_WIDTH
    fill = COLOURS.get(style, FOREGROUND)
    attributes = ""
    before = ""
    if "7" in codes:
        before = (
            f'<rect x="{x:.1f}" y="{y - 13.5:.1f}" width="{width:.1f}" height="{CELL_HEIGHT}" fill="{FOREGROUND}"/>'
        )
        fill = BACKGROUND
    if "1" in codes:
        attributes += ' font-weight="bold"'
    if "2" in codes:
        attributes += ' opacity="0.6"'
    if "9" in codes:
        attributes += ' text-decoration="line-through"'
    return (
        f'{before}<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" textLength="{width:.1f}"{attributes}'
        f' xml:space="preserve">{escape(text)}</text>'
    )


def svg(command: str, lines: list[str]) -> str:
    """Draw a terminal with what a command left on it."""
    body: list[str] = []
    for row, line in enumerate(lines):
        body += [drawn(column, row + 1.4, style, text) for column, style, text in pieces(line)]
    return framed(command, len(lines), body)


def framed(command: str, line_count: int, body: list[str]) -> str:
    """Draw a window with a command and, below it, lines that were drawn already."""
    width = round(2 * MARGIN + COLUMNS * CELL_WIDTH)
    height = round(BAR + MARGIN + (line_count + 1.7) * CELL_HEIGHT)
    dots = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * place}" cy="17" r="5.5" fill="{colour}"/>'
        for place, colour in enumerate(("#f07178", "#e6c07b", "#7fd88f"))
    )
    label = escape(f"{command}, run over the demo recording", {'"': "&quot;"})
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
            f'     role="img" aria-label="{label}"',
            '     font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
            f'<rect width="{width}" height="{height}" rx="10" fill="{BACKGROUND}"/>{dots}',
            drawn(0, 0, "", "$"),
            drawn(2, 0, "1", command),
            *body,
            "</svg>\n",
        )
    )


def take(picture: Picture, environment: dict[str, str]) -> str:
    """Run the command and draw what it left."""
    written = on_a_terminal(
        [CLI, *picture.arguments], environment, picture.lines, seconds=3.5 if picture.runs_on else None
    )
    words = [f'"{word}"' if " " in word else word for word in picture.arguments]
    return svg(" ".join(("netmon-cli", *words)), last_screen(written))


async def top_picture(socket: str) -> str:
    """Draw the live view as it is after some seconds, with its cursor on a row; a pty would need a whole terminal."""
    app = TopApp(lambda: connect(socket), Choices(), socket)
    async with app.run_test(size=(COLUMNS, TOP_LINES)) as pilot:
        await asyncio.sleep(TOP_SECONDS)
        await pilot.press("down", "down", "down")
        await asyncio.sleep(1.2)
        lines = app.screen._compositor.render_strips()
    body = [part for row, strip in enumerate(lines) for part in drawn_strip(row + 1.4, strip)]
    return framed("netmon-cli top", len(lines), body)


def drawn_strip(row: float, strip: Strip) -> list[str]:
    """Give the SVG of one line of the live view: grounds first, so that no glyph is cut by what stands beside it."""
    grounds: list[str] = []
    texts: list[str] = []
    column = 0
    for text, style, _ in strip:
        x, y, width = MARGIN + column * CELL_WIDTH, BAR + MARGIN + row * CELL_HEIGHT, cell_len(text) * CELL_WIDTH
        ground = hex_of(style.bgcolor if style else None)
        if ground:
            grounds.append(
                f'<rect x="{x:.1f}" y="{y - 13.5:.1f}" width="{width:.1f}" height="{CELL_HEIGHT}" fill="{ground}"/>'
            )
        colour = hex_of(style.color if style else None) or FOREGROUND
        marks = ' font-weight="bold"' if style and style.bold else ""
        marks += ' text-decoration="line-through"' if style and style.strike else ""
        for cell in re.finditer(r"[^ ]+(?: [^ ]+)*", text):
            start, length = x + cell.start() * CELL_WIDTH, cell_len(cell[0]) * CELL_WIDTH
            texts.append(
                f'<text x="{start:.1f}" y="{y:.1f}" fill="{colour}" textLength="{length:.1f}"{marks}'
                f' xml:space="preserve">{escape(cell[0])}</text>'
            )
        column += cell_len(text)
    return grounds + texts


def hex_of(colour: Color | None) -> str:
    """Give a colour as SVG has it; empty for the terminal's own."""
    return colour.get_truecolor().hex if colour is not None and not colour.is_default else ""


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="netmon-pictures-") as folder:
        socket = f"{folder}/run/collector.sock"
        command = [COLLECTOR, "--socket", socket, "--read", str(DEMO), "--loop"]
        process = CollectorProcess(command, socket, Path(folder) / "log")
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "NETMON_SOCKET": socket}
        try:
            process.wait_until_ready()
            began = time.monotonic()
            for picture in TAKEN:
                time.sleep(max(0.0, began + picture.at_seconds - time.monotonic()))
                path = PICTURES / f"{picture.name}.svg"
                path.write_text(take(picture, environment), encoding="utf-8")
                sys.stdout.write(f"{path.stat().st_size:9,} {path.relative_to(ROOT)}\n")
            path = PICTURES / TOP
            path.write_text(asyncio.run(top_picture(socket)), encoding="utf-8")
            sys.stdout.write(f"{path.stat().st_size:9,} {path.relative_to(ROOT)}\n")
        finally:
            process.kill()


if __name__ == "__main__":
    main()
