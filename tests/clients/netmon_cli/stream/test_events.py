from dataclasses import replace

import pytest

from netmon.model import (
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    Event,
    EventKind,
    Gap,
    GapCause,
    InterfaceChange,
    InterfaceChanged,
    MonitoringChanged,
    MonitoringState,
    StatisticsCleared,
)
from netmon_cli.columns.column import Look
from netmon_cli.notes import joined
from netmon_cli.render.palette import Palette
from netmon_cli.stream.events import connection_of, event_cells, event_word
from tests.clients.netmon_cli.rows import ENDED, LISTENER, NAMED, PING, UPLOAD, WEB

LOOK = Look(now=0.0)
TIME = 1_700_000_030.0


def an_event(kind: EventKind) -> Event:
    return Event(sequence=1, time=TIME, kind=kind)


@pytest.mark.parametrize(
    ("kind", "word", "text"),
    [
        (ConnectionOpened(connection=WEB), "opened", "firefox[4711]  tcp → 93.184.216.34:https"),
        (ConnectionOpened(connection=LISTENER), "opened", "sshd[812]  tcp on 0.0.0.0:ssh"),
        (
            ConnectionClosed(connection=ENDED),
            "closed",
            "curl[90210]  tcp → 93.184.216.34:https  ↓ 9.00 kB ↑ 2.00 kB in 10s",
        ),
        (ConnectionNamed(connection=NAMED), "named", "firefox[4711]  tcp → 93.184.216.34:https  example.org"),
        (ConnectionReattributed(connection=UPLOAD), "owner", "curl[90210]  tcp → 10.1.2.3:ssh  found late"),
        (
            ConnectionOpened(connection=PING),
            "opened",
            "(gone before it could be looked up)  icmp → 93.184.216.34",
        ),
        (
            Gap(cause=GapCause.EXPIRED, skipped_count=2),
            "gap",
            "gap: 2 messages missing, the collector no longer holds them",
        ),
        (MonitoringChanged(state=MonitoringState.STOPPED), "monitoring", "stopped"),
        (InterfaceChanged(name="eth0", change=InterfaceChange.DOWN), "interface", "eth0 down"),
    ],
)
def test_an_event_is_one_line(kind: EventKind, word: str, text: str) -> None:
    cells = event_cells(an_event(kind), LOOK)
    assert event_word(an_event(kind)) == word
    assert cells[1].text.strip() == word
    assert cells[2].text == text


def test_on_80_columns_the_sums_of_what_ended_are_still_there() -> None:
    facts = replace(ENDED.facts, application_name="python3 → fetch.py")
    cells = event_cells(an_event(ConnectionClosed(connection=ENDED._replace(facts=facts))), LOOK)
    line = joined(cells, 80, Palette(), cut_last=True)
    assert line.endswith("fetch.py[90210] → 93.184.216.34:https  ↓ 9.00 kB ↑ 2.00 kB"), line
    assert "python3 → fetch.py[90210]  tcp → " in joined(cells, 120, Palette(), cut_last=True)


def test_a_clear_says_from_when_on() -> None:
    (_, _, cell) = event_cells(an_event(StatisticsCleared(statistics_epoch=TIME)), LOOK)
    assert cell.text.startswith("sums count from ")


def test_only_events_of_connections_have_one() -> None:
    assert connection_of(an_event(ConnectionOpened(connection=WEB))) is WEB
    assert connection_of(an_event(MonitoringChanged(state=MonitoringState.RUNNING))) is None
