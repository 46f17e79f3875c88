import os
import signal
from collections.abc import Generator

import pytest

from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.questions import Question
from netmon_collector.finding.proxies import RemoteFirstPacketFinder, RemoteForeign, RemoteLister
from netmon_collector.finding.requests import WANTED_AT_ONCE
from netmon_collector.host.ports import FirstPacketFinder
from tests.support.process_status import stop
from tests.support.told_owners_process import (
    KEY,
    LEFT_OUT,
    REFUSED,
    HelperProcess,
    found_by,
    found_process,
    helper_process,
)
from tests.support.waiting import wait_for


class Machine:
    def __init__(self, process: HelperProcess) -> None:
        hello = process.link.start()
        self.process = process
        self.finder = RemoteFirstPacketFinder(process.link, hello, process.news)
        self.lister = RemoteLister(process.link, hello)
        self.foreign = RemoteForeign(process.link)


@pytest.fixture
def machine() -> Generator[Machine]:
    with helper_process() as made:
        machine = Machine(made)
        yield machine
        machine.finder.close()


def question(number: int) -> Question:
    return Question(f"c{number}", KEY._replace(remote_port=number), 1.0)


def test_answers_are_for_the_questions_that_were_asked(machine: Machine) -> None:
    found = found_by(machine.finder, [question(5), question(7)])
    assert [(each.id, each.process_id) for each in found.answers] == [("c5", "b-5"), ("c7", "b-7")]
    assert set(found.processes) == {found_process(5), found_process(7)}


def test_a_question_that_the_helper_left_out_is_not_among_those_asked(machine: Machine) -> None:
    found = found_by(machine.finder, [question(5), question(LEFT_OUT), question(7)])
    assert found.asked == (question(5), question(7))
    assert [each.id for each in found.answers] == ["c5", "c7"]


def test_more_questions_than_one_message_holds_are_all_answered(machine: Machine) -> None:
    asked = [question(3 + number % 60_000) for number in range(2_500)]
    left = {each.id: each for each in asked}

    def all_answered() -> bool:
        """Ask for what has no answer yet, as the monitor does: on a busy machine some are late."""
        found = machine.finder.find(list(left.values()), 1.0, 2.0)
        assert found.asked is not None
        assert [each.id for each in found.answers] == [each.id for each in found.asked]
        for each in found.answers:
            left.pop(each.id, None)
        return not left

    wait_for(all_answered, seconds=30, what="all answers")


def test_a_helper_that_is_late_answers_later_and_what_was_not_asked_is_told(machine: Machine) -> None:
    helper = machine.process.link.pids[1]
    stop(helper)
    for asked in ([question(5)], [question(7)]):
        found = machine.finder.find(asked, 1.0, 2.0)
        assert (found.answers, found.asked) == ((), ())
    os.kill(helper, signal.SIGCONT)

    def late() -> list[tuple[str, ...]]:
        """Give what was answered, call by call, when the last question is among it."""
        found = machine.finder.find([question(9)], 1.0, 2.0)
        assert found.asked is not None
        assert {each.id for each in found.answers} == {each.id for each in found.asked}
        seen.append(tuple(each.id for each in found.answers))
        return seen if "c9" in seen[-1] else []

    seen: list[tuple[str, ...]] = []
    answered = [each for part in wait_for(late, seconds=30, what="the answers") for each in part]
    assert answered[0] == "c5"
    assert "c7" not in answered


def test_what_a_helper_owed_that_was_replaced_is_not_waited_for(machine: Machine) -> None:
    link = machine.process.link
    helper = link.pids[1]
    stop(helper)
    assert machine.finder.find([question(5)], 1.0, 2.0).asked == ()
    os.kill(helper, signal.SIGKILL)
    wait_for(lambda: link.look() and link.generation == 2, seconds=30, what="the next helper")
    found = wait_for(lambda: machine.finder.find([question(7)], 1.0, 2.0).answers, seconds=30, what="an answer")
    assert [each.id for each in found] == ["c7"]


