"""The command: exit codes and what it says with them, from the real program in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.sudo import sudo_command
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.namespaces import namespace, needs_root
from tests.support.pcap_files import datagram, write_pcap
from tests.support.stage import as_nobody

_ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("NETMON_", "SUDO_"))}


def run(*arguments: str, command: list[str] | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command or [COLLECTOR, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**_ENVIRONMENT, **environment},
    )


@pytest.fixture
def pcap(tmp_path: Path) -> Path:
    return write_pcap(tmp_path / "eth0.pcap", [(0.0, datagram())])


@pytest.fixture
def playing(tmp_path: Path, pcap: Path) -> Generator[CollectorProcess]:
    socket = str(tmp_path / "run" / "c.sock")
    process = CollectorProcess([COLLECTOR, "--socket", socket, "--read", str(pcap)], socket, tmp_path / "log")
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


def test_an_interface_that_is_not_there_exits_69_and_says_which_are() -> None:
    done = run("--interface", "eth00")
    assert (done.returncode, done.stdout) == (69, "")
    assert "there is no interface eth00; there are " in done.stderr
    assert "lo" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--nonsense"], "--nonsense"),
        (["--interval", "fast"], "interval must be a number, not 'fast'"),
        (["--interval", "0"], "interval must be from 0.1 to 60 seconds"),
        (["--loop"], "--read"),
        (["--record", "here", "--read", "there"], "exclude each other"),
    ],
)
def test_nonsense_exits_2_and_says_what_is_wrong(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_nonsense_in_the_environment_exits_2_and_names_the_help() -> None:
    done = run(NETMON_INTERVAL="soon")
    assert done.returncode == 2
    assert done.stderr == "netmon-collector: interval must be a number, not 'soon'\nSee:  netmon-collector --help\n"


def test_a_capture_file_that_is_missing_exits_69(tmp_path: Path) -> None:
    missing = tmp_path / "none.pcap"
    done = run("--read", str(missing), "--socket", str(tmp_path / "c.sock"))
    assert done.returncode == 69
    assert f"netmon-collector: {missing} cannot be read: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_capture_exits_2(tmp_path: Path) -> None:
    text = tmp_path / "text.pcap"
    text.write_text("not a capture file")
    done = run("--read", str(text), "--socket", str(tmp_path / "run" / "c.sock"))
    assert done.returncode == 2
    assert done.stderr.startswith("netmon-collector: ")
    assert "no capture file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_sidecar_exits_2_with_its_line(tmp_path: Path, pcap: Path) -> None:
    pcap.with_name("eth0.sidecar.jsonl").write_text("{}\n")
    done = run("--read", str(pcap), "--socket", str(tmp_path / "run" / "c.sock"))
    assert done.returncode == 2
    assert "eth0.sidecar.jsonl, line 1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_socket_in_a_directory_that_others_may_change_exits_2(tmp_path: Path, pcap: Path, mode: int) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    done = run("--read", str(pcap), "--socket", str(shared / "c.sock"))
    assert done.returncode == 2
    assert "others than its owner may write to it" in done.stderr
    assert list(shared.iterdir()) == []


def test_a_socket_below_a_directory_that_is_missing_exits_69(tmp_path: Path, pcap: Path) -> None:
    done = run("--read", str(pcap), "--socket", str(tmp_path / "a" / "b" / "c.sock"))
    assert done.returncode == 69
    assert "cannot serve on" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_start_exits_75_with_the_pid_of_the_first(pcap: Path, playing: CollectorProcess) -> None:
    done = run("--read", str(pcap), "--socket", playing.socket)
    assert done.returncode == 75
    assert done.stderr.endswith(f"netmon-collector: already running, pid {playing.pid}\n")
    with playing.client() as client:
        assert client.status().pids == (playing.pid,)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_and_leaves_no_socket(playing: CollectorProcess, number: signal.Signals) -> None:
    playing.signal(number)
    assert playing.exit_code() == 0
    assert not Path(playing.socket).exists()
    log = playing.log.read_text()
    assert "serving" in log
    assert "stopped" in log
    assert "Traceback" not in log


def test_sigterm_ends_it_within_a_second(playing: CollectorProcess) -> None:
    assert playing.terminate() <= 1.0


def test_its_log_holds_no_address(playing: CollectorProcess) -> None:
    playing.terminate()
    log = playing.log.read_text()
    assert not [word for word in ("192.0.2", "198.51.100") if word in log]


def test_the_version_needs_neither_root_nor_a_socket() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("netmon-collector ")


def test_neither_its_folder_nor_its_environment_say_what_it_imports(tmp_path: Path) -> None:
    for name in ("psutil.py", "grpc/__init__.py", "encodings/__init__.py", "sitecustomize.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit(99)\n")
    words = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(tmp_path), COLLECTOR, "--interface", "none0"]
    done = run(command=words, PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    assert (done.returncode, "there is no interface none0" in done.stderr) == (69, True)


@needs_root
@pytest.mark.root
def test_without_the_right_to_capture_it_exits_77_with_what_to_do() -> None:
    with namespace("nmcli") as own:
        done = run(command=own.command(*as_nobody([COLLECTOR], groups=())))
    assert done.returncode == 77
    assert done.stderr == (
        "netmon-collector: no right to capture packets (this needs root or CAP_NET_RAW).\n"
        f"Start it:  {sudo_command('netmon-collector')}\n"
        'Without root:  netmon-collector --no-capture --socket "$XDG_RUNTIME_DIR/netmon.sock"\n'
        "               lists sockets and what the kernel counts of them, without packets;\n"
        "               netmon-collector --read FILE.pcap plays a capture file\n"
    )


def test_it_looks_for_garbage_seldom_and_not_among_its_modules(tmp_path: Path) -> None:
    program = (
        "import gc, sys; from netmon_collector.cli import main; main(sys.argv[1:]);"
        "print(gc.get_threshold()[0] > 10_000, gc.get_freeze_count() > 10_000)"
    )
    done = run(command=[sys.executable, "-I", "-c", program, "--read", str(tmp_path / "none.pcap")])
    assert done.stdout == "True True\n"
