import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.dns import (
    MAX_RECORDS,
    AddressRecord,
    AliasRecord,
    DnsMessage,
    DnsQuestion,
    NamedAddress,
    ServiceRecord,
    addresses,
    parse_message,
    split_stream,
)
from tests.support import name_messages as make
from tests.support.line_count import lines_run

ONE, TWO, SIX = b"\xc0\0\x02\x01", b"\xc0\0\x02\x02", bytes.fromhex("20010db8") + bytes(11) + b"\x01"

MOST_LINES = 9_000
"""Python lines that the worst message may cost; under 0.1 µs each without a tracer."""

ASKED = make.pointer(make.QUESTION_NAME)
ANSWER = make.dns_message(
    questions=[make.question("WWW.Example.com")],
    answers=[
        make.record(ASKED, make.CNAME, make.dns_name("edge.cdn.example")),
        make.record("edge.cdn.example", make.A, ONE, ttl_seconds=20),
        make.record("edge.cdn.example", make.A, TWO, ttl_seconds=30),
    ],
    authorities=[make.record("cdn.example", make.NS, make.dns_name("ns.cdn.example"))],
    additionals=[make.record("ns.cdn.example", make.A, TWO), make.record("", make.OPT, b"", record_class=4096)],
)


def test_an_answer_is_read() -> None:
    assert parse_message(ANSWER) == DnsMessage(
        id=7,
        is_response=True,
        rcode=0,
        is_truncated=False,
        questions=(DnsQuestion(name="www.example.com", type=1),),
        answers=(
            AliasRecord(name="www.example.com", target="edge.cdn.example", ttl_seconds=300),
            AddressRecord(name="edge.cdn.example", address=ONE, ttl_seconds=20),
            AddressRecord(name="edge.cdn.example", address=TWO, ttl_seconds=30),
        ),
        additionals=(AddressRecord(name="ns.cdn.example", address=TWO, ttl_seconds=300),),
    )


def test_the_name_that_was_asked_comes_first_and_the_shortest_lifetime_counts() -> None:
    names = ("www.example.com", "edge.cdn.example")
    assert addresses(parse_message(ANSWER), "www.example.com") == {
        ONE: NamedAddress(names=names, ttl_seconds=20),
        TWO: NamedAddress(names=names, ttl_seconds=30),
    }


def test_what_an_answer_says_of_other_names_is_left_out() -> None:
    assert addresses(parse_message(ANSWER), "other.example") == {}


def test_a_query_is_read() -> None:
    message = parse_message(make.dns_message(questions=[make.question("a.example", make.AAAA)], flags=0x0100))
    assert not message.is_response
    assert message.questions == (DnsQuestion(name="a.example", type=make.AAAA),)


def test_a_refusal_and_a_truncation_are_told() -> None:
    message = parse_message(make.dns_message(questions=[make.question("a.example")], flags=0x8383))
    assert (message.rcode, message.is_truncated) == (3, True)


def test_an_https_record_gives_hints_and_the_outer_names_of_ech() -> None:
    data = make.service(
        1, "", {1: b"\x02h3", 4: ONE + TWO, 5: make.ech_configurations("cover.example", "cover.example"), 6: SIX}
    )
    message = parse_message(
        make.dns_message(questions=[make.question("a.example", 65)], answers=[make.record(ASKED, 65, data)])
    )
    assert message.answers == (
        ServiceRecord(
            name="a.example",
            type=65,
            priority=1,
            target="a.example",
            ttl_seconds=300,
            ipv4_hints=(ONE, TWO),
            ipv6_hints=(SIX,),
            ech_public_names=("cover.example",),
        ),
    )
    hint = NamedAddress(names=("a.example",), ttl_seconds=300, is_hint=True)
    assert addresses(message, "a.example") == {ONE: hint, TWO: hint, SIX: hint}


def test_a_record_counts_more_than_a_hint_and_a_service_leads_to_its_target() -> None:
    data = make.service(1, "pool.example", {4: ONE})
    message = parse_message(
        make.dns_message(
            questions=[make.question("a.example", 65)],
            answers=[make.record(ASKED, 65, data)],
            additionals=[make.record("pool.example", make.A, ONE), make.record("pool.example", make.AAAA, SIX)],
        )
    )
    way = NamedAddress(names=("a.example", "pool.example"), ttl_seconds=300)
    assert addresses(message, "a.example") == {ONE: way, SIX: way}


def test_a_service_that_is_not_offered_leads_nowhere() -> None:
    message = parse_message(make.dns_message(answers=[make.record("a.example", 65, make.service(0, "", {}))]))
    assert isinstance(message.answers[0], ServiceRecord)
    assert message.answers[0].target == "."
    assert addresses(message, "a.example") == {}


def test_mdns_marks_records_that_replace_others() -> None:
    message = parse_message(
        make.dns_message(flags=0x8400, answers=[make.record("printer.local", make.A, ONE, record_class=0x8001)])
    )
    assert message.answers == (AddressRecord(name="printer.local", address=ONE, ttl_seconds=300, is_cache_flush=True),)


@pytest.mark.parametrize(("on_wire", "ttl_seconds"), [(0x7FFFFFFF, 0x7FFFFFFF), (0x80000000, 0), (0xFFFFFFFF, 0)])
def test_a_negative_lifetime_is_none(on_wire: int, ttl_seconds: int) -> None:
    message = parse_message(make.dns_message(answers=[make.record("a.example", make.A, ONE, ttl_seconds=on_wire)]))
    assert message.answers[0].ttl_seconds == ttl_seconds


