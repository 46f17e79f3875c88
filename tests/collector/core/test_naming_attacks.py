"""What others may send or say to get a connection a wrong name."""

from dataclasses import replace

from netmon.model import DomainSource, UnnamedReason
from netmon_collector.core.naming import LATEST_HELLO_BYTES
from tests.support import frames
from tests.support.named_machine import (
    CURL,
    HOME,
    WEB,
    WGET,
    ask,
    connect,
    dns,
    hello,
    learn,
    named_machine,
    seen,
    web_row,
)

BEGIN = 5_000


def test_a_server_here_that_echoes_a_hello_names_nobody() -> None:
    machine = named_machine()
    machine.tcp(WEB, HOME, frames.SYN)
    machine.tcp(HOME, WEB, frames.SYN | frames.ACK)
    learn(machine, hello(machine, "bank.example.org"))
    assert seen(web_row(machine.tick())) == ("", DomainSource.UNSPECIFIED, UnnamedReason.UNSPECIFIED)


def test_a_hello_deep_in_a_connection_is_something_that_it_carries() -> None:
    machine = named_machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=BEGIN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    learn(machine, replace(hello(machine, "bank.example.org"), tcp_sequence=BEGIN + 1 + LATEST_HELLO_BYTES))
    assert web_row(machine.tick()).facts.domain == ""


def test_a_hello_after_starttls_or_a_request_to_a_proxy_names() -> None:
    machine = named_machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=2**32 - 10)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    learn(machine, replace(hello(machine), tcp_sequence=300))
    assert web_row(machine.tick()).facts.domain == "www.example.org"


def test_a_hello_that_is_read_before_its_syn_never_names_the_connection_whose_end_was_missed() -> None:
    machine = named_machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=BEGIN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.tick()
    machine.now += 1
    said = replace(hello(machine), tcp_sequence=2_000_000_001)
    learn(machine, said)
    machine.now -= 0.005
    machine.tcp(HOME, WEB, frames.SYN, sequence=2_000_000_000)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.now += 0.005
    rows = {row.facts.start_time: row.facts.domain for row in machine.tick().connections if row.remote}
    assert [rows[time] for time in sorted(rows)] == ["", "www.example.org"]


def test_a_name_that_is_asked_for_again_takes_no_connection_that_has_another() -> None:
    machine = named_machine()
    learn(machine, dns(machine, "first.example.org"))
    machine.now += 1
    learn(machine, dns(machine, "second.example.org"))
    machine.now += 1
    connect(machine)
    assert web_row(machine.tick()).facts.domain == "second.example.org"
    machine.now += 1
    learn(machine, dns(machine, "first.example.org"))
    assert web_row(machine.tick()).facts.domain == "second.example.org"


def test_what_another_process_asks_for_later_takes_no_name_from_a_connection() -> None:
    machine = named_machine()
    ask(machine, "mine.example.org", CURL, port=5_001)
    connect(machine, CURL)
    assert web_row(machine.tick()).facts.domain == "mine.example.org"
    ask(machine, "theirs.example.net", WGET, port=5_002)
    assert web_row(machine.tick()).facts.domain == "mine.example.org"
