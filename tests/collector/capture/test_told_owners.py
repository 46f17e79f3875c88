"""Owners of single connections as lines of a recording hold them."""

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Protocol
from netmon_collector.capture.told_owners import ToldOwner, decode_owner, encode_owner, told_owners
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question
from tests.support.wire import HERE, PEER

PING = ToldOwner(
    key=FlowKey(Protocol.ICMP, 1, HERE, NO_PORT, PEER, NO_PORT),
    start_time=1.5,
    process_id="boot-10-7",
    method=OwnerMethod.CREATOR,
    confidence=OwnerConfidence.INFERRED,
)


def test_an_answer_is_kept_by_the_ends_and_the_start_of_what_was_asked() -> None:
    questions = [Question("c7", PING.key, PING.start_time), Question("c8", PING.key, 9.0)]
    answer = Answer("c7", PING.process_id, PING.method, PING.confidence)
    assert told_owners(questions, [answer], ()).rows == (PING,)


def test_what_has_no_ports_nor_holders_has_no_words_for_them() -> None:
    line = encode_owner(PING)
    assert set(line).isdisjoint({"local_port", "remote_port", "holder_ids", "is_final"})
    assert decode_owner(line) == PING


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("protocol", "carrier pigeon"),
        ("ip_protocol", 256),
        ("local_address", "here"),
        ("local_port", 65_536),
        ("start_time", True),
        ("process_id", 7),
        ("process_id", "\n"),
        ("method", "guess"),
        ("confidence", ""),
        ("holder_ids", "nobody"),
        ("is_final", 1),
    ],
)
def test_what_was_never_written_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- one sentence a field
        decode_owner({**encode_owner(PING), name: value})


@pytest.mark.parametrize("name", list(encode_owner(PING)))
def test_a_field_that_is_missing_is_refused(name: str) -> None:
    line = dict(encode_owner(PING))
    del line[name]
    with pytest.raises(ValueError):  # noqa: PT011 -- one sentence a field
        decode_owner(line)
