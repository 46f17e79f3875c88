"""What a run without captured packets says of itself."""

from netmon_collector.config import Settings
from netmon_collector.without_packets import CAPTURE_OFF, NOBODY_ASKS, REASON, choices_of
from tests.support.fake_capture import interface

TWO = (interface("eth0", 2), interface("lo", 1))


def test_every_interface_is_left_out_with_the_reason() -> None:
    choices = choices_of(TWO, Settings(is_capturing=False))
    assert [(one.name, one.capture, one.reason) for one in choices] == [("eth0", False, REASON), ("lo", False, REASON)]


def test_where_packets_are_captured_the_settings_choose() -> None:
    choices = choices_of(TWO, Settings(excluded_interfaces=("eth*",)))
    assert [one.capture for one in choices] == [False, True]


def test_what_is_missing_comes_with_what_would_help() -> None:
    assert CAPTURE_OFF.code == "capture.off"
    assert "sudo netmon-collector" in CAPTURE_OFF.remedy
    assert (NOBODY_ASKS.finder, NOBODY_ASKS.reason) == (None, REASON)
