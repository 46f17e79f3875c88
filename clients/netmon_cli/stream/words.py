"""What is said about a stream while it runs."""

from netmon.model import Gap
from netmon_client.feed import Disconnected, Reconnected, Stale
from netmon_client.words import counted, gap_words

__all__ = ["gap_sentence", "talk_of"]


def gap_sentence(gap: Gap) -> str:
    """Say what is missing and why."""
    missing = counted(gap.skipped_count, "message") + " missing" if gap.skipped_count else "something is missing"
    length = f" of {gap.until_time - gap.since_time:.1f} s" if gap.until_time and gap.since_time else ""
    return f"gap{length}: {missing}, {gap_words(gap.cause)}"


def talk_of(item: Disconnected | Reconnected | Stale) -> str:
    """Say what became of the connection to the collector, in one line."""
    match item:
        case Disconnected():
            return f"disconnected: {item.reason}; trying again"
        case Reconnected():
            again = ", a new instance: sums begin anew" if item.instance_changed else ""
            return f"resumed after {item.after_seconds:.1f} s{again}"
        case Stale():
            return f"stale: nothing from the collector for {item.seconds:.0f} s"
