from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from netmon_client.history_client import connect_history
from netmon_client.testing.fake_recorder import FakeRecorder


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder() as recorder:
        yield recorder


def upkeep(socket: str, why_not: str) -> None:
    """What Streamlit runs: it takes the source of this function alone."""
    from netmon.model import RetentionPolicy  # noqa: PLC0415
    from netmon_client.history_client import connect_history  # noqa: PLC0415
    from netmon_dashboard.config.upkeep import show_retention, show_upkeep  # noqa: PLC0415

    with connect_history(socket) as client:
        show_upkeep(client, why_not=why_not)
        show_retention(client, RetentionPolicy(), 1_790_000_000.0, why_not=why_not, units="si")


def run(fake: FakeRecorder, why_not: str = "") -> AppTest:
    app = AppTest.from_function(upkeep, default_timeout=30, args=(fake.socket, why_not)).run()
    assert not app.exception
    return app


def test_where_nothing_is_old_there_is_nothing_to_delete(fake: FakeRecorder) -> None:
    app = run(fake)
    next(button for button in app.button if button.label == "Preview").click().run()
    assert [element.value for element in app.text] == ["Nothing is that old: nothing would be deleted."]
    assert not [button for button in app.button if button.label.startswith("Delete")]


def test_a_refusal_is_said_as_text(fake: FakeRecorder) -> None:
    app = run(fake)
    fake.refuse(control_only=True)
    app.button[0].click().run()
    assert app.text[0].value.startswith("You may not read this history")
    assert not app.success


def test_who_may_not_presses_nothing(fake: FakeRecorder) -> None:
    assert all(button.disabled for button in run(fake, "it is another's").button)
    with connect_history(fake.socket) as client:
        assert client.status().recorder.pid == 4801, "looking is free"
