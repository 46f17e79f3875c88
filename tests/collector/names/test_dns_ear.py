"""DNS in passing, through the learner: whole frames in, facts out."""

import struct

import pytest

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import DnsFact, EchConfig, NameFact
from netmon_collector.names.learner import NameLearner
from tests.support import name_messages as make
from tests.support.frames import batch
from tests.support.name_frames import (
    HERE,
    HERE6,
    NETWORK,
    QUERY,
    THERE,
    THERE6,
    answer,
    answered,
    asked,
    datagram,
    query,
    segment,
)

ADDRESS = bytes((203, 0, 113, 5))
ADDRESS6 = bytes.fromhex("20010db8000000000000000000000005")
NEIGHBOUR = bytes((192, 168, 1, 7))
LOCALHOST = bytes((127, 0, 0, 53))
NAME = "www.example.org"
ASKER = FlowKey(Protocol.UDP, 17, HERE, 40_000, THERE, 53)
IS_ADDRESS = make.record(NAME, make.A, ADDRESS, ttl_seconds=60)

MDNS, MDNS6 = bytes((224, 0, 0, 251)), bytes.fromhex("ff0200000000000000000000000000fb")
LLMNR = bytes((224, 0, 0, 252))


@pytest.fixture
def learner() -> NameLearner:
    learner = NameLearner()
    learner.add_network(NETWORK)
    return learner


def heard(learner: NameLearner, *frames: bytes) -> list[NameFact]:
    return list(learner.add_batch(batch(frames), now=50.0))


def dns_fact(**values: object) -> DnsFact:
    known: dict[str, object] = {
        "time": 1_001.5,
        "asked_name": NAME,
        "address": ADDRESS,
        "chain": (NAME,),
        "ttl_seconds": 60,
        "asker": ASKER,
    }
    return DnsFact(**(known | values))  # pyright: ignore[reportArgumentType]


def test_an_answer_to_a_question_of_this_machine_names_an_address(learner: NameLearner) -> None:
    assert heard(learner, asked(query()), answered(answer(NAME, IS_ADDRESS))) == [dns_fact()]


def test_an_answer_nobody_asked_for_names_nothing_and_is_counted(learner: NameLearner) -> None:
    assert heard(learner, answered(answer(NAME, IS_ADDRESS))) == []
    assert heard(learner, asked(query()), answered(answer(NAME, IS_ADDRESS, message_id=8))) == []
    assert heard(learner, asked(query()), answered(answer(NAME, IS_ADDRESS), port=40_001)) == []
    assert heard(learner, asked(query()), answered(answer(NAME, IS_ADDRESS), server=ADDRESS)) == []
    assert learner.counts().unasked == 4


def test_what_others_ask_is_not_this_machines(learner: NameLearner) -> None:
    forwarded = datagram(NEIGHBOUR, 40_000, THERE, 53, query())
    back = datagram(THERE, 53, NEIGHBOUR, 40_000, answer(NAME, IS_ADDRESS))
    assert heard(learner, forwarded, back) == []


def test_a_question_that_this_machine_is_asked_opens_nothing(learner: NameLearner) -> None:
    inbound = datagram(THERE, 40_000, HERE, 53, query())
    served = datagram(HERE, 53, THERE, 40_000, answer(NAME, IS_ADDRESS))
    assert heard(learner, inbound, served) == []


def test_a_chain_of_aliases_is_told_whole_with_the_shortest_lifetime(learner: NameLearner) -> None:
    records = (
        make.record(NAME, make.CNAME, make.dns_name("edge.example.net"), ttl_seconds=30),
        make.record("edge.example.net", make.A, ADDRESS, ttl_seconds=300),
    )
    chain = (NAME, "edge.example.net")
    assert heard(learner, asked(query()), answered(answer(NAME, *records))) == [dns_fact(chain=chain, ttl_seconds=30)]


def test_over_ipv6_the_same_holds(learner: NameLearner) -> None:
    frames = (
        asked(query(record_type=make.AAAA), server=THERE6),
        answered(answer(NAME, make.record(NAME, make.AAAA, ADDRESS6), record_type=make.AAAA), server=THERE6),
    )
    asker = FlowKey(Protocol.UDP, 17, HERE6, 40_000, THERE6, 53)
    assert heard(learner, *frames) == [dns_fact(address=ADDRESS6, ttl_seconds=300, asker=asker)]


def test_a_stub_resolver_on_the_loopback_is_asked_by_the_program_itself(learner: NameLearner) -> None:
    client = bytes((127, 0, 0, 1))
    frames = (
        datagram(client, 40_000, LOCALHOST, 53, query()),
        datagram(LOCALHOST, 53, client, 40_000, answer(NAME, IS_ADDRESS)),
    )
    asker = FlowKey(Protocol.UDP, 17, client, 40_000, LOCALHOST, 53)
    assert heard(learner, *frames) == [dns_fact(asker=asker)]


def test_hints_and_ech_of_an_https_record_are_told(learner: NameLearner) -> None:
    data = make.service(1, ".", {4: ADDRESS, 5: make.ech_configurations("public.example.net")})
    response = answer(NAME, make.record(NAME, make.HTTPS, data, ttl_seconds=60), record_type=make.HTTPS)
    assert heard(learner, asked(query(record_type=make.HTTPS)), answered(response)) == [
        dns_fact(is_hint=True),
        EchConfig(time=1_001.5, name=NAME, public_name="public.example.net", ttl_seconds=60),
    ]


