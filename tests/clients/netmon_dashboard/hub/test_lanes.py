"""What domains moved in the last five minutes, by slices of five seconds."""

from netmon_dashboard.hub.lanes import Lanes

T0 = 1_700_000_000


def test_ticks_of_the_same_slice_are_added_up() -> None:
    lanes = Lanes()
    lanes.add(T0 + 1, [(7, 10, 20)])
    lanes.add(T0 + 4.9, [(7, 3, 4), (8, 1, 1), (9, 5, 0)])
    lanes.add(T0 + 4.9996, [(7, 1, 2)])  # tabs are told times to the millisecond: it is of the next slice
    assert lanes.slices() == [[T0, [7, 13, 24, 8, 1, 1, 9, 5, 0]], [T0 + 5, [7, 1, 2]]]


def test_slices_older_than_five_minutes_are_dropped() -> None:
    lanes = Lanes()
    lanes.add(T0, [(7, 1, 1)])
    lanes.add(T0 + 295, [(7, 2, 2)])
    assert [begin for begin, _ in lanes.slices()] == [T0, T0 + 295]
    lanes.add(T0 + 300, [(7, 3, 3)])
    assert [begin for begin, _ in lanes.slices()] == [T0 + 295, T0 + 300]


def test_a_clock_that_was_set_back_takes_what_is_later_with_it() -> None:
    lanes = Lanes()
    lanes.add(T0 + 50, [(7, 1, 1)])
    lanes.add(T0 + 20, [(7, 2, 2)])
    assert lanes.slices() == [[T0 + 20, [7, 2, 2]]]


def test_what_is_forgotten_leaves_its_slices_to_the_others() -> None:
    lanes = Lanes()
    lanes.add(T0, [(7, 1, 1), (8, 2, 2)])
    lanes.forget(7)
    lanes.forget(9)
    assert lanes.slices() == [[T0, [8, 2, 2]]]
