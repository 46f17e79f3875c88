"""What users are called, also where a directory takes its time."""

import os
import pwd
import threading
from collections.abc import Generator
from types import SimpleNamespace

import pytest

from netmon_collector.host import user_names
from netmon_collector.host.user_names import UserNames
from tests.support.waiting import wait_for


class Directory:
    """Answers nobody until it is let."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answers = threading.Event()

    def getpwuid(self, uid: int) -> SimpleNamespace:
        self.asked.append(uid)
        assert self.answers.wait(30)
        if uid == 7:
            raise KeyError(uid)
        return SimpleNamespace(pw_name=f"user{uid}")


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Generator[Directory]:
    made = Directory()
    monkeypatch.setattr(user_names, "pwd", made)
    yield made
    made.answers.set()
    for thread in threading.enumerate():
        if thread.name == "users":
            thread.join(30)


def test_a_user_of_this_machine_has_a_name_at_once_and_nobody_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_names, "WAIT_SECONDS", 30.0)
    names = UserNames()
    assert names.name(os.getuid()) == pwd.getpwuid(os.getuid()).pw_name
    assert names.name(4_000_000_000) == "4000000000"


def test_who_is_not_told_in_time_is_a_number_until_then_and_is_asked_for_once(directory: Directory) -> None:
    names = UserNames()
    assert [names.name(uid) for uid in (5, 6, 7, 5)] == ["5", "6", "7", "5"]
    wait_for(lambda: directory.asked == [5], seconds=30, what="the first question")
    directory.answers.set()
    wait_for(lambda: len(directory.asked) == 3 and not names._wanted, seconds=30, what="all answers")
    assert [names.name(uid) for uid in (5, 6, 7)] == ["user5", "user6", "7"]
    assert directory.asked == [5, 6, 7]


def test_nobody_waits_behind_one_that_is_waited_for(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    names = UserNames()
    assert names.name(5) == "5"
    monkeypatch.setattr(user_names, "WAIT_SECONDS", 3_600.0)
    assert names.name(6) == "6"
    directory.answers.set()


def test_what_was_forgotten_is_asked_for_anew(directory: Directory) -> None:
    directory.answers.set()
    names = UserNames()
    for _ in range(2):
        wait_for(lambda: names.name(5) == "user5", seconds=30, what="a name")
        names.forget()
    assert directory.asked == [5, 5]


def test_where_no_thread_can_be_made_a_user_is_a_number_and_asked_for_again(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    directory.answers.set()
    names = UserNames()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert names.name(5) == "5"
    wait_for(lambda: names.name(5) == "user5", seconds=30, what="a name")