def test_over_tcp_messages_are_read_from_any_cut_of_the_stream(learner: NameLearner) -> None:
    def framed(message: bytes) -> bytes:
        return struct.pack("!H", len(message)) + message

    response = framed(answer(NAME, IS_ADDRESS)) + framed(answer("b.example.org", message_id=8))
    frames = (
        segment(HERE, 40_000, THERE, 53, framed(query()), sequence=10),
        segment(THERE, 53, HERE, 40_000, response[:20], sequence=500),
        segment(THERE, 53, HERE, 40_000, response[20:], sequence=520),
        segment(THERE, 53, HERE, 40_000, response[20:], sequence=520),
    )
    asker = FlowKey(Protocol.TCP, 6, HERE, 40_000, THERE, 53)
    assert heard(learner, *frames) == [dns_fact(time=1_002.5, asker=asker)]


def test_mdns_names_local_addresses_unasked(learner: NameLearner) -> None:
    records = [make.record("printer.local", make.A, NEIGHBOUR, ttl_seconds=120, record_class=0x8001)]
    message = make.dns_message(answers=records, flags=0x8400, message_id=0)
    assert heard(learner, datagram(NEIGHBOUR, 5353, MDNS, 5353, message)) == [
        dns_fact(
            time=1_000.5,
            asked_name="printer.local",
            address=NEIGHBOUR,
            chain=("printer.local",),
            ttl_seconds=120,
            asker=None,
            is_multicast=True,
        )
    ]


@pytest.mark.parametrize(
    ("name", "address", "ttl_seconds", "source", "source_port", "destination"),
    [
        ("bank.example.org", NEIGHBOUR, 120, NEIGHBOUR, 5353, MDNS),
        ("printer.local", ADDRESS, 120, NEIGHBOUR, 5353, MDNS),
        ("printer.local", NEIGHBOUR, 0, NEIGHBOUR, 5353, MDNS),
        ("printer.local", NEIGHBOUR, 120, ADDRESS, 5353, MDNS),
        ("printer.local", NEIGHBOUR, 120, NEIGHBOUR, 40_000, MDNS),
        ("printer.local", NEIGHBOUR, 120, NEIGHBOUR, 5353, HERE),
        ("printer.local", NEIGHBOUR, 120, HERE, 5353, MDNS),
    ],
    ids=["not .local", "an address of the internet", "goodbye", "from afar", "another port", "unicast", "our own"],
)
def test_mdns_is_believed_no_further(
    learner: NameLearner,
    name: str,
    address: bytes,
    ttl_seconds: int,
    source: bytes,
    source_port: int,
    destination: bytes,
) -> None:
    records = [make.record(name, make.A, address, ttl_seconds=ttl_seconds)]
    message = make.dns_message(answers=records, flags=0x8400, message_id=0)
    assert heard(learner, datagram(source, source_port, destination, 5353, message)) == []


def test_llmnr_asks_all_and_is_answered_by_one(learner: NameLearner) -> None:
    request = make.dns_message(questions=[make.question("nas")], flags=0)
    response = answer("nas", make.record("nas", make.A, NEIGHBOUR, ttl_seconds=30), flags=0x8000)
    foreign = answer("nas", make.record("nas", make.A, ADDRESS, ttl_seconds=30), flags=0x8000)
    frames = (
        datagram(HERE, 40_000, LLMNR, 5355, request),
        datagram(NEIGHBOUR, 5355, HERE, 40_000, response),
    )
    assert heard(learner, *frames) == [
        dns_fact(asked_name="nas", address=NEIGHBOUR, chain=("nas",), ttl_seconds=30, asker=None, is_multicast=True)
    ]
    assert heard(learner, frames[0], datagram(NEIGHBOUR, 5355, HERE, 40_000, foreign)) == []


def test_what_cannot_be_read_is_counted_and_the_next_is_read(learner: NameLearner) -> None:
    broken = make.dns_message(questions=[make.pointer(12) + b"\0\1\0\1"], flags=QUERY)
    facts = heard(learner, asked(broken), asked(query()), answered(answer(NAME, IS_ADDRESS)))
    assert facts == [dns_fact(time=1_002.5)]
    assert learner.counts().unreadable == 1


def test_a_long_stream_is_read_to_its_end(learner: NameLearner) -> None:
    found: list[NameFact] = []
    sequence, back = 10, 5_000
    for number in range(400):
        question = query(message_id=number)
        reply = answer(NAME, IS_ADDRESS, message_id=number)
        framed = [struct.pack("!H", len(message)) + message for message in (question, reply)]
        found += heard(
            learner,
            segment(HERE, 40_000, THERE, 53, framed[0], sequence=sequence),
            segment(THERE, 53, HERE, 40_000, framed[1], sequence=back),
        )
        sequence, back = sequence + len(framed[0]), back + len(framed[1])
    assert back > 16_384
    assert len(found) == 400


def test_an_answer_that_reports_an_error_names_nothing(learner: NameLearner) -> None:
    refused = answer(NAME, IS_ADDRESS, flags=0x8183)
    assert heard(learner, asked(query()), answered(refused)) == []


def test_an_answer_that_comes_again_is_told_again_with_its_own_time_and_asker(learner: NameLearner) -> None:
    again = [asked(query(message_id=9), port=40_001), answered(answer(NAME, IS_ADDRESS, message_id=9), port=40_001)]
    facts = heard(learner, asked(query()), answered(answer(NAME, IS_ADDRESS)), *again)
    asker = FlowKey(Protocol.UDP, 17, HERE, 40_001, THERE, 53)
    assert facts == [dns_fact(), dns_fact(time=1_003.5, asker=asker)]


def test_what_is_remembered_of_answers_is_bounded(learner: NameLearner) -> None:
    for number in range(600):
        name = f"host-{number}.example.org"
        reply = answer(name, make.record(name, make.A, ADDRESS))
        assert len(heard(learner, asked(query(name)), answered(reply))) == 1
    assert len(learner._dns._answers) == 512
