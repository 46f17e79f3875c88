"""Each state says what happened, why, and the exact next command, in the words of the SDK."""

import pytest

from netmon.sudo import sudo_command
from netmon_client import CollectorUnreachable, IncompatibleVersion, NetmonError, NotPermitted
from netmon_client.following import silence
from netmon_client.rpc import malformed
from netmon_dashboard.hub import texts
from netmon_dashboard.hub.texts import StateText, remedy_command

SOCKET = "/run/elsewhere.sock"

NOT_THERE = CollectorUnreachable(
    "no collector at /run/elsewhere.sock",
    why="file not found",
    remedy="Start it:  sudo netmon-collector --socket /run/elsewhere.sock   (check: netmon-cli doctor)",
)
REFUSED = NotPermitted(
    "no access to /run/elsewhere.sock",
    why="it is for uid 0 and group netmon",
    remedy="Join its group:  sudo usermod -aG netmon $USER   (then log in again)",
)


def test_a_collector_that_was_never_reached() -> None:
    assert texts.failed(NOT_THERE, SOCKET, was_live=False) == StateText(
        state="unavailable",
        title="No collector at /run/elsewhere.sock",
        text="File not found. This page goes on by itself as soon as one runs.",
        command="sudo netmon-collector --socket /run/elsewhere.sock",
    )


def test_a_collector_that_was_lost_while_live() -> None:
    said = texts.unavailable(None, SOCKET, was_live=True, reason="lost the collector at /run/elsewhere.sock")
    assert said == StateText(
        state="unavailable",
        title="The collector is gone",
        text=(
            "Lost the collector at /run/elsewhere.sock. "
            "What is shown is what it said last; this page goes on by itself."
        ),
        command=f"{sudo_command('netmon-collector')} --socket /run/elsewhere.sock",
    )


def test_a_collector_that_hangs_is_looked_into_and_not_started() -> None:
    assert texts.failed(silence(10.0, SOCKET), SOCKET, was_live=True).command == f"netmon-cli --socket {SOCKET} doctor"


def test_one_that_hangs_from_the_first_try_on_is_not_called_missing() -> None:
    error = silence(5.0, SOCKET)
    said = texts.unavailable(None, SOCKET, was_live=False, reason=str(error), remedy=error.remedy)
    assert (said.title, said.command) == ("No collector answers", f"netmon-cli --socket {SOCKET} doctor")
    assert said.text.startswith("The collector does not answer: nothing for 5 s")


def test_a_collector_that_is_back() -> None:
    assert texts.live(away_seconds=14.2).title == "Back after 14 s"
    assert texts.live(away_seconds=194.0, is_restarted=True) == StateText(
        state="live",
        title="Back after 3m14",
        text="The collector was started anew: its sums begin anew, and the chart has a break.",
    )


def test_no_permission_says_who_may_and_what_to_type() -> None:
    assert texts.failed(REFUSED, SOCKET, was_live=False) == StateText(
        state="refused",
        title="No access to /run/elsewhere.sock",
        text=(
            "It is for uid 0 and group netmon. Join its group (then log in again). "
            "This page goes on by itself once it may connect."
        ),
        command="sudo usermod -aG netmon $USER",
    )


@pytest.mark.parametrize(
    "error",
    [
        malformed(ValueError("Snapshot.time: missing")),
        IncompatibleVersion(
            "the collector does not know this call", remedy="Update the older side; compare:  netmon-cli version"
        ),
    ],
)
def test_another_version_says_how_to_compare(error: NetmonError) -> None:
    said = texts.failed(error, SOCKET, was_live=True)
    assert (said.state, said.command) == ("version", "netmon-cli version")
    assert "Update the older side" in said.text


def test_stopped_says_for_whom_and_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETMON_SOCKET", raising=False)
    said = texts.stopped(1_700_000_000.0, SOCKET)
    assert said.title.startswith("Monitoring is stopped since ")
    assert "for everybody on this machine" in said.text
    assert said.command == "netmon-cli --socket /run/elsewhere.sock start"


def test_silence_is_not_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_SOCKET", SOCKET)
    said = texts.stale(SOCKET)
    assert (said.state, said.command) == ("stale", "netmon-cli doctor")


def test_what_is_well_needs_no_command() -> None:
    for said in (texts.connecting(), texts.live(), texts.live(is_recording=True)):
        assert said.command == ""
    assert "recording" in texts.live(is_recording=True).text


def test_a_title_is_never_longer_than_a_line_or_two() -> None:
    said = texts.failed(CollectorUnreachable("x" * 5_000), SOCKET, was_live=False)
    assert len(said.title) == 200


def test_a_path_with_spaces_can_be_pasted() -> None:
    said = texts.unavailable(None, "/run/my socket; ls", was_live=True)
    assert said.command == f"{sudo_command('netmon-collector')} --socket '/run/my socket; ls'"


@pytest.mark.parametrize(
    ("remedy", "command"),
    [
        ("Start it:  sudo netmon-collector   (check: netmon-cli doctor)", "sudo netmon-collector"),
        ("Check it:  netmon-cli doctor", "netmon-cli doctor"),
        ("Run this with sudo", ""),
        ("", ""),
    ],
)
def test_the_command_of_a_remedy_is_what_can_be_typed(remedy: str, command: str) -> None:
    assert remedy_command(remedy) == command
