import marshal
import tracemalloc
from dataclasses import fields

from netmon.model import ConnectionState, OwnerConfidence, OwnerMethod, OwnerWay, Process, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.core.sockets import ForeignPlace, ForeignScan, PacketSocketRow, SocketRow, SocketScan
from netmon_collector.finding.answers import (
    _PROCESS_FIELDS,
    KNOWN_LIMIT,
    AnswerReader,
    AnswerWriter,
    ListingReader,
    ListingWriter,
    Plain,
    read_foreign,
    write_foreign,
)
from netmon_collector.host.ports import Answers, ForeignListing, Listing

WAYS = (OwnerWay(name="task_file", in_use=False, reason="no BTF"),)
KEY = FlowKey(Protocol.TCP, 6, bytes(4), 1, bytes(4), 2)


def process(number: int) -> Process:
    return Process(id=f"b-{number}", pid=number, start_time=1.5, name="a", uid=0, user="root", container="c")


def row(port: int, owner: str = "") -> SocketRow:
    return SocketRow(
        protocol=Protocol.TCP,
        local_address=bytes(4),
        local_port=port,
        remote_address=bytes(16),
        remote_port=9,
        state=ConnectionState.LISTEN,
        process_id=owner,
        holder_ids=("b-2",) if owner else (),
    )


def listing(*rows: SocketRow, people: tuple[Process, ...] = ()) -> Listing:
    scan = SocketScan(
        rows=rows,
        start_time=7.0,
        is_complete=True,
        sees_all_users=False,
        protocols=frozenset({Protocol.TCP, Protocol.SCTP}),
        packet_sockets=(PacketSocketRow(interface="lo", process_id="b-1", holder_ids=("b-2",)),),
        tun_holder_ids=frozenset({"b-1"}),
        is_forwarding=True,
    )
    return Listing(scan=scan, processes=people)


def sent(values: Plain) -> Plain:
    plain: Plain = marshal.loads(marshal.dumps(values))  # noqa: S302 - its own
    return plain


def test_listings_come_through_whole_and_what_is_the_same_stays_the_same_object() -> None:
    writer, reader = ListingWriter(), ListingReader()
    first, second, third = row(1, "b-1"), row(2), row(3)
    people = (process(1), process(2))
    before, ways = reader.read(sent(writer.write(listing(first, second, people=people), WAYS)))
    assert (before, ways) == (listing(first, second, people=people), WAYS)
    values = writer.write(listing(second, third, first, people=people[:1]), ())
    after, _ = reader.read(sent(values))
    assert after == listing(second, third, first, people=people[:1])
    assert after.scan.rows[2] is before.scan.rows[0]
    assert after.scan.rows[0] is before.scan.rows[1]
    assert after.processes[0] is before.processes[0]
    assert len(values[1]) == 1  # the third row is all that was new


def test_every_field_of_a_process_is_sent() -> None:
    assert set(_PROCESS_FIELDS) == {each.name for each in fields(Process)}


def test_a_process_that_changed_is_sent_again() -> None:
    writer, reader = ListingWriter(), ListingReader()
    reader.read(sent(writer.write(listing(people=(process(1),)), ())))
    changed = Process(id="b-1", pid=1, start_time=1.5, name="now another")
    found, _ = reader.read(sent(writer.write(listing(people=(changed,)), ())))
    assert found.processes == (changed,)


def answer(process_id: str, *holders: str, number: int = 0) -> Answer:
    return Answer(str(number), process_id, OwnerMethod.USER, OwnerConfidence.CERTAIN, holders, is_final=True, cookie=5)


def test_answers_come_through_with_the_processes_that_they_name() -> None:
    writer, reader = AnswerWriter(), AnswerReader()
    asked = (Question("c1", KEY, 1.0), Question("c2", KEY, 2.0))
    found = Answers(answers=(answer("b-1", "b-2", number=1),), processes=(process(1), process(2)))
    read = reader.read(sent(writer.write(found, asked)), asked)
    assert read.answers == (found.answers[0]._replace(id="c2"),)
    assert set(read.processes) == {process(1), process(2)}


def test_questions_that_were_not_looked_into_are_not_among_those_asked() -> None:
    asked = (Question("c1", KEY, 1.0), Question("c2", KEY, 2.0))
    there = tuple(question._replace(id=str(number)) for number, question in enumerate(asked))
    for looked_into, told in ((None, None), (there[1:], asked[1:]), ((), ())):
        found = Answers(answers=(), processes=(), asked=looked_into)
        assert AnswerReader().read(sent(AnswerWriter().write(found, there)), asked).asked == told


def test_a_process_is_sent_once_and_known_from_then_on() -> None:
    writer, reader = AnswerWriter(), AnswerReader()
    asked = (Question("c1", KEY, 1.0),)
    found = Answers(answers=(answer("b-1"),), processes=(process(1),))
    first = reader.read(sent(writer.write(found, asked)), asked)
    values = writer.write(found, asked)
    assert values[1] == []
    assert reader.read(sent(values), asked).processes[0] is first.processes[0]


def test_the_owner_that_a_question_named_is_not_sent_back() -> None:
    writer, reader = AnswerWriter(), AnswerReader()
    known = process(1)
    stub = Process(id="b-1", pid=1, start_time=1.5, name="")
    found = Answers(answers=(answer("b-1"),), processes=(stub,))
    values = writer.write(found, (Question("0", KEY, 1.0, owner=stub),))
    assert values[1] == []
    read = reader.read(sent(values), (Question("c1", KEY, 1.0, owner=known),))
    assert read.processes == (known,)


def test_both_sides_forget_together_when_there_are_too_many() -> None:
    writer, reader = AnswerWriter(), AnswerReader()
    asked = (Question("c1", KEY, 1.0),)
    for number in range(1, KNOWN_LIMIT + 2):
        found = Answers(answers=(answer(f"b-{number}"),), processes=(process(number),))
        read = reader.read(sent(writer.write(found, asked)), asked)
        assert read.processes == (process(number),)
    assert len(reader._known) < KNOWN_LIMIT


def test_an_hour_of_short_processes_leaves_little_on_either_side() -> None:
    writer, reader = AnswerWriter(), AnswerReader()
    asked = (Question("c1", KEY, 1.0),)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(3_600):
            found = Answers(answers=(answer(f"b-{number}"),), processes=(process(number),))
            reader.read(sent(writer.write(found, asked)), asked)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1_000_000


def test_sockets_of_other_namespaces_come_through() -> None:
    place = ForeignPlace(rows=(row(1, "b-1"),), addresses=frozenset({bytes(4)}))
    scan = ForeignScan(places=(place,), start_time=3.0, left_out_count=2)
    found = ForeignListing(scan=scan, processes=(process(1),))
    assert read_foreign(sent(write_foreign(found))) == found
