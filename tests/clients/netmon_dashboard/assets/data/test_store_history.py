"""A tab that follows the hub shows what a tab shows that has just come."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from netmon.model import ConnectionState
from netmon_client import Hello
from netmon_dashboard.hub import greeting
from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.marks import Mark
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine
from tests.support.busy_desktop import BusyDesktop
from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("store_history.mjs")
NOW = 1_700_000_000.0


def followed(steps: list[dict[str, Any]], *, refresh_seconds: float) -> dict[str, Any]:
    hello = greeting.message(Hello(version="1", instance_id="i", interval_seconds=1.0), None, "")
    return given_to(SCRIPT, {"hello": hello, "steps": steps, "refreshSeconds": refresh_seconds})


def step_of(encoder: Encoder, *, with_rows: bool = True, with_domains: bool = True) -> dict[str, Any]:
    """What a tab that follows is sent, and what one is sent that has just come."""
    full = json.loads(encoder.full_text(with_rows=with_rows, with_domains=with_domains))
    if encoder.step == 1 or encoder.needs_full:
        return {"message": full, "full": full}
    return {"message": json.loads(encoder.tick_text(with_rows=with_rows, with_domains=with_domains)), "full": full}


@cache
def busy_steps(count: int) -> list[dict[str, Any]]:
    desktop, encoder = BusyDesktop(connections=120, applications=15, churn=6, now=NOW), Encoder()
    steps: list[dict[str, Any]] = []
    for second in range(1, count + 1):
        encoder.add(desktop.tick(NOW + second, second), is_counting=True)
        steps.append(step_of(encoder))
    return steps


def toy_steps(
    chance: random.Random, count: int, *, with_rows: bool = True, with_domains: bool = True
) -> list[dict[str, Any]]:
    machine, encoder = ToyMachine(), Encoder()
    steps: list[dict[str, Any]] = []
    for _ in range(count):
        for _ in range(chance.randint(0, 4)):
            happen(chance, machine, encoder)
        machine.is_stopped = chance.random() < 0.1
        encoder.add(machine.tick(chance.choice((0.5, 1.0, 1.0, 20.0))), is_counting=not machine.is_stopped)
        steps.append(step_of(encoder, with_rows=with_rows, with_domains=with_domains))
    return steps


def happen(chance: random.Random, machine: ToyMachine, encoder: Encoder) -> None:
    """Let one thing happen to the machine."""
    moved = chance.randrange(100_000), chance.randrange(100_000)
    if not machine.rows or chance.random() < 0.2:
        program = chance.choice(("firefox", "sshd", "curl", None))
        pid = chance.randint(100, 103)
        is_local, is_listener = chance.random() < 0.2, chance.random() < 0.2
        machine.open(program, pid=pid, is_local=is_local, is_listener=is_listener, moved=moved)
        return
    key = chance.choice(sorted(machine.rows))
    happenings = (
        lambda: machine.move(key, *moved),
        lambda: machine.move(key, *moved),
        lambda: machine.set_state(key, chance.choice((ConnectionState.CLOSE_WAIT, ConnectionState.TIME_WAIT))),
        lambda: machine.measure(key, chance.choice((None, chance.random())), chance.choice((None, 0, 3))),
        lambda: machine.count_payload(key, *moved),
        lambda: machine.name(key, chance.choice(("example.org", "www.example.net"))),
        lambda: machine.give(key, chance.choice(("wget", "curl")), chance.randint(200, 202)),
        lambda: machine.end(key),
        lambda: machine.vanish(key),
        lambda: machine.clear() if chance.random() < 0.1 else None,
        lambda: encoder.marks.add(Mark(time=machine.time, kind="gap", text="A gap")),
    )
    chance.choice(happenings)()


def test_a_tab_that_follows_a_busy_machine_shows_what_a_new_tab_shows() -> None:
    result = followed(busy_steps(61), refresh_seconds=0.5)
    assert result["compared"] == result["points"] == 61
    assert result["rows"] >= 120


@pytest.mark.parametrize(
    ("seed", "with_rows", "with_domains"),
    [(0, True, True), (1, True, False), (2, True, True), (3, False, False), (4, False, True), (5, False, True)],
)
def test_whatever_happens_a_tab_that_follows_shows_what_a_new_tab_shows(
    seed: int, with_rows: bool, with_domains: bool
) -> None:
    steps = toy_steps(random.Random(seed), 100, with_rows=with_rows, with_domains=with_domains)
    assert followed(steps, refresh_seconds=0.5)["compared"] == 100


@pytest.mark.parametrize("refresh_seconds", [2, 5, 10])
def test_merged_ticks_have_exact_sums_and_mean_rates(refresh_seconds: int) -> None:
    result = followed(busy_steps(61), refresh_seconds=refresh_seconds)
    assert result["compared"] == 1 + 60 // refresh_seconds
    assert result["points"] == 61
