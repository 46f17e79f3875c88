import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from netmon_cli.stopping import Stopped, Stopping


def numbers_with(number: int, at: int) -> Iterator[int]:
    for each in range(10):
        if each == at:
            os.kill(os.getpid(), number)
        yield each


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        (signal.SIGINT, "interrupted", 130),
        (signal.SIGTERM, "terminated", 143),
        (signal.SIGHUP, "hung up", 129),
    ],
)
def test_a_signal_ends_the_items_with_its_reason(number: int, reason: str, code: int) -> None:
    seen: list[int] = []
    with Stopping() as stopping, pytest.raises(Stopped) as caught:
        seen.extend(stopping.items(numbers_with(number, at=3)))
    assert (caught.value.reason, caught.value.exit_code) == (reason, code)


def test_a_terminal_that_goes_is_ignored_where_nohup_said_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stopping() as stopping:
            assert list(stopping.items(numbers_with(signal.SIGHUP, at=3))) == list(range(10))
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def handle(items: Iterator[int], send: Sequence[int], *, at: int) -> list[int]:
    """Handle items; at one of them signals come. Give those that were handled to their end."""
    handled: list[int] = []
    with Stopping() as stopping, suppress(Stopped):
        for item in stopping.items(items):
            for number in send if item == at else ():
                os.kill(os.getpid(), number)
            handled.append(item)
    return handled


def test_a_signal_while_an_item_is_handled_waits_until_it_is_done() -> None:
    assert handle(iter(range(10)), [signal.SIGINT], at=3) == [0, 1, 2, 3]


def test_a_second_signal_waits_for_nothing() -> None:
    assert handle(iter(range(10)), [signal.SIGTERM, signal.SIGTERM], at=3) == [0, 1, 2]


def test_items_that_end_by_themselves_stop_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stopping() as stopping:
        assert list(stopping.items([1, 2])) == [1, 2]
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
