"""ClientHellos in passing, through the learner: whole frames in, facts out."""

import itertools
import random

import pytest

from netmon.model import DomainSource, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import EncryptedDns, EncryptedDnsKind, HelloFact, HelloWithoutName, NameFact
from netmon_collector.names import quic
from netmon_collector.names.learner import NameLearner
from tests.support import name_messages as make
from tests.support.frames import batch
from tests.support.name_frames import HERE, HERE6, NETWORK, THERE, THERE6, datagram, segment

KEY = FlowKey(Protocol.TCP, 6, HERE, 40_000, THERE, 443)
HELLO = make.in_records(make.named_hello())
LONG_HELLO = make.in_records(
    make.client_hello((51, bytes(2_500)), make.server_name_extension(b"example.org"), make.alpn_extension("h3"))
)
LOCALHOST = bytes((127, 0, 0, 1))

FACT = HelloFact(
    time=1_000.5, key=KEY, server_name="example.org", source=DomainSource.SNI, alpn=("h3",), tcp_sequence=1_000
)


@pytest.fixture
def learner() -> NameLearner:
    learner = NameLearner()
    learner.add_network(NETWORK)
    return learner


def heard(learner: NameLearner, *frames: bytes) -> list[NameFact]:
    return list(learner.add_batch(batch(frames), now=50.0))


def sent(payload: bytes, sequence: int = 1_000, *, port: int = 443) -> bytes:
    return segment(HERE, 40_000, THERE, port, payload, sequence=sequence)


def in_segments(hello: bytes, *sizes: int) -> list[bytes]:
    places = [0, *itertools.accumulate(sizes), len(hello)]
    return [sent(hello[begin:end], 1_000 + begin) for begin, end in itertools.pairwise(places)]


def names(facts: list[NameFact]) -> list[str]:
    return [fact.server_name for fact in facts if isinstance(fact, HelloFact)]


def test_a_clients_hello_names_its_connection(learner: NameLearner) -> None:
    assert heard(learner, sent(HELLO)) == [FACT]


def test_a_hello_that_comes_here_names_this_machines_own_server(learner: NameLearner) -> None:
    (fact,) = heard(learner, segment(THERE6, 50_000, HERE6, 8443, HELLO))
    assert isinstance(fact, HelloFact)
    assert fact.key == FlowKey(Protocol.TCP, 6, HERE6, 8443, THERE6, 50_000)
    assert not fact.is_sent


def test_on_the_loopback_both_ends_are_named(learner: NameLearner) -> None:
    facts = heard(learner, segment(LOCALHOST, 40_000, LOCALHOST, 443, HELLO))
    assert [(fact.key.local_port, fact.is_sent) for fact in facts if isinstance(fact, HelloFact)] == [
        (40_000, True),
        (443, False),
    ]


@pytest.mark.parametrize("sizes", [(1_448,), (1,), (5,), (6,), (100, 1_000), (1, 1, 1, 1, 1, 1)])
def test_a_hello_in_several_segments_is_put_together(learner: NameLearner, sizes: tuple[int, ...]) -> None:
    frames = in_segments(LONG_HELLO, *sizes)
    *early, last = [heard(learner, frame) for frame in frames]
    assert early == [[]] * len(early)
    assert names(last) == ["example.org"]


def test_segments_that_come_twice_or_out_of_order_change_nothing(learner: NameLearner) -> None:
    first, second, third = in_segments(LONG_HELLO, 900, 900)
    assert names(heard(learner, first, first, third, second, second, third)) == ["example.org"]


def test_a_hello_whose_middle_is_missing_names_by_its_beginning_and_tells_once(learner: NameLearner) -> None:
    hello = make.in_records(make.client_hello(make.server_name_extension(b"example.org"), (51, bytes(3_500))))
    first, missing, third, last = in_segments(hello, 1_200, 1_200, 1_000)
    assert heard(learner, first) == []
    (fact,) = heard(learner, third)
    assert isinstance(fact, HelloFact)
    assert (fact.server_name, fact.has_ech) == ("example.org", True)  # which is said behind what is there, if at all
    assert heard(learner, last) == []
    (fact,) = heard(learner, missing)  # it was only late
    assert isinstance(fact, HelloFact)
    assert (fact.server_name, fact.has_ech) == ("example.org", False)


def test_a_hello_whose_middle_is_missing_names_nothing_where_its_beginning_does_not(learner: NameLearner) -> None:
    first, _, third = in_segments(LONG_HELLO, 1_200, 1_200)
    assert heard(learner, first, third, third) == []
    assert learner.counts().unreadable == 0


def test_other_data_of_the_same_port_disturbs_nothing(learner: NameLearner) -> None:
    first, second = in_segments(LONG_HELLO, 1_448)
    other = segment(HERE, 40_001, THERE, 443, b"GET / HTTP/1.1\r\n")
    assert names(heard(learner, first, other, second)) == ["example.org"]
    assert learner.counts().unreadable == 0


