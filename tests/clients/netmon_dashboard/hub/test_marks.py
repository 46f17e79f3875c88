"""Marks are told once in a tick, and all of the last 15 minutes in a full state."""

from netmon_dashboard.hub.marks import Mark, Marks


def test_a_mark_is_told_once_and_kept() -> None:
    marks = Marks()
    marks.add(Mark(time=5.0, kind="restart", text="The collector was started anew"))
    told = [{"time": 5.0, "kind": "restart", "text": "The collector was started anew"}]
    assert marks.take_untold() == told
    assert marks.take_untold() == []
    assert marks.all(now=10.0) == told


def test_a_mark_is_forgotten_after_15_minutes() -> None:
    marks = Marks()
    marks.add(Mark(time=5.0, kind="gap", text="A gap"))
    assert marks.all(now=904.0)
    assert not marks.all(now=905.0)


def test_there_are_never_more_than_some_hundred() -> None:
    marks = Marks()
    for second in range(10_000):
        marks.add(Mark(time=float(second), kind="interface", text="Interface eth0 came"))
    assert len(marks.all(now=0.0)) == 200
    assert len(marks.take_untold()) <= 201
