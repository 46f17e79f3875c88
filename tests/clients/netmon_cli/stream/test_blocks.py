from dataclasses import replace

import pytest

from netmon.model import ConnectionOpened, Degradation, Event, Gap, GapCause, OtherUsers, Section, Snapshot
from netmon_cli.listing import Steadiness
from netmon_cli.render.palette import Palette
from netmon_cli.render.text import cell_width, screen_lines
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stream.blocks import BlockPrinter, block_lines, fitting
from netmon_cli.terminal import Terminal
from netmon_client import Hello
from netmon_client.testing import a_connection, a_process, a_snapshot
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS, WEB

CONNECTIONS = frozenset({Section.CONNECTIONS})
ALL = frozenset({Section.CONNECTIONS, Section.APPLICATIONS, Section.INTERFACES, Section.DOMAINS})
MANY = a_snapshot([a_connection(f"c{n}", process=a_process(1000 + n), sent=n, received=n) for n in range(200)])


def screen(height: int, width: int = 80) -> Terminal:
    return Terminal(is_tty=True, width=width, height=height, palette=Palette(), repaints=True)


def print_on(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    def its(_: Session) -> Terminal:
        return terminal

    monkeypatch.setattr(Session, "terminal", its)


@pytest.mark.parametrize("height", [12, 24, 60])
@pytest.mark.parametrize("sections", [CONNECTIONS, ALL, frozenset({Section.APPLICATIONS})])
def test_a_block_fits_the_terminal_in_both_directions(height: int, sections: frozenset[Section]) -> None:
    for snapshot in (MANY, SNAPSHOT):
        lines = block_lines(snapshot, Shape(), screen(height), sections)
        assert len(lines) < height or (height < 24 and sections == ALL)
        assert len(fitting(lines, screen(height))) < height
        assert all(cell_width(line) <= 80 for line in lines)


@pytest.mark.parametrize("shape", [Shape(format="wide"), Shape(trunc=False)])
@pytest.mark.parametrize("snapshot", [MANY, SNAPSHOT])
def test_a_block_of_lines_that_go_on_in_the_next_fits_the_screen(shape: Shape, snapshot: Snapshot) -> None:
    lines = block_lines(snapshot, shape, screen(24, 80), CONNECTIONS)
    assert max(map(cell_width, lines)) > 80
    assert screen_lines(lines, 80) < 24
    assert any(" connections" in line for line in lines[-2:])  # the sums


def test_a_block_is_drawn_over_all_the_lines_that_it_takes_on_the_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_on(monkeypatch, screen(24))
    printer = BlockPrinter(Session(), Shape(format="wide"), CONNECTIONS, repaint=True)
    printer.snapshot(MANY)
    first = capsys.readouterr().out
    drawn = first.removeprefix("\x1b[?2026h").partition("\x1b[J")[0].replace("\x1b[K", "").splitlines()
    count = screen_lines(drawn, 80)
    assert len(drawn) < count < 24
    printer.snapshot(MANY)
    assert capsys.readouterr().out.startswith(f"\x1b[?2026h\x1b[{count}F")
    printer.talk("something")
    assert capsys.readouterr().out.startswith(f"\x1b[{count}F\x1b[J")


def test_clearing_what_is_right_of_a_line_leaves_its_last_character(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_on(monkeypatch, screen(24, 74))
    BlockPrinter(Session(), Shape(), CONNECTIONS, repaint=True).snapshot(MANY)
    lines = capsys.readouterr().out.splitlines()
    assert any(cell_width(line) == 74 for line in lines)
    assert not any(cell_width(line.removesuffix("\x1b[K")) == 74 for line in lines if line.endswith("\x1b[K"))


def test_what_is_hidden_is_counted() -> None:
    lines = block_lines(MANY, Shape(), screen(24), CONNECTIONS)
    assert lines[-1].startswith("Σ all 200")


@pytest.mark.parametrize("section", [Section.CONNECTIONS, Section.APPLICATIONS, Section.DOMAINS, Section.INTERFACES])
def test_what_is_one_sum_for_the_caller_is_said_with_each_kind_of_row(section: Section) -> None:
    partial = replace(SNAPSHOT, other_users=OtherUsers(connection_count=3))
    lines = block_lines(partial, Shape(), screen(60, 120), frozenset({section}))
    (said,) = [line for line in lines if "Other users" in line]
    assert said.startswith("Other users: 3 connections, 0 B as one sum; in group netmon you would see them")


def test_in_a_pipe_every_row_is_shown() -> None:
    pipe = Terminal(is_tty=False, width=None, height=24, palette=Palette(), repaints=False)
    assert len(block_lines(MANY, Shape(), pipe, CONNECTIONS)) == 1 + 1 + 200 + 2


def test_totals_are_one_line() -> None:
    assert len(block_lines(MANY, Shape(), screen(24), frozenset())) == 1


def test_columns_and_sort_keys_of_one_kind_do_not_disturb_another() -> None:
    lines = block_lines(SNAPSHOT, Shape(columns=("remote",), sort="rip"), screen(60), ALL)
    assert any(line.startswith("Interface") for line in lines)


def test_an_empty_tick_says_why() -> None:
    assert block_lines(a_snapshot(), Shape(), screen(24), CONNECTIONS)[1] == "No connection yet."
    filtered = replace(a_snapshot(), omitted=replace(SNAPSHOT.omitted, connection_count=3))
    assert block_lines(filtered, Shape(), screen(24), CONNECTIONS)[1] == "No connection matches."


def test_in_a_pipe_blocks_follow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    printer = BlockPrinter(Session(), Shape(), CONNECTIONS, repaint=True)
    printer.hello(Hello(instance_id="i", version="0.1.0", interval_seconds=1.0, degraded=STATUS.degraded))
    printer.snapshot(SNAPSHOT)
    printer.snapshot(SNAPSHOT)
    printer.gap(Gap(cause=GapCause.SUSPENDED))
    captured = capsys.readouterr()
    assert captured.out.count("\n\n") == 1
    assert "\x1b" not in captured.out
    assert captured.err.splitlines() == [
        "netmon-cli: 1 thing could work better, see netmon-cli doctor",
        "netmon-cli: gap: something is missing, the machine slept",
    ]


def test_events_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    printer = BlockPrinter(Session(), Shape(), frozenset(), repaint=False)
    printer.event(Event(sequence=1, time=SNAPSHOT.time, kind=ConnectionOpened(connection=WEB)))
    assert capsys.readouterr().out.endswith("  opened      firefox[4711]  tcp → 93.184.216.34:https\n")


def test_what_is_degraded_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    printer = BlockPrinter(Session(), Shape(), CONNECTIONS, repaint=True)
    hello = Hello(instance_id="i", version="0.1.0", interval_seconds=1.0, degraded=STATUS.degraded)
    printer.hello(hello)
    printer.hello(hello)
    printer.hello(replace(hello, degraded=()))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_columns_do_not_jump_from_tick_to_tick() -> None:
    steadiness = {Section.CONNECTIONS: Steadiness()}
    first = block_lines(a_snapshot([WEB, LONG]), Shape(), screen(24), CONNECTIONS, steadiness)
    second = block_lines(a_snapshot([WEB]), Shape(), screen(24), CONNECTIONS, steadiness)
    assert first[1] == second[1]
    assert block_lines(a_snapshot([WEB]), Shape(), screen(24), CONNECTIONS)[1] != second[1]


LONG = a_connection("long", process=a_process(1, "an-application-with-a-name"), received=123_456_789_000)


def test_without_captured_packets_a_block_shows_payload_in_place_of_ip_bytes() -> None:
    off = Degradation(code="capture.off", text="Packets are not captured.")
    counted = WEB._replace(received_payload_bytes=12_000, sent_payload_bytes=340)
    snapshot = replace(SNAPSHOT, connections=(counted,), degraded=(off,))
    text = "\n".join(block_lines(snapshot, Shape(), screen(24, 160), CONNECTIONS))
    assert "Payload ↓" in text
    assert "12.0 kB" in text
    assert "Σ↓" not in text
