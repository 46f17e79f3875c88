from dataclasses import replace

import pytest

from netmon.model import Degradation, RecordingState, StorageState, Visibility
from netmon.sudo import sudo_command
from netmon_client.checks import Check, Verdict
from netmon_client.errors import NotPermitted, RecorderUnreachable
from netmon_client.history_answers import HistoryStatus
from netmon_client.history_checks import history_words, recorder_checks, recorder_problem
from netmon_client.testing import HISTORY_TIME, a_history_status

STATUS = a_history_status()
SOCKET = "/run/elsewhere.sock"
COLLECTOR_SOCKET = "/run/its.sock"


def checked(status: HistoryStatus) -> list[Check]:
    return recorder_checks(status, HISTORY_TIME, socket=SOCKET, collector_socket=COLLECTOR_SOCKET)


def test_one_that_runs_well_has_nothing_to_mend() -> None:
    recorder, history = checked(STATUS)
    assert (recorder.verdict, recorder.fact) == (Verdict.GOOD, "records since 2h00, pid 4801")
    assert (history.verdict, history.fix) == (Verdict.GOOD, "")
    assert history.fact == "15,500 rows, 2.50 MB, 10d0h back; 50.0 GB free on its disk"


@pytest.mark.parametrize(
    ("state", "fix"),
    [
        (RecordingState.WAITING, f"{sudo_command('netmon-collector')} --socket {COLLECTOR_SOCKET}"),
        (RecordingState.STOPPED, f"netmon-cli --socket {COLLECTOR_SOCKET} start"),
    ],
)
def test_one_that_records_nothing_says_why(state: RecordingState, fix: str) -> None:
    status = replace(STATUS, recorder=replace(STATUS.recorder, recording_state=state))
    check = checked(status)[0]
    assert (check.verdict, check.fix) == (Verdict.WARNING, fix)


def test_a_full_disk_is_bad_and_what_is_degraded_is_told_once() -> None:
    lost = Degradation(code="history.set_aside", text="a damaged history was set aside", remedy="look at it")
    status = replace(STATUS, storage=replace(STATUS.storage, state=StorageState.DISK_FULL, degraded=(lost,)))
    _, history, told = checked(status)
    assert history.fix == f"netmon-cli --recorder-socket {SOCKET} cleanup --older-than 30d   (or free the disk)"
    assert (history.verdict, history.fact.startswith("takes nothing: the disk is full")) == (Verdict.BAD, True)
    assert (told.name, told.fact, told.fix) == ("history.set_aside", lost.text, "look at it")


def test_without_an_answer_it_is_a_warning() -> None:
    none = recorder_problem(RecorderUnreachable("no recorder at /r.sock", why="file not found"), SOCKET)
    assert (none.verdict, none.fix) == (Verdict.WARNING, f"netmon-recorder --socket {SOCKET}")
    assert none.fact == "no history is kept: no recorder at /r.sock (file not found)"
    refused = recorder_problem(NotPermitted("not for this user", remedy="ask for access"), SOCKET)
    assert (refused.fact, refused.fix) == ("not for this user", "ask for access")


def test_what_is_kept_is_said_in_one_line_without_rows_too() -> None:
    empty = replace(STATUS, storage=replace(STATUS.storage, tiers=()))
    assert history_words(empty, HISTORY_TIME) == "0 rows, 2.50 MB"


def test_who_sees_a_part_alone_reads_no_count_that_was_not_told() -> None:
    own = a_history_status(sees=Visibility.OWN)
    assert checked(own)[1].fact == "kept 10d0h back; 50.0 GB free on its disk"
    empty = replace(own, storage=replace(own.storage, tiers=()))
    assert history_words(empty, HISTORY_TIME) == "nothing is kept yet"


def test_whether_seconds_are_kept_is_told_with_its_reason() -> None:
    status = replace(STATUS, recorder=replace(STATUS.recorder, seconds_reason="not kept: on battery"))
    check = next(each for each in checked(status) if each.name == "seconds")
    assert (check.verdict, check.fact) == (Verdict.GOOD, "seconds are not kept: on battery")
