"""The recorder's client, over real gRPC."""

from pathlib import Path

import pytest

from netmon.model import ExportQuery, UsageQuery
from netmon_client import IncompatibleVersion, InvalidRequest, RecorderUnreachable, connect_history
from tests.support.history_served import ANSWER, ITEMS, served


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
