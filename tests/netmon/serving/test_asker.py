"""Questions that may never be answered keep nobody waiting for longer than they want, and no process from ending."""

import asyncio
import subprocess
import sys
import threading

import pytest

from netmon.serving.asker import Asker

ENDS_WHILE_ASKING = """
import asyncio, threading
from netmon.serving.asker import Asker

async def main():
    begun = threading.Event()
    answer = Asker("asks").ask(lambda: (begun.set(), threading.Event().wait()))
    await asyncio.to_thread(begun.wait)
    print("asked", answer.done(), flush=True)

asyncio.run(main())
"""


async def test_questions_are_answered_one_after_another_in_a_thread_of_that_name() -> None:
    asker = Asker[tuple[int, str]]("asks")
    numbers = iter(range(3))
    answers = [asker.ask(lambda: (next(numbers), threading.current_thread().name)) for _ in range(3)]
    assert await asyncio.gather(*answers) == [(0, "asks"), (1, "asks"), (2, "asks")]


async def test_who_asked_is_told_of_a_failure_and_the_next_question_is_answered() -> None:
    asker = Asker[int]("asks")

    def fail() -> int:
        raise OSError("the directory is away")

    with pytest.raises(OSError, match="the directory is away"):
        await asker.ask(fail)
    assert await asker.ask(lambda: 7) == 7


async def test_an_answer_that_nobody_waits_for_any_more_is_dropped() -> None:
    asker = Asker[int]("asks")
    may_go_on = threading.Event()
    answer = asker.ask(lambda: may_go_on.wait() and 7)
    answer.cancel()
    may_go_on.set()
    assert await asker.ask(lambda: 8) == 8


def test_a_process_ends_while_its_question_hangs() -> None:
    command = [sys.executable, "-c", ENDS_WHILE_ASKING]
    ended = subprocess.run(command, check=False, timeout=30, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("asked False\n", "", 0)
