from netmon_client.errors import IncompatibleVersion, InvalidRequest, NotPermitted, RecorderUnreachable, ServerFault
from netmon_dashboard.history.texts import notice_of


def test_a_recorder_that_is_not_there_is_started_by_the_command_that_is_named() -> None:
    remedy = "Start it:  netmon-recorder --socket /tmp/r.sock   (check: netmon-cli doctor)"
    notice = notice_of(RecorderUnreachable("no recorder at /tmp/r.sock", why="file not found", remedy=remedy))
    assert notice.command == "netmon-recorder --socket /tmp/r.sock"
    assert notice.text.startswith("No recorder at /tmp/r.sock (file not found).")


def test_a_recorder_that_was_lost_is_started_too() -> None:
    notice = notice_of(RecorderUnreachable("lost", remedy="Check it:  netmon-cli doctor"))
    assert notice.command == "netmon-recorder"


def test_each_other_error_has_words_of_its_own() -> None:
    errors = (NotPermitted("x"), IncompatibleVersion("x"), InvalidRequest("x"), ServerFault("x"))
    assert len({notice_of(error).title for error in errors}) == 4
