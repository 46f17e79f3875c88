"""The collector's place in the queue for the CPU."""

import os
import subprocess
import sys

import pytest

from netmon_collector.priority import NICE
from tests.support.stage import as_nobody

SHOW = "import os; from netmon_collector.priority import hurry; hurry(); print(os.getpriority(os.PRIO_PROCESS, 0))"


def niceness(*before: str, command: list[str] | None = None) -> int:
    return int(subprocess.check_output([*before, *(command or [sys.executable, "-I", "-c", SHOW])], text=True))


@pytest.mark.root
def test_it_comes_before_others_unless_somebody_chose_another_niceness() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness("nice", "-n", str(-ours)) == NICE
    assert niceness("nice", "-n", str(5 - ours)) == 5


@pytest.mark.root
def test_without_the_right_it_waits_like_all() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    command = as_nobody([sys.executable, "-I", "-c", SHOW])
    assert niceness("nice", "-n", str(-ours), command=command) == 0
