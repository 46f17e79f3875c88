"""What is encoded in two pieces is what the plain way gives, whatever was encoded before."""

from dataclasses import fields, replace
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netmon.codec.connections import facts_to_wire
from netmon.codec.processes import process_to_wire
from netmon.codec.repeated_parts import KEPT_LIMIT, FactsEncoder, ProcessEncoder
from netmon.model import ConnectionFacts, Endpoint, Process, Protocol
from netmon.v1 import connection_pb2 as pb
from tests.support import model_strategies as models

_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_T = TypeVar("_T", ConnectionFacts, Process)
_ends = st.builds(Endpoint, address=models.texts, port=st.none() | st.integers(0, 65_535))


def _a_process(number: int) -> Process:
    return Process(id=f"boot-{number}", pid=number, start_time=1_000.5 + number, name="curl", uid=1_000)


@_SETTINGS
@given(data=st.data())
def test_facts_hold_the_same_value_also_where_ends_start_and_process_alone_differ(
    data: st.DataObject,
) -> None:
    encoder = FactsEncoder()
    for facts in (row.facts for row in data.draw(models.connection_tables)):
        other = replace(facts, id="other", local=data.draw(_ends), remote=data.draw(_ends), start_time=7.25)
        ownerless = replace(other, process=None, holders=())
        for each in (facts, other, ownerless, facts):
            assert pb.Connection.FromString(encoder.encode(each)) == facts_to_wire(each)


def _mixed(one: _T, other: _T) -> list[_T]:
    """Give ``one`` with each field of ``other`` in turn."""
    return [replace(one, **{field.name: getattr(other, field.name)}) for field in fields(one)]


@_SETTINGS
@given(data=st.data())
def test_no_field_is_taken_for_common_that_another_has_otherwise(data: st.DataObject) -> None:
    one, other = data.draw(models.connection_tables.filter(lambda rows: len(rows) > 1))[:2]
    facts_encoder, process_encoder = FactsEncoder(), ProcessEncoder()
    for facts in (one.facts, *_mixed(one.facts, other.facts)):
        assert pb.Connection.FromString(facts_encoder.encode(facts)) == facts_to_wire(facts)
    first, second = data.draw(models.processes), data.draw(models.processes)
    for process in (first, *_mixed(first, second)):
        assert pb.Process.FromString(process_encoder.encode(process)) == process_to_wire(process)


@_SETTINGS
@given(process=models.processes, pid=st.integers(0, 2**31 - 1))
def test_processes_hold_the_same_value_also_where_identity_alone_differs(process: Process, pid: int) -> None:
    encoder = ProcessEncoder()
    for each in (process, replace(process, id="other", pid=pid, start_time=7.25), process):
        assert pb.Process.FromString(encoder.encode(each)) == process_to_wire(each)


def test_what_one_has_and_the_next_has_not_does_not_stay() -> None:
    encoder = FactsEncoder()
    owned = ConnectionFacts(
        id="c1",
        protocol=Protocol.TCP,
        local=Endpoint(address="10.0.0.1", port=1),
        remote=Endpoint(address="10.0.0.2", port=2),
        process=_a_process(1),
        holders=(_a_process(2),),
    )
    for facts in (replace(owned, holders=()), owned, replace(owned, process=None, holders=())):
        assert pb.Connection.FromString(encoder.encode(facts)) == facts_to_wire(facts)


def test_more_kinds_than_are_kept_are_encoded_all_the_same() -> None:
    encoder = ProcessEncoder()
    kinds = [replace(_a_process(number), name=f"program {number}") for number in range(KEPT_LIMIT + 2)]
    for process in (*kinds, *kinds[:2]):
        assert pb.Process.FromString(encoder.encode(process)) == process_to_wire(process)
