"""A minute of the soak: what clients, tabs, interfaces and namespaces open is closed again. `make soak` runs hours."""

from pathlib import Path

import pytest

from tests.soak.__main__ import report
from tests.soak.run import soak

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SECONDS = 45.0


def test_nothing_is_left_open_and_nothing_goes_wrong_under_churn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = soak(SECONDS, tmp_path / "samples.csv", connections_per_second=10, say=lambda _line: None)
    with capsys.disabled():
        print(f"\n{report(outcome)}")  # noqa: T201 -- the figures are what a soak is for
    assert {name: held.is_within(outcome.before[name]) for name, held in outcome.after.items()} == {
        "collector": True,
        "recorder": True,
        "dashboard": True,
    }
    assert outcome.wrong == ()
    assert outcome.balanced_snapshots >= 3
    assert min(outcome.turns.values()) >= 3
