"""A recorder that this program starts, and ends again."""

import os
from collections.abc import Sequence
from typing import Final

from netmon_cli.own_child import ChildFailed, OwnChild
from netmon_client import HistoryClient, connect_history
from netmon_client.errors import NetmonError
from netmon_client.history_answers import HistoryStatus
from netmon_client.socket_path import own_recorder_path

__all__ = [
    "OwnRecorder",
    "exit_words",
    "failed_line",
    "own_socket",
    "recorder_line",
    "running_recorder",
    "start_recorder",
]

_START_SECONDS: Final = 10.0

_EXIT_WORDS: Final = {
    2: "It refused its settings (the line above says which); they stand in ~/.config/netmon/recorder.toml too.",
    69: "Something that it needs is missing (the line above says what).",
    75: "Another one writes to this history already.",
    78: "Its history is of a newer version of netmon: update netmon, or move the file away.",
}


class OwnRecorder(OwnChild):
    """A recorder for this time, of the collector at ``collector``."""

    def __init__(self, program: Sequence[str], collector: str) -> None:
        super().__init__("recorder", [*program, "--collector", collector])

    def wait_until_it_answers(self, client: HistoryClient) -> HistoryStatus:
        """Give its status as soon as it answers. Raise `ChildFailed` if it ends before, or takes too long."""

        def look() -> HistoryStatus | None:
            try:
                return client.status()
            except NetmonError:
                return None

        return self.wait_for(look, seconds=_START_SECONDS, exit_words=exit_words)


def own_socket() -> str:
    """Give where a recorder that is started without a word serves."""
    return os.environ.get("NETMON_RECORDER_SOCKET", "") or own_recorder_path()


def running_recorder() -> HistoryStatus | None:
    """Give the state of the recorder that runs already; None where there is none."""
    try:
        with connect_history() as client:
            return client.status()
    except NetmonError:
        return None


def start_recorder(own: OwnRecorder) -> HistoryStatus:
    """Wait for the one that was started; give its state. Raise `ChildFailed` where it does not come up."""
    with connect_history(own_socket()) as client:
        return own.wait_until_it_answers(client)


def recorder_line(status: HistoryStatus) -> str:
    """Say in one line that the recorder is there: pid, and where it keeps history."""
    return f"recorder   ok   pid {status.recorder.pid} · history in {status.storage.path}"


def failed_line(failure: ChildFailed) -> str:
    """Say in one line that there is none, and why: everything but history works without."""
    return f"recorder   none {' '.join(str(failure).splitlines())} History is not kept; all else works."


def exit_words(exit_code: int) -> str:
    """Say what an exit code of the recorder means."""
    if exit_code < 0:
        return f"It was ended by signal {-exit_code}."
    return _EXIT_WORDS.get(exit_code, f"It ended with code {exit_code}; run it by hand to see why:  netmon-recorder")
