import socket
from collections.abc import Generator

import pytest

from netmon.serving.stalled import ReadingWatch, unread_bytes


class Watched:
    """A connection whose near end is watched."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.watch = ReadingWatch(self.near)

    def send(self, payload: bytes) -> None:
        self.watch.before_send()
        self.near.send(payload)
        self.watch.after_send()


@pytest.fixture
def watched() -> Generator[Watched, None, None]:
    made = Watched()
    yield made
    made.near.close()
    made.far.close()


def test_what_nobody_has_read_is_counted(watched: Watched) -> None:
    assert unread_bytes(watched.near) == 0
    watched.near.send(b"x" * 1000)
    assert unread_bytes(watched.near) >= 1000
    watched.far.recv(1000)
    assert unread_bytes(watched.near) == 0


def test_the_time_runs_while_something_waits_and_nothing_is_taken(watched: Watched) -> None:
    watched.send(b"x" * 1000)
    assert [watched.watch.look(now) for now in (0.0, 10.0, 29.0, 30.0)] == [0.0, 10.0, 29.0, 30.0]


def test_it_runs_on_while_more_is_sent_into_a_buffer_that_is_not_full(watched: Watched) -> None:
    seen: list[float] = []
    for now in range(4):
        watched.send(b"x" * 100)
        seen.append(watched.watch.look(float(now)))
    assert seen == [0.0, 1.0, 2.0, 3.0]


def test_a_peer_that_reads_slowly_begins_it_anew(watched: Watched) -> None:
    for _ in range(50):
        watched.send(b"x" * 1000)
    for now in range(0, 300, 10):
        watched.far.recv(1500)
        watched.send(b"x" * 1500)
        assert watched.watch.look(float(now)) == 0.0


def test_a_peer_that_has_read_everything_is_left_alone(watched: Watched) -> None:
    assert [watched.watch.look(now) for now in (0.0, 100.0, 200.0)] == [0.0, 0.0, 0.0]


def test_what_is_read_between_two_writes_counts_as_read(watched: Watched) -> None:
    watched.send(b"x" * 1000)
    watched.watch.look(0.0)
    watched.far.recv(1000)
    watched.send(b"x" * 1000)
    assert watched.watch.look(40.0) == 0.0
    assert watched.watch.look(69.0) == 29.0
