"""What names cost: one DNS answer, one ClientHello, one QUIC Initial, and the worst that somebody could send instead.

CPU time of this process for each, the fastest of several runs.
"""

import gc
import ssl
import time
from collections.abc import Callable, Iterator

from netmon_collector.names.dns import addresses, parse_message
from netmon_collector.names.quic import InitialCollector, is_initial
from netmon_collector.names.registrable import RegistrableDomains
from netmon_collector.names.stream_head import StreamHeads
from netmon_collector.names.tls import parse_client_hello
from tests.bench.table import Row
from tests.support import name_messages as make
from tests.support.quic_clients import first_datagrams

BUDGET_DNS_MICROSECONDS = 100.0
"""1,000 answers a second in a tenth of a core; capture and the name table have their share in it."""
BUDGET_TLS_MICROSECONDS = 500.0
"""200 handshakes a second in a tenth of a core."""
BUDGET_WORST_MICROSECONDS = 1_000.0

_RUNS = 7
_REPETITIONS = 500


def dns_answer() -> bytes:
    """An answer as most are: one alias, four addresses, pointers, an OPT record."""
    asked, alias = make.pointer(make.QUESTION_NAME), "edge.cdn.example"
    return make.dns_message(
        questions=[make.question("www.example.com")],
        answers=[
            make.record(asked, make.CNAME, make.dns_name(alias)),
            *(make.record(make.pointer(45), make.A, bytes((192, 0, 2, index)), ttl_seconds=20) for index in range(4)),
        ],
        additionals=[make.record("", make.OPT, b"", record_class=4_096)],
    )


def openssl_hello() -> bytes:
    """What OpenSSL sends first."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="www.example.com")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("the handshake cannot be over")


def worst_answer() -> bytes:
    """As much work as one message may ask for: an alias in each of 64 records, all of one name."""
    return make.dns_message(
        questions=[make.question("a")],
        answers=[make.record("a", make.CNAME, make.dns_name(f"n{index}")) for index in range(64)],
    )


def measure() -> list[Row]:
    """Give the rows of the table, in µs of CPU."""
    return [*_dns(), *_tls(), *_quic(), *_domains()]


def _dns() -> Iterator[Row]:
    answer, worst = dns_answer(), worst_answer()
    message = parse_message(answer)
    assert len(addresses(message, "www.example.com")) == 4
    yield "DNS answer: alias and 4 addresses (µs)", _cost(lambda: parse_message(answer)), BUDGET_DNS_MICROSECONDS, None
    yield "its addresses of the asked name (µs)", _cost(lambda: addresses(message, "www.example.com")), None, None
    yield "the worst DNS message (µs)", _cost(lambda: parse_message(worst)), BUDGET_WORST_MICROSECONDS, None


def _tls() -> Iterator[Row]:
    hello = openssl_hello()
    assert parse_client_hello(hello) is not None
    large = make.in_records(
        make.client_hello(make.server_name_extension(b"www.example.com"), (51, bytes(1_200)), (21, bytes(300)))
    )

    def over_two_segments() -> None:
        heads = StreamHeads()
        assert parse_client_hello(heads.add("a", 1, large[:1_400], 0.0)) is None
        assert parse_client_hello(heads.add("a", 1_401, large[1_400:], 0.0)) is not None

    yield "ClientHello of OpenSSL (µs)", _cost(lambda: parse_client_hello(hello)), BUDGET_TLS_MICROSECONDS, None
    yield "ClientHello over two segments (µs)", _cost(over_two_segments), BUDGET_TLS_MICROSECONDS, None


def _quic() -> Iterator[Row]:
    for name, version in (("1", 1), ("2", 0x6B3343CF)):
        datagram = first_datagrams("www.example.com", version=version)[0]
        assert InitialCollector().add(datagram) is not None
        cost = _cost(lambda datagram=datagram: InitialCollector().add(datagram))
        yield f"QUIC Initial of version {name} (µs)", cost, BUDGET_TLS_MICROSECONDS, None
    yield "only whether it is an Initial (µs)", _cost(lambda: is_initial(datagram)), None, None


def _domains() -> Iterator[Row]:
    domains = RegistrableDomains()
    names = [f"n{index}.example.co.uk" for index in range(10_000)]
    unknown = iter(names * 2)  # more than are remembered, so that none is when it comes again
    yield "registrable domain of a new name (µs)", _cost(lambda: domains.of(next(unknown))), None, None
    yield "registrable domain of a known name (µs)", _cost(lambda: domains.of("www.example.com")), None, None


def _cost(work: Callable[[], object]) -> float:
    fastest = float("inf")
    for _ in range(_RUNS):
        gc.collect()
        start = time.process_time()
        for _ in range(_REPETITIONS):
            work()
        fastest = min(fastest, time.process_time() - start)
    return fastest / _REPETITIONS * 1e6
