"""The collector's place in the queue for the CPU."""

import json
import os
import subprocess
import sys

import pytest

from netmon_collector.priority import NICE, SHORTEST_TURN_NANOSECONDS, TURN_NANOSECONDS
from tests.support.stage import as_nobody

SHOW = """
import ctypes, json, os, platform, struct, sys
from netmon_collector.priority import hurry, hurry_most
libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": 315, "aarch64": 275}[platform.machine()]
told = ctypes.create_string_buffer(56)

def place():
    assert libc.syscall(number, 0, told, 56, 0) == 0, "sched_getattr(2)"
    return [os.getpriority(os.PRIO_PROCESS, 0), struct.unpack_from("=Q", told, 24)[0]]

places = [place()]
for take in (hurry, hurry_most):
    take()
    places.append(place())
print(json.dumps(places))
"""
"""Niceness and length of turns, before and after each."""


SESSION = """
import os
from pathlib import Path
from netmon_collector.priority import hurry, hurry_most

GROUP = Path("/proc/self/autogroup")  # of a kernel that groups by sessions

def place():
    return os.getsid(0), GROUP.read_text().split()[2] if GROUP.exists() else "-10"

hurry()
session, niceness = place()
assert session == os.getpid(), "started apart"
print(niceness, flush=True)
if not os.fork():
    hurry_most()
    print(place() == (session, niceness), flush=True)
    if not os.fork():
        hurry_most()
        print(os.getsid(0) == os.getpid(), place()[1], flush=True)
        os._exit(0)
    os.wait()
    os._exit(0)
os.wait()
"""
"""Whoever leads a session, its child, and the child of that, which is in a session that others are in too."""


def places(*before: str, command: list[str] | None = None) -> tuple[list[int], list[int]]:
    """Give the niceness at the start, after ``hurry``, after ``hurry_most``, and the lengths of turns."""
    told = subprocess.check_output([*before, *(command or [sys.executable, "-I", "-c", SHOW])], text=True)
    niceness, turns = zip(*json.loads(told), strict=True)
    return list(niceness), list(turns)


def asked(turns: list[int]) -> list[int]:
    """Give what is told of turns that were asked for: an older kernel than Linux 6.12 knows of none, and tells 0."""
    return [0, 0] if turns[0] == 0 else [TURN_NANOSECONDS, SHORTEST_TURN_NANOSECONDS]


@pytest.mark.root
def test_it_comes_before_others() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    niceness, turns = places("nice", "-n", str(-ours))
    assert niceness == [0, NICE, NICE]
    assert turns[1:] == asked(turns)


@pytest.mark.root
def test_a_niceness_that_somebody_chose_stays_and_the_turns_with_it() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    niceness, turns = places("nice", "-n", str(5 - ours))
    assert niceness == [5, 5, 5]
    assert turns == [turns[0]] * 3


@pytest.mark.root
def test_without_the_right_to_a_niceness_its_turns_are_short_all_the_same() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    command = as_nobody([sys.executable, "-I", "-c", SHOW])
    niceness, turns = places("nice", "-n", str(-ours), command=command)
    assert niceness == [0, 0, 0]
    assert turns[1:] == asked(turns)


@pytest.mark.root
def test_a_session_of_its_own_comes_before_other_sessions() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    command = ["nice", "-n", str(-ours), sys.executable, "-I", "-c", SESSION]
    told = subprocess.check_output(command, text=True, start_new_session=True)
    assert told.splitlines() == [str(NICE), "True", f"True {NICE}"]
