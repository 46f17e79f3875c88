import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from netmon.model import BucketSize, ExportHeader, ExportQuery, Visibility
from netmon_client.testing.fake_recorder import FakeRecorder

NOW = 1_790_000_000.0


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder() as recorder:
        header = ExportHeader(since_time=0.0, until_time=1.0, bucket=BucketSize.HOUR, estimated_row_count=12_340)
        recorder.answers.export = (header,)
        yield recorder


def export(socket: str, now: float, sees: int) -> None:
    """What Streamlit runs: it takes the source of this function alone."""
    from netmon.model import Visibility  # noqa: PLC0415
    from netmon_client.history_client import connect_history  # noqa: PLC0415
    from netmon_dashboard.config.exporting import show_export  # noqa: PLC0415

    with connect_history(socket) as client:
        show_export(client, now, Visibility(sees))


def run(fake: FakeRecorder, sees: Visibility = Visibility.ALL) -> AppTest:
    return AppTest.from_function(export, default_timeout=30, args=(fake.socket, NOW, int(sees))).run()


def link(app: AppTest) -> dict[str, Any]:
    (element,) = app.get("bidi_component")
    return json.loads(element.proto.json)


def test_the_link_asks_for_what_was_chosen_and_says_how_much_that_is(fake: FakeRecorder) -> None:
    app = run(fake)
    app.selectbox[0].set_value("domain")
    app.selectbox[3].set_value("jsonl")
    app.text_input(key="export_filter").set_value("app:firefox").run()
    data = link(app)
    assert (data["label"], data["estimate"]) == ("Download JSON lines", "at most 12,340 rows")
    query = {name: values[0] for name, values in parse_qs(data["query"]).items()}
    assert (query["from"], query["to"]) == ("1787408000", "1790000000")
    assert (query["by"], query["group"], query["q"], query["format"]) == ("hour", "domain", "app:firefox", "jsonl")
    asked = [one for one in fake.asked if isinstance(one, ExportQuery)]
    assert len(asked[-1].group_by) == 1


def test_who_sees_a_part_alone_is_shown_no_estimate(fake: FakeRecorder) -> None:
    assert link(run(fake, Visibility.OWN))["estimate"] == "your own part"


def test_a_filter_that_is_none_is_explained_and_there_is_no_link(fake: FakeRecorder) -> None:
    app = run(fake)
    app.text_input(key="export_filter").set_value("pid:1").run()
    assert "history does not hold" in app.text[0].value
    assert not app.get("bidi_component")


def test_a_recorder_that_is_lost_is_said(fake: FakeRecorder) -> None:
    app = run(fake)
    fake.kill()
    app.run()
    assert not app.exception
    assert "recorder" in app.text[0].value
