from netmon_cli.render.held_widths import HeldWidths


def test_a_column_grows_at_once_and_keeps_its_width() -> None:
    held = HeldWidths(patience=3)
    assert [held.hold(("App", False), width) for width in (5, 9, 4, 6)] == [5, 9, 9, 9]


def test_it_shrinks_after_ticks_enough_to_what_they_needed() -> None:
    held = HeldWidths(patience=3)
    widths = [held.hold(("App", False), width) for width in (9, 4, 6, 5, 5, 5, 5)]
    assert widths == [9, 9, 9, 6, 6, 6, 5]


def test_a_wide_tick_begins_the_wait_anew() -> None:
    held = HeldWidths(patience=2)
    assert [held.hold(("App", False), width) for width in (9, 4, 9, 4)] == [9, 9, 9, 9]


def test_columns_and_brief_forms_are_kept_apart() -> None:
    held = HeldWidths()
    held.hold(("App", False), 20)
    assert held.hold(("App", True), 5) == 5
    assert held.hold(("PID", False), 3) == 3