def test_a_record_of_another_class_is_left_out() -> None:
    assert parse_message(make.dns_message(answers=[make.record("a", make.A, ONE, record_class=3)])).answers == ()


def test_aliases_that_lead_in_a_circle_end() -> None:
    circle = [make.record("a", make.CNAME, make.dns_name("b")), make.record("b", make.CNAME, make.dns_name("a"))]
    assert addresses(parse_message(make.dns_message(answers=circle)), "a") == {}


def test_a_chain_is_followed_sixteen_names_deep() -> None:
    def chain(length: int) -> DnsMessage:
        links = [make.record(f"n{i}", make.CNAME, make.dns_name(f"n{i + 1}")) for i in range(length - 1)]
        return parse_message(make.dns_message(answers=[*links, make.record(f"n{length - 1}", make.A, ONE)]))

    assert len(addresses(chain(16), "n0")[ONE].names) == 16
    assert addresses(chain(17), "n0") == {}


def test_records_behind_the_first_many_are_counted_not_read() -> None:
    records = [make.record(f"n{index}", make.A, ONE) for index in range(MAX_RECORDS + 5)]
    message = parse_message(make.dns_message(answers=records))
    assert (len(message.answers), message.left_out_count) == (MAX_RECORDS, 5)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        ANSWER[:11],
        make.dns_message(flags=0x2800),  # an update
        make.dns_message(questions=[make.question("a.example")])[:-1],
        make.dns_message(questions=[make.question("a")] * 65),
        make.dns_message(questions=[make.question(make.pointer(make.QUESTION_NAME))]),
        make.dns_message(questions=[make.question(make.pointer(14)), make.question("a")]),
        make.dns_message(answers=[make.record("a", make.A, ONE + b"\0")]),
        make.dns_message(answers=[make.record("a", make.AAAA, ONE)]),
        make.dns_message(answers=[make.record("a", make.CNAME, make.dns_name("b") + b"\0")]),
        make.dns_message(answers=[make.record("a", 65, make.service(1, "", {4: ONE[:3]}))]),
        make.dns_message(answers=[make.record("a", 65, make.service(1, "", {6: SIX, 4: ONE}))]),
        make.dns_message(answers=[make.record("a", 65, make.service(1, "", {4: ONE})[:-1])]),
        make.dns_message(answers=[make.record("a", 65, b"\0")]),
    ],
)
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_message(payload)


def test_every_beginning_of_an_answer_is_refused() -> None:
    for size in range(len(ANSWER)):
        with pytest.raises(ValueError, match=r"\w"):
            parse_message(ANSWER[:size])


def long_answers() -> dict[str, bytes]:
    """Messages of about 64 kB that want as much work as possible."""
    short = make.record(ASKED, make.A, ONE)
    names = [make.record(b"\x3f" + bytes([index]) * 63 + b"\0", make.A, ONE) for index in range(64)]
    deep = b"".join(b"\x01a" for _ in range(120)) + b"\0"
    hops = b"".join(make.pointer(12 + 2 * index) for index in range(8_000))
    services = [make.record("a", 65, make.service(1, "", dict.fromkeys(range(16_000), b"")))]
    return {
        "4,000 addresses": make.dns_message(questions=[make.question("a.example")], answers=[short] * 4_000),
        "names to escape": make.dns_message(answers=names),
        "deep names": make.dns_message(answers=[make.record(deep, make.A, ONE)] * 250),
        "pointers to pointers": struct.pack("!6H", 7, 0x8180, 2, 1, 0, 0) + b"\0\0\x01\0\x01" + hops,
        "parameters": make.dns_message(answers=services),
        "questions": make.dns_message(questions=[make.question(deep)] * 64),
    }


@pytest.mark.parametrize("name", long_answers())
def test_the_work_on_a_long_message_is_bounded(name: str) -> None:
    payload = long_answers()[name]
    assert 0 < lines_run(lambda: parse_message(payload)) <= MOST_LINES


def test_a_stream_is_split_into_messages() -> None:
    framed = make.vector(ANSWER, 2)
    assert split_stream(framed * 2 + framed[:50]) == ((ANSWER, ANSWER), 2 * len(framed))
    assert split_stream(b"\0") == ((), 0)


def test_a_stream_with_a_message_too_short_is_no_dns() -> None:
    with pytest.raises(ValueError, match="shorter"):
        split_stream(b"\0\x05hello")


@given(st.binary(max_size=600))
def test_any_bytes_give_a_value_or_value_error(payload: bytes) -> None:
    try:
        message = parse_message(payload)
    except ValueError:
        return
    for asked in message.questions:
        assert all(len(address) in {4, 16} for address in addresses(message, asked.name))


@given(st.lists(st.tuples(st.integers(0, len(ANSWER) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 300))
def test_a_damaged_answer_gives_a_value_or_value_error(damage: list[tuple[int, int]], size: int) -> None:
    payload = bytearray(ANSWER)
    for offset, byte in damage:
        payload[offset] = byte
    try:
        message = parse_message(bytes(payload[:size]) if size else bytes(payload))
    except ValueError:
        return
    assert all(record.name.isprintable() and len(record.name) <= 253 for record in message.answers)


LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join)


@given(st.lists(st.tuples(NAMES, st.binary(min_size=4, max_size=4), st.integers(0, 2**31 - 1)), max_size=20))
def test_what_was_written_is_read(rows: list[tuple[str, bytes, int]]) -> None:
    answers = [make.record(name, make.A, address, ttl_seconds=ttl) for name, address, ttl in rows]
    message = parse_message(make.dns_message(answers=answers))
    assert [
        (row.name, row.address, row.ttl_seconds) for row in message.answers if isinstance(row, AddressRecord)
    ] == rows
