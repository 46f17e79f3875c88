import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from netmon import __version__
from netmon_dashboard.cli import bind_near, main, parse

PROGRAM = str(Path(sys.executable).with_name("netmon-dashboard"))


@contextmanager
def taken(count: int = 1) -> Generator[int]:
    """The first of so many neighbouring ports that somebody else serves on."""
    with ExitStack() as stack:
        yield next(port for port in range(18_610, 19_610, count) if takes(port, count, stack))


def takes(port: int, count: int, stack: ExitStack) -> bool:
    """Whether all of these ports could be had; they are freed with the stack."""
    try:
        for number in range(port, port + count):
            stack.enter_context(socket.create_server(("127.0.0.1", number)))
    except OSError:
        return False
    return True


def test_the_port_is_that_of_the_option_the_environment_or_8501() -> None:
    assert parse([], {}).port == 8501
    assert parse([], {"NETMON_DASHBOARD_PORT": ""}).port == 8501
    assert parse([], {"NETMON_DASHBOARD_PORT": "9000"}).port == 9000
    assert parse(["--port", "9001"], {"NETMON_DASHBOARD_PORT": "none"}).port == 9001
    assert parse(["--port", "0"], {}).port == 0


def test_the_socket_is_the_usual_one_unless_it_is_named() -> None:
    assert parse([], {}).socket is None
    assert parse(["--socket", "/run/other.sock"], {}).socket == "/run/other.sock"


def test_metrics_are_served_to_whom_it_is_said(tmp_path: Path) -> None:
    assert parse([], {}).metrics == ""
    assert parse(["--metrics", "open"], {}).metrics == "open"
    assert (parse(["--metrics", "token"], {}).metrics, parse(["--metrics", "token"], {}).metrics_token) == ("token", "")
    path = tmp_path / "token"
    path.write_text("a-token-of-some-length\n")
    options = parse(["--metrics-token-file", str(path)], {})
    assert (options.metrics, options.metrics_token) == ("token", "a-token-of-some-length")
    assert "a-token" not in repr(options)


@pytest.mark.parametrize(
    ("text", "words"),
    [("short", ["token"]), ("x" * 16 + "\n" + "x" * 16, ["token"]), (None, ["token"]), ("x" * 16, ["open"])],
)
def test_a_token_that_is_none_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, words: list[str]
) -> None:
    path = tmp_path / "token"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        parse(["--metrics", *words, "--metrics-token-file", str(path)], {})
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "--metrics-token-file" in said
    assert "x" * 16 not in said


@pytest.mark.parametrize("port", ["x", "-1", "65536", "8501.0", "", "\uff18\uff15\uff10\uff11"])
def test_what_is_no_port_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([f"--port={port}"], {})
    assert ended.value.code == 2
    assert "is no port: a number from 0 to 65535" in capsys.readouterr().err


def test_a_wrong_port_of_the_environment_says_where_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([], {"NETMON_DASHBOARD_PORT": "http"})
    assert ended.value.code == 2
    assert "NETMON_DASHBOARD_PORT: 'http' is no port" in capsys.readouterr().err


def test_other_words_are_wrong_usage() -> None:
    for words in (["--host", "0.0.0.0"], ["stream"], ["--no-browser"]):  # noqa: S104 -- refused
        with pytest.raises(SystemExit) as ended:
            parse(words, {})
        assert ended.value.code == 2


def test_a_free_port_is_taken_as_it_is() -> None:
    with taken() as port:
        free = port
    with closing(bind_near(free)) as listener:
        assert listener.getsockname() == ("127.0.0.1", free)


def test_busy_ports_are_passed_over() -> None:
    with taken(3) as port, closing(bind_near(port)) as listener:
        assert listener.getsockname()[1] >= port + 3


def test_no_port_after_the_last_is_an_error() -> None:
    """Port 65535 may be busy by chance: then the range is full from the start."""
    try:
        other = socket.create_server(("127.0.0.1", 65_535))
    except OSError:
        other = socket.socket()
    with closing(other), pytest.raises(OSError, match="in use"):
        bind_near(65_535)


def test_port_0_is_any() -> None:
    with closing(bind_near(0)) as listener:
        assert listener.getsockname()[1] > 0


def test_a_port_that_is_not_for_this_user_ends_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As bind(2) answers below 1024 to those without CAP_NET_BIND_SERVICE; a root test cannot be refused it."""

    def refused(port: int) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("netmon_dashboard.cli._listening", refused)
    assert main(["--port", "80"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == "netmon-dashboard: cannot listen on 127.0.0.1:80: Permission denied."
    assert said.out == ""


def test_help_and_version_come_without_streamlit() -> None:
    code = "import sys; from netmon_dashboard.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
    code += "print([name for name in ('streamlit', 'grpc', 'uvicorn') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"netmon-dashboard {__version__}\n[]\n"


def test_the_program_is_installed_and_explains_itself() -> None:
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True)
    assert "127.0.0.1 only" in done.stdout
    assert "NETMON_DASHBOARD_PORT" in done.stdout


def test_a_path_that_no_page_can_show_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, environ in ((["--socket", "/run/\udcff.sock"], {}), ([], {"NETMON_SOCKET": "/run/\x1b.sock"})):
        with pytest.raises(SystemExit) as caught:
            parse(arguments, environ)
        assert caught.value.code == 2
        assert "bytes that no page can show" in capsys.readouterr().err
