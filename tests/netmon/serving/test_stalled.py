import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.serving.stalled import StalledPeers


class Pair:
    """An accepted connection, both ends here."""

    def __init__(self, path: Path) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.client = socket.socket(socket.AF_UNIX)
        self.client.connect(str(path))
        self.accepted, _ = self.listener.accept()
        self.accepted.setblocking(False)

    def close(self) -> None:
        for end in (self.listener, self.client, self.accepted):
            end.close()


@pytest.fixture
def pair(tmp_path: Path) -> Generator[Pair, None, None]:
    made = Pair(tmp_path / "s")
    yield made
    made.close()


def peers_of(path: Path) -> StalledPeers:
    return StalledPeers(str(path / "s"), 30.0)


def is_open(pair: Pair) -> bool:
    pair.client.setblocking(False)
    try:
        while pair.client.recv(65536):
            continue
    except BlockingIOError:
        return True
    return False


def test_a_peer_that_reads_nothing_for_the_limit_is_cut(tmp_path: Path, pair: Pair) -> None:
    peers = peers_of(tmp_path)
    pair.accepted.send(b"x" * 1000)
    assert [peers.cut(now) for now in (0.0, 10.0, 29.0)] == [0, 0, 0]
    assert peers.cut(30.0) == 1
    assert not is_open(pair)


def test_a_peer_that_reads_slowly_is_left_alone(tmp_path: Path, pair: Pair) -> None:
    peers = peers_of(tmp_path)
    pair.accepted.send(b"x" * 100_000)
    for now in range(0, 300, 10):
        pair.client.recv(100)
        pair.accepted.send(b"x" * 7)
        pair.client.recv(6000)
        pair.accepted.send(b"x" * 3000)
        assert peers.cut(float(now)) == 0
    assert is_open(pair)


def test_a_peer_that_has_read_everything_is_left_alone(tmp_path: Path, pair: Pair) -> None:
    peers = peers_of(tmp_path)
    assert [peers.cut(now) for now in (0.0, 100.0, 200.0)] == [0, 0, 0]
    assert is_open(pair)


def test_time_counts_from_the_last_byte_read(tmp_path: Path, pair: Pair) -> None:
    peers = peers_of(tmp_path)
    pair.accepted.send(b"x" * 1000)
    peers.cut(0.0)
    pair.client.recv(1000)
    assert peers.cut(29.0) == 0
    pair.accepted.send(b"x" * 1000)
    assert [peers.cut(now) for now in (31.0, 60.0)] == [0, 0]
    assert peers.cut(61.0) == 1


def test_sockets_of_other_paths_are_never_touched(tmp_path: Path, pair: Pair) -> None:
    peers = StalledPeers(str(tmp_path / "other"), 30.0)
    pair.accepted.send(b"x" * 1000)
    assert [peers.cut(now) for now in (0.0, 100.0)] == [0, 0]
    assert is_open(pair)
