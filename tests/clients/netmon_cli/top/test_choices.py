from netmon.model import Filter
from netmon_cli.top.choices import Choices, hiding, turned
from netmon_client import format_filter, parse_query


def test_units_go_round() -> None:
    first = Choices()
    second = first.next_units()
    third = second.next_units()
    assert (second.units, third.units, third.next_units().units) == ("bit", "iec", "si")


def test_the_refresh_rate_stays_within_what_the_collector_can_do() -> None:
    choices = Choices(interval_seconds=1.0)
    assert choices.refreshed(1, 1.0).interval_seconds == 2.0
    assert choices.refreshed(-1, 1.0).interval_seconds == 1.0
    assert choices.refreshed(-1, 0.1).interval_seconds == 0.5
    assert Choices(interval_seconds=10.0).refreshed(1, 1.0).interval_seconds == 10.0
    assert Choices(interval_seconds=30.0).refreshed(-1, 30.0).interval_seconds == 30.0


def test_a_sort_key_turns_round() -> None:
    assert turned("-rate") == "rate"
    assert turned("app") == "-app"


def test_hidden_applications_join_one_term() -> None:
    once = hiding(parse_query("is:remote"), "firefox")
    twice = hiding(once, "my editor")
    assert format_filter(twice) == 'is:remote !app:firefox,"my editor"'
    assert Choices(filter=twice).filter_text == 'is:remote !app:firefox,"my editor"'


def test_what_cannot_be_shown_fits_any_character() -> None:
    assert format_filter(hiding(Filter(), "a\x1bb\nc")) == "!app:a?b?c"


def test_a_name_longer_than_a_pattern_is_matched_by_its_beginning() -> None:
    text = format_filter(hiding(Filter(), "x" * 300))
    assert text == f"!app:{'x' * 255}*"