def test_without_a_helper_nothing_is_answered_and_what_comes_next_is_known_anew(machine: Machine) -> None:
    found_by(machine.finder, [question(5)])
    link = machine.process.link
    os.kill(link.pids[1], signal.SIGKILL)
    wait_for(lambda: not link.look(), seconds=30, what="it is noticed")
    assert machine.finder.find([question(5)], 1.0, 2.0).answers == ()
    with pytest.raises(OSError, match="has ended"):
        machine.lister.list_sockets(1.0)
    machine.finder.see([FirstPacket(KEY, 1.0)], 1.0, 2.0)
    assert machine.finder.left_out_count == 1
    wait_for(link.look, seconds=30, what="the next helper")
    assert found_by(machine.finder, [question(5)]).processes == (found_process(5),)
    assert machine.finder.left_out_count == 1  # also after an answer of a helper that left none out
    assert machine.lister.list_sockets(1.0).processes == (found_process(1),)


def test_first_packets_are_handed_over_and_what_was_left_out_comes_back(machine: Machine) -> None:
    assert isinstance(machine.finder, FirstPacketFinder)
    machine.finder.see([FirstPacket(KEY, 1.0)] * 3, 1.0, 2.0)
    found = found_by(machine.finder, [question(5)])
    assert found.answers[0].cookie == 3  # how many it has seen
    assert machine.finder.left_out_count == 1
    assert machine.process.link.cpu_seconds > 0


def test_whether_the_helper_is_told_of_tcp_is_as_of_its_newest_answer() -> None:
    with helper_process() as process:
        hello = process.link.start()._replace(is_told_of_tcp=True)
        finder = RemoteFirstPacketFinder(process.link, hello, process.news)
        assert finder.is_told_of_tcp
        found_by(finder, [question(5)])
        assert not finder.is_told_of_tcp
        finder.close()


def test_news_is_told_once_until_the_next_listing(machine: Machine) -> None:
    for _ in range(2):
        os.write(machine.process.wake, b"x")
        assert wait_for(lambda: machine.finder.hear(1.0, 2.0), seconds=30, what="news") == 1
        os.write(machine.process.wake, b"x")
        found_by(machine.finder, [question(5)])
        assert machine.finder.hear(1.0, 2.0) == 0
        machine.lister.list_sockets(1.0)


def test_a_listing_comes_with_its_cost_and_without_caches_where_asked(machine: Machine) -> None:
    first = machine.lister.list_sockets(1.0)
    assert [row.local_port for row in first.scan.rows] == [1]
    assert first.elsewhere_cpu_seconds > 0
    machine.lister.forget_caches()
    assert [row.local_port for row in machine.lister.list_sockets(2.0).scan.rows] == [2]
    assert machine.lister.holder_ways[0].in_use
    costs = {cost.role: cost for cost in machine.process.link.costs}
    assert (costs["keeper"].pid, costs["helper"].pid) == machine.process.link.pids
    assert min(cost.resident_bytes for cost in costs.values()) > 1_000_000


def test_what_the_system_refuses_the_helper_is_the_same_error_here(machine: Machine) -> None:
    ports: list[int] = []
    for port in range(1, REFUSED + 2):
        if port == REFUSED:
            with pytest.raises(PermissionError, match="refused"):
                machine.lister.list_sockets(1.0)
        else:
            ports += [row.local_port for row in machine.lister.list_sockets(1.0).scan.rows]
        machine.lister.forget_caches()
    assert ports == [1, 2, 4]


def test_other_namespaces_are_looked_into_for_some_addresses_at_a_time(machine: Machine) -> None:
    few = frozenset({bytes(4), bytes(16)})
    assert machine.foreign.look(1.0, few).scan.places[0].addresses == few
    many = frozenset(number.to_bytes(4, "big") for number in range(WANTED_AT_ONCE + 10))
    looks = [machine.foreign.look(1.0, many).scan.places[0].addresses for _ in range(2)]
    assert [len(look) for look in looks] == [WANTED_AT_ONCE] * 2
    assert looks[0] | looks[1] == many
