import pytest

from netmon.model import Gap, GapCause
from netmon_cli.stream.words import gap_sentence, talk_of
from netmon_client import Disconnected, Reconnected, Stale


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (
            Gap(cause=GapCause.SLOW_READER, skipped_count=3, since_time=10.0, until_time=13.0),
            "gap of 3.0 s: 3 messages missing, this reader was too slow",
        ),
        (Gap(cause=GapCause.STOPPED, since_time=10.0), "gap: something is missing, monitoring was stopped"),
        (Gap(cause=GapCause.EXPIRED, skipped_count=1), "gap: 1 message missing, the collector no longer holds them"),
    ],
)
def test_a_gap_says_how_much_and_why(gap: Gap, text: str) -> None:
    assert gap_sentence(gap) == text


def test_the_connection_is_told_in_one_line_each() -> None:
    assert talk_of(Disconnected(reason="it went away", retry_seconds=0.2)) == "disconnected: it went away; trying again"
    assert talk_of(Reconnected(after_seconds=2.04, instance_changed=False)) == "resumed after 2.0 s"
    assert talk_of(Reconnected(after_seconds=2.0, instance_changed=True)).endswith("a new instance: sums begin anew")
    assert talk_of(Stale(seconds=3.2)) == "stale: nothing from the collector for 3 s"
