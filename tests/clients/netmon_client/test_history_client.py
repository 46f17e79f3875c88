"""The recorder's client, over real gRPC."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.model import ExportItem, ExportQuery, UsageQuery
from netmon_client import IncompatibleVersion, InvalidRequest, RecorderUnreachable, connect_history
from netmon_client.testing import FakeRecorder
from tests.clients.netmon_client.test_firing_position import fired
from tests.support.history_served import ANSWER, ITEMS, served

HALF_WAY = """
import sys
from netmon.model import ExportQuery
from netmon_client import connect_history
items = connect_history(sys.argv[1]).export(ExportQuery())
next(items)
"""


def test_questions_are_answered_through_a_restart(tmp_path: Path) -> None:
    socket = tmp_path / "recorder.sock"
    with connect_history(str(socket)) as client:
        with served(socket):
            assert client.usage(UsageQuery()) == ANSWER
        with served(socket):
            assert client.usage(UsageQuery()) == ANSWER


def test_an_export_comes_item_by_item_and_may_be_left(tmp_path: Path) -> None:
    socket = tmp_path / "recorder.sock"
    with served(socket), connect_history(str(socket)) as client:
        assert tuple(client.export(ExportQuery())) == ITEMS
        items = client.export(ExportQuery())
        assert next(items) == ITEMS[0]
        items.close()  # type: ignore[attr-defined] -- a generator
        assert client.usage(UsageQuery()) == ANSWER


@pytest.mark.timeout(60)
def test_a_program_may_end_in_the_middle_of_a_stream() -> None:
    over = threading.Event()

    def export() -> Iterator[ExportItem]:
        yield ITEMS[0]
        over.wait(60)

    with FakeRecorder() as fake:
        fake.answers.export = export
        try:
            assert (
                subprocess.run([sys.executable, "-c", HALF_WAY, fake.socket], timeout=30, check=False).returncode == 0
            )
        finally:
            over.set()


def test_without_a_recorder_its_start_is_told(tmp_path: Path) -> None:
    client = connect_history(str(tmp_path / "none.sock"))
    with pytest.raises(RecorderUnreachable, match="no recorder at") as caught:
        client.usage(UsageQuery())
    assert "netmon-recorder --socket" in caught.value.remedy
    with pytest.raises(RecorderUnreachable):
        next(client.export(ExportQuery()))


def test_a_refusal_names_the_field_and_the_recorder(tmp_path: Path) -> None:
    socket = tmp_path / "recorder.sock"
    with served(socket), connect_history(str(socket)) as client:
        with pytest.raises(InvalidRequest, match=r"the recorder refused the request .UsageQuery\.top"):
            client.usage(UsageQuery(top=1001))
        with pytest.raises(IncompatibleVersion, match="the recorder does not know this call"):
            client.status()


def test_a_question_that_takes_too_long_ends_no_export_beside_it() -> None:
    may_go_on = threading.Event()

    def export() -> Iterator[ExportItem]:
        yield ITEMS[0]
        assert may_go_on.wait(60)
        yield from ITEMS[1:]

    with FakeRecorder() as recorder, connect_history(recorder.socket, timeout=0.2) as client:
        recorder.answers.export = export
        items = client.export(ExportQuery())
        assert next(items) == ITEMS[0]
        recorder.hang()
        with pytest.raises(RecorderUnreachable, match="did not answer"):
            client.usage(UsageQuery())
        may_go_on.set()
        assert tuple(items) == ITEMS[1:]


def test_firings_go_on_through_a_restart_with_what_fired_meanwhile(tmp_path: Path) -> None:
    socket = str(tmp_path / "recorder.sock")
    with connect_history(socket) as client:
        with FakeRecorder(socket=socket, firings=[fired(3)], heartbeat_seconds=0.05) as first:
            firings = client.firings(reconnect=True)
            assert next(firings) is None
            first.fire(fired(4))
            assert next(each for each in firings if each is not None).sequence == 4
        with FakeRecorder(socket=socket, firings=[fired(3), fired(4), fired(5)], heartbeat_seconds=0.05):
            assert next(each for each in firings if each is not None).sequence == 5
        firings.close()


def test_without_a_recorder_from_the_beginning_firings_say_so(tmp_path: Path) -> None:
    with connect_history(str(tmp_path / "none.sock")) as client, pytest.raises(RecorderUnreachable):
        next(client.firings(reconnect=True))
