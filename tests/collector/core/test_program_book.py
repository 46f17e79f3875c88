"""Which program the processes of a user run that have a name in the kernel."""

from dataclasses import replace

import pytest

from netmon_collector.core.applications import ApplicationName
from netmon_collector.core.program_book import LATELY_SECONDS, LIMIT, NEWS_SECONDS, ProgramBook
from tests.support.wire import process

CURL = ApplicationName(id="exe:/usr/bin/curl", name="curl", path="/usr/bin/curl")


@pytest.fixture
def book() -> ProgramBook:
    made = ProgramBook()
    made.learn(b"curl", process(10), 0.0)
    return made


def test_a_name_stands_for_what_its_processes_ran(book: ProgramBook) -> None:
    assert book.application(b"curl", 1000, 1.0) == CURL
    book.learn(b"curl", process(11), NEWS_SECONDS)
    assert book.application(b"curl", 1000, LATELY_SECONDS) == CURL
    assert book.application(b"curl", 1000, NEWS_SECONDS + LATELY_SECONDS) is None


def test_nothing_is_told_of_another_name_or_another_user(book: ProgramBook) -> None:
    assert book.application(b"wget", 1000, 1.0) is None
    assert book.application(b"curl", 0, 1.0) is None


def test_a_name_of_two_programs_stands_for_none_until_one_was_not_seen_for_long(book: ProgramBook) -> None:
    other = replace(process(20), executable="/opt/curl", application_id="exe:/opt/curl", application_path="/opt/curl")
    for seconds in (10.0, 20.0):
        book.learn(b"curl", other, seconds)
        assert book.application(b"curl", 1000, seconds) is None
    assert book.application(b"curl", 1000, LATELY_SECONDS) == replace(CURL, id="exe:/opt/curl", path="/opt/curl")
    book.learn(b"curl", process(10), LATELY_SECONDS)
    assert book.application(b"curl", 1000, LATELY_SECONDS) is None


@pytest.mark.parametrize("executable", ["/usr/bin/python3.11", "/usr/bin/bash", "/usr/bin/node (deleted)"])
def test_what_an_interpreter_runs_stands_for_nothing_else(executable: str) -> None:
    book = ProgramBook()
    book.learn(b"report", replace(process(10, "report"), executable=executable), 0.0)
    assert book.application(b"report", 1000, 1.0) is None


def test_a_program_beside_an_interpreter_of_its_name_is_not_the_only_one(book: ProgramBook) -> None:
    book.learn(b"curl", replace(process(12), executable="/usr/bin/python3.11"), 1.0)
    book.learn(b"curl", process(13), 2.0)
    assert book.application(b"curl", 1000, 3.0) is None


def test_what_was_read_in_part_teaches_nothing() -> None:
    book = ProgramBook()
    book.learn(b"curl", replace(process(10), executable=""), 0.0)
    book.learn(b"curl", replace(process(10), uid=None), 0.0)
    assert book.application(b"curl", 1000, 1.0) is None


def test_the_name_of_a_thread_or_of_the_program_before_teaches_nothing() -> None:
    book = ProgramBook()
    book.learn(b"resolver", process(10), 0.0)
    assert book.application(b"resolver", 1000, 1.0) is None


def test_a_name_that_the_kernel_cut_is_that_of_the_whole_one() -> None:
    book = ProgramBook()
    whole = process(10, "transmission-daemon")
    book.learn(b"transmission-da", whole, 0.0)
    book.learn(b"transmission", whole, 0.0)
    found = book.application(b"transmission-da", 1000, 1.0)
    assert found is not None
    assert found.id == "exe:/usr/bin/transmission-daemon"
    assert book.application(b"transmission", 1000, 1.0) is None


def test_only_so_many_names_are_kept(book: ProgramBook) -> None:
    for number in range(LIMIT - 1):
        name = f"n{number}"
        book.learn(name.encode(), process(100 + number, name), 1.0)
    assert book.application(b"curl", 1000, 2.0) == CURL
    book.learn(b"curl", process(10), NEWS_SECONDS)
    book.learn(b"last", process(11, "last"), NEWS_SECONDS)
    assert book.application(b"curl", 1000, NEWS_SECONDS) == CURL
    assert book.application(b"n0", 1000, NEWS_SECONDS) is None
