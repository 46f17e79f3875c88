"""Hostile DNS messages, ClientHellos and QUIC Initials, kept as files: a value or ValueError, in bounded work.

What fuzzing finds is added here.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from netmon_collector.names.dns import addresses, parse_message, split_stream
from netmon_collector.names.quic import InitialCollector, is_initial
from netmon_collector.names.tls import parse_beginning, parse_client_hello, parse_handshake
from tests.support.line_count import lines_run

CORPUS = Path(__file__).parent / "corpus"

MOST_LINES = {"dns": 9_000, "tls": 4_000, "quic": 8_000}
"""Python lines that one input may cost. The worst that is kept here, 8,000 lines, took 0.6 ms without a tracer."""


def read_dns(payload: bytes) -> None:
    message = parse_message(payload)
    for question in message.questions[:2]:
        assert all(len(address) in {4, 16} for address in addresses(message, question.name))


def read_tls(data: bytes) -> None:
    hello = parse_client_hello(data)
    assert hello is None or hello.server_name.isprintable()


def read_quic(datagram: bytes) -> None:
    hello = InitialCollector().add(datagram)
    assert hello is None or hello.server_name.isprintable()


READERS: dict[str, Callable[[bytes], None]] = {"dns": read_dns, "tls": read_tls, "quic": read_quic}
FILES = [path for kind in READERS for path in sorted((CORPUS / kind).glob("*.bin"))]

hostile = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def outcome(read: Callable[[bytes], object], data: bytes) -> str:
    """How reading ended; any other exception than ValueError fails the test."""
    try:
        read(data)
    except ValueError as error:
        return str(error)
    return "value"


@pytest.mark.parametrize(("kind", "count"), [("dns", 54), ("tls", 43), ("quic", 67)])
def test_the_corpus_is_there(kind: str, count: int) -> None:
    assert sum(path.parent.name == kind for path in FILES) >= count


@hostile
def test_a_hostile_input_gives_a_value_or_value_error(path: Path) -> None:
    data = path.read_bytes()
    assert outcome(READERS[path.parent.name], data)
    # What one parser expects another one may be handed: the port is all that tells them apart.
    for read in (*READERS.values(), split_stream, parse_handshake, parse_beginning):
        assert outcome(read, data)
    assert is_initial(data) in {True, False}


@hostile
def test_a_hostile_input_costs_bounded_work(path: Path) -> None:
    data, kind = path.read_bytes(), path.parent.name
    assert 0 < lines_run(lambda: READERS[kind](data)) <= MOST_LINES[kind]


@hostile
def test_every_beginning_of_a_hostile_input_gives_a_value_or_value_error(path: Path) -> None:
    data = path.read_bytes()
    for size in range(min(len(data), 200)):
        assert outcome(READERS[path.parent.name], data[:size])
