import pytest

from netmon_collector.names.query_book import LIFETIME_SECONDS, MAX_QUERIES, Path, QueryBook, question_of
from tests.support import name_messages as make
from tests.support.frames import IP_A, IP_B
from tests.support.name_frames import answer, query

PATH = Path(17, IP_A, 40_000, IP_B, 53)
NAME = "www.example.org"
ANSWERED = answer(NAME)


@pytest.fixture
def book() -> QueryBook:
    book = QueryBook()
    book.ask(PATH, query(), time=100.0)
    return book


def test_an_answer_finds_its_question_once(book: QueryBook) -> None:
    assert book.take(PATH, ANSWERED, time=100.1)
    assert not book.take(PATH, ANSWERED, time=100.2)


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        (PATH._replace(port=40_001), ANSWERED),
        (PATH._replace(address=IP_B), ANSWERED),
        (PATH._replace(server=IP_A), ANSWERED),
        (PATH._replace(server_port=5353), ANSWERED),
        (PATH._replace(ip_protocol=6), ANSWERED),
        (PATH, answer(NAME, message_id=8)),
        (PATH, answer("other.example.org")),
        (PATH, answer(NAME, record_type=make.AAAA)),
        (PATH, make.dns_message(questions=[make.question(NAME, 1, 3)])),
    ],
    ids=["port", "address", "server", "server's port", "protocol", "id", "name", "type", "class"],
)
def test_another_answer_finds_nothing_and_takes_nothing(book: QueryBook, path: Path, answered: bytes) -> None:
    assert not book.take(path, answered, time=100.1)
    assert book.take(PATH, ANSWERED, time=100.1)


def test_an_answer_may_write_the_name_in_other_case(book: QueryBook) -> None:
    assert book.take(PATH, answer("WWW.Example.ORG"), time=100.1)


@pytest.mark.parametrize("seconds", [LIFETIME_SECONDS + 0.1, -LIFETIME_SECONDS - 0.1])
def test_an_answer_that_comes_too_late_counts_for_nothing(book: QueryBook, seconds: float) -> None:
    assert not book.take(PATH, ANSWERED, time=100.0 + seconds)


def test_the_oldest_questions_make_room(book: QueryBook) -> None:
    for number in range(MAX_QUERIES):
        book.ask(PATH._replace(port=number), query(), time=100.0)
    assert len(book) == MAX_QUERIES
    assert not book.take(PATH, ANSWERED, time=100.1)


def test_a_question_is_name_type_and_class_whatever_follows() -> None:
    asked = make.question("Example.ORG", make.AAAA)
    option = make.record("", make.OPT, b"", record_class=4_096)
    assert question_of(make.dns_message(questions=[asked], additionals=[option])) == make.question(
        "example.org", make.AAAA
    )


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(12),
        make.dns_message(questions=[make.question("a"), make.question("b")]),
        make.dns_message(questions=[make.question("example.org")])[:-1],
        make.dns_message(questions=[make.pointer(12) + b"\0\1\0\1"]),
        make.dns_message(questions=[b"\x01a" * 200 + b"\0\0\1\0\1"])[:300],
    ],
    ids=["nothing", "no question", "two questions", "cut off", "compressed", "too many labels"],
)
def test_what_asks_no_single_question_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="question"):
        question_of(message)
