import itertools
import struct
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.name_facts import DnsFact, HelloFact
from netmon_collector.names.learner import NO_LIMITS, NameLearner, WorkLimits
from tests.support import name_messages as make
from tests.support.frames import IP_A, IP_B, MAC_A, batch, ethernet, ipv4, ipv6, tcp, udp
from tests.support.name_frames import HERE, NETWORK, THERE, answer, answered, asked, datagram, query, segment

NAME = "www.example.org"
NEIGHBOUR, MDNS = bytes((192, 168, 1, 20)), bytes((224, 0, 0, 251))
HELLO = make.in_records(make.named_hello())
PAIR = [asked(query()), answered(answer(NAME, make.record(NAME, make.A, bytes((203, 0, 113, 5)))))]

ports = st.sampled_from([53, 443, 853, 5353, 5355, 40_000])
hostile = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=60).map(lambda tail: HELLO[:80] + tail),
    st.integers(0, len(HELLO)).map(lambda cut: HELLO[:cut]),
    st.binary(max_size=60).map(lambda tail: query()[:14] + tail),
    st.binary(max_size=40).map(lambda tail: answer(NAME)[:20] + tail),
    st.binary(max_size=40).map(lambda tail: make.seal_initial(make.crypto_frame(0, HELLO[:9]))[:60] + tail),
)


def knowing(limits: WorkLimits | None = None) -> NameLearner:
    learner = NameLearner(limits)
    learner.add_network(NETWORK)
    return learner


def test_before_the_addresses_are_known_nothing_was_asked_by_this_machine() -> None:
    assert NameLearner().add_batch(batch(PAIR), now=1.0) == ()


def test_a_packet_from_ends_that_are_not_here_names_what_is_forwarded() -> None:
    (fact,) = knowing().add_batch(batch([segment(THERE, 40_000, IP_B, 443, HELLO)]), now=1.0)
    assert isinstance(fact, HelloFact)
    assert fact.is_sent


def test_times_are_those_of_the_capture() -> None:
    (fact,) = knowing().add_batch(batch(PAIR, first_time=77), now=1.0)
    assert isinstance(fact, DnsFact)
    assert fact.time == 78.5


def test_a_flood_of_dns_is_left_out_and_counted_while_hellos_are_heard() -> None:
    learner = knowing(WorkLimits(dns_messages=10))
    facts = learner.add_batch(batch([*PAIR * 50, segment(HERE, 40_000, THERE, 443, HELLO)]), now=1.0)
    assert sum(isinstance(fact, DnsFact) for fact in facts) == 5
    assert isinstance(facts[-1], HelloFact)
    assert learner.counts().left_out == 90


def test_a_flood_of_multicast_is_left_out_and_counted_while_dns_is_heard() -> None:
    learner = knowing(WorkLimits(multicast_messages=10))
    record = make.record("printer.local", make.A, NEIGHBOUR)
    announced = datagram(NEIGHBOUR, 5353, MDNS, 5353, make.dns_message(answers=[record], flags=0x8400, message_id=0))
    facts = learner.add_batch(batch([*[announced] * 50, *PAIR]), now=1.0)
    assert [fact.is_multicast for fact in facts if isinstance(fact, DnsFact)] == [True] * 10 + [False]
    assert learner.counts().left_out == 40


def test_what_a_neighbour_sends_under_our_address_asks_for_nothing_and_says_nothing() -> None:
    learner = knowing()
    learner.add_network(replace(NETWORK, macs=frozenset({bytes.fromhex("02000000000c")})))
    assert learner.add_batch(batch([*PAIR, segment(HERE, 40_000, THERE, 443, HELLO)]), now=1.0) == ()
    learner.add_network(replace(NETWORK, macs=frozenset({MAC_A})))
    assert len(learner.add_batch(batch(PAIR), now=1.0)) == 1


def test_a_flood_of_hellos_is_left_out_and_counted_while_dns_is_heard() -> None:
    learner = knowing(WorkLimits(hellos=10))
    facts = learner.add_batch(batch([*[segment(HERE, 40_000, THERE, 443, HELLO)] * 50, *PAIR]), now=1.0)
    assert sum(isinstance(fact, HelloFact) for fact in facts) == 10
    assert isinstance(facts[-1], DnsFact)
    assert learner.counts().left_out == 40


def test_a_flood_of_initials_is_left_out_and_counted() -> None:
    learner = knowing(WorkLimits(quic_initials=3))
    initial = make.seal_initial(make.crypto_frame(0, make.named_hello()))
    frames = [datagram(HERE, port, THERE, 443, initial) for port in range(40_000, 40_010)]
    assert len(learner.add_batch(batch(frames), now=1.0)) == 3
    assert learner.counts().left_out == 7


def test_frames_beyond_the_limit_are_not_looked_at_until_time_passes() -> None:
    learner = knowing(WorkLimits(frames=2))
    assert len(learner.add_batch(batch(PAIR * 4), now=1.0)) == 1
    assert learner.counts().left_out == 6
    assert len(learner.add_batch(batch(PAIR), now=2.0)) == 1


def test_a_recording_is_read_whole_however_fast() -> None:
    frames = list(
        itertools.chain.from_iterable(
            (asked(query(), port=port), answered(answer(NAME, make.record(NAME, make.A, IP_B)), port=port))
            for port in range(1_024, 1_024 + 5_000)
        )
    )
    learner = knowing(NO_LIMITS)
    assert len(learner.add_batch(batch(frames), now=1.0)) == 5_000
    assert learner.counts().left_out == 0


@given(st.lists(st.tuples(st.booleans(), st.booleans(), ports, ports, hostile), max_size=12))
def test_any_payload_on_any_port_gives_facts_or_nothing(
    packets: list[tuple[bool, bool, int, int, bytes]],
) -> None:
    learner = knowing()
    frames: list[bytes] = []
    for is_tcp, is_sent, source, destination, payload in packets:
        here, there = (IP_A, IP_B) if is_sent else (IP_B, IP_A)
        content = tcp(source, destination, payload) if is_tcp else udp(source, destination, payload)
        frames.append(ethernet(ipv4(content, 6 if is_tcp else 17, source=here, destination=there)))
    learner.add_batch(batch(frames), now=1.0)
    assert learner.counts().left_out == 0


@given(st.lists(st.binary(max_size=120), max_size=8), st.binary(max_size=64))
def test_any_frames_and_records_are_survived(frames: list[bytes], tail: bytes) -> None:
    learner = knowing()
    learner.add_batch(batch([*frames, ethernet(ipv6(tail), 0x86DD)]), now=1.0)
    records = struct.pack("=IIII", 1, 2, 0, 5_000)
    learner.add_batch(type(batch([]))(interface="eth0", link_type=1, data=tail, records=records), now=2.0)
    assert learner.counts().left_out == 0
