import pytest

from netmon_cli.render.palette import Style
from netmon_cli.session import Session
from netmon_client.testing import FakeCollector


def test_data_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.write("one", "two")
    session.say("talk \x1b[2J")
    session.control("\x1b[K")
    assert capsys.readouterr() == ("one\ntwo\n\x1b[K", "talk \\x1b[2J\n")


def test_talk_is_coloured_where_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Session(color="always").say("lost", Style.RED)
    assert capsys.readouterr().err == "\x1b[31mlost\x1b[0m\n"


def test_commands_to_type_name_another_socket_and_are_never_broken(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(socket="/run/its.sock")
    session.advise(f"See:  {session.command('apps')}")
    assert capsys.readouterr().err == "See:  netmon-cli --socket /run/its.sock apps\n"
    assert (session.socket_path, Session(recorder_socket="/r.sock").recorder_path) == ("/run/its.sock", "/r.sock")


def test_a_client_speaks_to_the_socket_that_was_given(fake: FakeCollector) -> None:
    with Session(socket=fake.socket).client() as client:
        assert client.status().version == "0.1.0"


def test_a_captured_stdout_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert not Session().terminal().is_tty
