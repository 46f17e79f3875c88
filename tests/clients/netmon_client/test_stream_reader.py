"""How a server stream is read: no further ahead than needed, and left at any moment."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, cast

import grpc
import pytest

from netmon_client import connect, connect_history
from netmon_client.stream_reader import StreamReader
from netmon_client.testing import FakeCollector, FakeRecorder


class CountingStream:
    """Gives numbers, and notes how far ahead of its reader it is asked for them."""

    def __init__(self) -> None:
        self.given = 0
        self.taken = 0
        self.furthest = 0
        self.is_ahead = threading.Event()

    def __next__(self) -> int:
        self.given += 1
        self.furthest = max(self.furthest, self.given - self.taken)
        if self.furthest == 2:
            self.is_ahead.set()
        return self.given

    def cancel(self) -> bool:
        return True


def test_a_stream_is_read_two_answers_ahead_and_no_more() -> None:
    stream = CountingStream()
    reader = StreamReader(lambda: stream)
    reader.start()
    assert stream.is_ahead.wait(10)
    for number in range(1, 100):
        stream.taken += 1
        assert reader.next(10) == number
    reader.close()
    assert stream.furthest == 2


def test_what_waits_while_it_is_cancelled_is_let_go() -> None:
    is_asked, is_cancelled = threading.Event(), threading.Event()

    class Silent:
        def __next__(self) -> object:
            is_asked.set()
            is_cancelled.wait()
            raise StopIteration

        def cancel(self) -> bool:
            is_cancelled.set()
            return True

    reader = StreamReader(Silent)
    reader.start()
    assert is_asked.wait(10)
    threading.Thread(target=reader.cancel).start()
    with pytest.raises(EOFError):
        reader.next()
    reader.close()


def test_one_that_is_closed_before_it_begins_opens_nothing() -> None:
    reader = StreamReader(pytest.fail)
    reader.close()
    reader.start()
    with pytest.raises(EOFError):
        reader.next(10)


def test_one_whose_channel_is_closed_already_is_at_its_end() -> None:
    with grpc.insecure_channel("unix:/nowhere") as channel:
        call = cast("Callable[[bytes], Any]", channel.unary_stream("/any"))
    reader = StreamReader(lambda: call(b""))
    reader.start()
    with pytest.raises(EOFError):
        reader.next(10)
    reader.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("of", ["collector", "recorder"])
def test_ctrl_c_while_a_stream_is_opened_ends_it(of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its close a channel waits for a call whose opening was left by a signal's handler."""
    in_the_middle = "_run_channel_spin_thread"
    module = import_module("grpc._channel")
    open_call = getattr(module, in_the_middle)

    def interrupt(state: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        open_call(state)

    monkeypatch.setattr(module, in_the_middle, interrupt)
    with FakeCollector() as collector, FakeRecorder() as recorder:
        follow = partial(_follow_snapshots, collector.socket)
        if of == "recorder":
            follow = partial(_follow_firings, recorder.socket)
        with pytest.raises(KeyboardInterrupt):
            follow()
    assert not [thread for thread in threading.enumerate() if thread.name == "netmon-stream"]


def _follow_snapshots(socket: str) -> None:
    with connect(socket) as client:
        deque(client.snapshots(), maxlen=0)


def _follow_firings(socket: str) -> None:
    with connect_history(socket) as client:
        deque(client.firings(), maxlen=0)
