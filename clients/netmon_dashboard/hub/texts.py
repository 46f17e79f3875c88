"""What is said of the collector's state: what happened, why, and the exact next command, in the SDK's own words."""

from dataclasses import dataclass
from typing import Final, Literal

from netmon_client import IncompatibleVersion, NetmonError, NotPermitted
from netmon_client.socket_path import check_command, cli_command, start_command
from netmon_client.units import format_age
from netmon_client.words import clock_time

__all__ = [
    "CollectorState",
    "StateName",
    "StateText",
    "connecting",
    "failed",
    "faulted",
    "live",
    "remedy_command",
    "stale",
    "stopped",
    "unavailable",
]

StateName = Literal["connecting", "live", "unavailable", "stale", "stopped", "refused", "version"]

_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StateText:
    """A state in words. ``title``: what happened; ``text``: why and what follows; ``command``: what to type, or ""."""

    state: StateName
    title: str
    text: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorState:
    """A state with its times, Unix seconds. ``retry_at``: when the next try is due, None where none is."""

    said: StateText
    since: float
    retry_at: float | None = None


def connecting() -> StateText:
    """Give the text before the first answer."""
    text = "The first figures come within a second."
    return StateText(state="connecting", title="Connecting to the collector", text=text)


def live(*, away_seconds: float | None = None, is_restarted: bool = False, is_recording: bool = False) -> StateText:
    """Give the text of a collector that ticks. ``away_seconds``: how long it was away before, where it was."""
    title = "Live, from a recording" if is_recording else "Live"
    text = "A recording is played: none of this happens now." if is_recording else ""
    if away_seconds is not None:
        title = f"Back after {_length(away_seconds)}"
        text = (
            "The collector was started anew: its sums begin anew, and the chart has a break."
            if is_restarted
            else "Nothing was lost from the sums; what the collector remembers fills the chart."
        )
    return StateText(state="live", title=title, text=text)


def stopped(since: float, socket: str) -> StateText:
    """Give the text of a collector that does not count; ``since`` in Unix seconds."""
    return StateText(
        state="stopped",
        title=f"Monitoring is stopped since {clock_time(since)}",
        text="Somebody stopped it for everybody on this machine: nothing is counted, and history will have a gap.",
        command=cli_command(socket, "start"),
    )


def stale(socket: str) -> StateText:
    """Give the text of a collector that is there and says nothing."""
    return StateText(
        state="stale",
        title="No sign of life from the collector",
        text="It hangs, or the machine is overloaded. What is shown is what it said last.",
        command=check_command(socket),
    )


def unavailable(
    error: NetmonError | None, socket: str, *, was_live: bool, reason: str = "", remedy: str = ""
) -> StateText:
    """Give the text of a collector that cannot be reached; ``reason``, ``remedy``: its stream's, where no error tells.

    One that is there and hangs is not to be started.
    """
    title = "The collector is gone" if was_live else "No collector answers" if error is None else _title(error)
    then = "What is shown is what it said last; this page goes on by itself." if was_live else ""
    return StateText(
        state="unavailable",
        title=title,
        text=_joined(
            _sentence(error.why if error is not None else reason),
            then or "This page goes on by itself as soon as one runs.",
        ),
        command=remedy_command(remedy if error is None else error.remedy) or start_command(socket),
    )


def faulted() -> StateText:
    """Give the text of a fault of the dashboard itself: what a tab shows is then of before, and must not look live."""
    return StateText(
        state="unavailable",
        title="The dashboard failed to take in what the collector sent",
        text="It begins anew by itself. If this stays, what it writes in its terminal is wanted in a report.",
    )


def failed(error: NetmonError, socket: str, *, was_live: bool) -> StateText:
    """Give the text of an error that ended a stream or kept it from beginning."""
    if isinstance(error, NotPermitted):
        state: StateName = "refused"
        then = "This page goes on by itself once it may connect."
    elif isinstance(error, IncompatibleVersion):
        state = "version"
        then = "This page goes on by itself once both fit."
    else:
        return unavailable(error, socket, was_live=was_live)
    return StateText(
        state=state,
        title=_title(error),
        text=_joined(_sentence(error.why), _advice(error.remedy), then),
        command=remedy_command(error.remedy),
    )


def remedy_command(remedy: str) -> str:
    """Give the command of a remedy of the SDK, which are ``Do so:  command   (more)`` or plain advice: then ""."""
    _, separator, command = remedy.partition(":  ")
    return command.partition("   (")[0].strip() if separator else ""


def _advice(remedy: str) -> str:
    """Give what a remedy says beside its command."""
    before, _, command = remedy.partition(":  ")
    more = command.partition("   (")[2].rstrip(")")
    return _sentence(f"{before} ({more})" if more else before)


def _title(error: NetmonError) -> str:
    title = error.what[:1].upper() + error.what[1:]
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else format_age(seconds)
