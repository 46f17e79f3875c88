from netmon_cli.top.spark import bars, slots


def test_the_newest_sample_is_the_last_slot() -> None:
    assert slots([(100.0, 1.0, 7.0)], 60, 100.0)[-2:] == [0.0, 7.0]
    assert slots([(41.0, 1.0, 7.0)], 60, 100.0)[0] == 7.0


def test_a_slot_of_several_seconds_has_the_peak() -> None:
    samples = [(99.0, 1.0, 5.0), (100.0, 1.0, 2.0)]
    assert slots(samples, 15, 100.0)[-1] == 5.0


def test_a_long_sample_fills_its_slots() -> None:
    assert slots([(100.0, 5.0, 3.0)], 60, 100.0)[-6:] == [0.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    assert slots([(100.0, 500.0, 3.0)], 10, 100.0) == [3.0] * 10


def test_what_is_older_than_a_minute_is_left_out() -> None:
    assert slots([(30.0, 1.0, 5.0)], 60, 100.0) == [0.0] * 60


def test_no_room_is_no_error() -> None:
    assert slots([(100.0, 1.0, 5.0)], 0, 100.0) == []
    assert bars([], 1) == [""]


def test_bars_reach_from_the_lowest_to_the_top() -> None:
    assert bars([0, 1, 50, 100], 1) == [" ▁▄█"]
    assert bars([0, 50, 100], 2) == ["  █", " ██"]


def test_nothing_at_all_is_a_line() -> None:
    assert bars([0.0, 0.0], 2) == ["  ", "▁▁"]