def test_a_new_connection_on_the_ends_of_an_unfinished_one_is_named(learner: NameLearner) -> None:
    assert names(heard(learner, sent(LONG_HELLO[:500]), sent(HELLO, 900_000))) == ["example.org"]


def test_without_a_name_the_hello_says_so(learner: NameLearner) -> None:
    hello = make.in_records(make.client_hello(make.alpn_extension("h2"), (0xFE0D, bytes(8))))
    assert heard(learner, sent(hello)) == [
        HelloWithoutName(time=1_000.5, key=KEY, source=DomainSource.SNI, has_ech=True, alpn=("h2",), tcp_sequence=1_000)
    ]


def test_ech_is_told_beside_the_name(learner: NameLearner) -> None:
    hello = make.in_records(make.client_hello(make.server_name_extension(b"public.example"), (0xFE0D, bytes(8))))
    (fact,) = heard(learner, sent(hello))
    assert isinstance(fact, HelloFact)
    assert (fact.server_name, fact.has_ech) == ("public.example", True)


def test_dns_inside_tls_is_told(learner: NameLearner) -> None:
    hello = make.in_records(make.client_hello(make.server_name_extension(b"resolver.example")))
    facts = heard(learner, sent(hello, port=853))
    assert [type(fact) for fact in facts] == [HelloFact, EncryptedDns]
    assert isinstance(facts[1], EncryptedDns)
    assert (facts[1].kind, facts[1].is_inferred) == (EncryptedDnsKind.TLS, False)


@pytest.mark.parametrize(
    "payload",
    [b"\x16\x03\x01\x00\x05\x02\0\0\0\0", b"\x16\x03\x01\xff\xff\x01" + bytes(80), b"\x16", b"\x17\x03\x03\0\1x", b""],
)
def test_what_is_no_hello_names_nothing(learner: NameLearner, payload: bytes) -> None:
    assert heard(learner, sent(payload)) == []


def test_a_hello_that_never_ends_is_given_up(learner: NameLearner) -> None:
    # 2**14 bytes of a record are announced, and always fewer come.
    endless = b"\x16\x03\x01\x40\x00\x01\x00\x3f\xf0\x03\x03"
    frames = [sent(endless.ljust(1_000, b"x"))]
    frames += [sent(bytes(1_000), 1_000 + 1_000 * index) for index in range(1, 16)]
    assert heard(learner, *frames) == []


def test_what_quic_clients_send_names_their_connection(learner: NameLearner) -> None:
    initial = make.seal_initial(make.crypto_frame(0, make.named_hello()))
    assert heard(learner, datagram(HERE, 40_000, THERE, 443, initial)) == [
        HelloFact(
            time=1_000.5,
            key=FlowKey(Protocol.UDP, 17, HERE, 40_000, THERE, 443),
            server_name="example.org",
            source=DomainSource.QUIC,
            alpn=("h3",),
        )
    ]


def test_a_quic_hello_in_two_datagrams_is_put_together(learner: NameLearner) -> None:
    message = make.named_hello()
    halves = [
        make.seal_initial(make.crypto_frame(begin, message[begin : begin + 40]), number=begin)
        for begin in range(0, len(message), 40)
    ]
    frames = [datagram(HERE, 40_000, THERE, 443, half) for half in reversed(halves)]
    assert names(heard(learner, *frames)) == ["example.org"]


def test_the_servers_initials_are_not_even_opened(learner: NameLearner) -> None:
    initial = make.seal_initial(make.crypto_frame(0, make.named_hello()))
    reply = make.seal_initial(make.crypto_frame(0, b"\x02\0\0\0"), destination_id=b"")
    frames = (datagram(HERE, 40_000, THERE, 443, initial), datagram(THERE, 443, HERE, 40_000, reply))
    assert names(heard(learner, *frames)) == ["example.org"]
    assert learner.counts().unreadable == 0


def test_an_initial_that_cannot_be_opened_is_counted(learner: NameLearner) -> None:
    initial = bytearray(make.seal_initial(make.crypto_frame(0, make.named_hello())))
    initial[-1] ^= 1
    assert heard(learner, datagram(HERE, 40_000, THERE, 443, bytes(initial))) == []
    assert learner.counts().unreadable == 1


def test_without_the_library_initials_are_left_alone(learner: NameLearner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quic, "is_available", False)
    initial = make.seal_initial(make.crypto_frame(0, make.named_hello()))
    assert heard(learner, datagram(HERE, 40_000, THERE, 443, initial)) == []
    assert learner.counts().unreadable == 0


def test_a_flood_of_beginnings_keeps_memory_flat_and_the_newest_alive(learner: NameLearner) -> None:
    generator = random.Random(5)
    for second in range(20):
        flood = [
            segment(generator.randbytes(4), generator.randrange(65_536), HERE, 443, LONG_HELLO[:600])
            for _ in range(200)
        ]
        learner.add_batch(batch(flood), now=100.0 + second)
    assert len(learner._hellos._unfinished) <= 1_024
    first, second = in_segments(LONG_HELLO, 1_448)
    assert names(list(learner.add_batch(batch([first, second]), now=200.0))) == ["example.org"]
