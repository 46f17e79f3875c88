"""What ``make run`` and ``make demo`` do: a collector, a live view, and an end of both with Ctrl-C.

    python -m netmon_cli.first_minutes run|demo

It imports nothing of the collector: it starts the installed program.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Final

from netmon.model import CaptureState, PacketSource, Status
from netmon_cli.failure import EXIT_INTERRUPTED
from netmon_cli.own_collector import CollectorFailed, OwnCollector, Plan, beside_interpreter
from netmon_cli.program import run as run_command_line
from netmon_cli.render.text import visible
from netmon_client import connect, default_socket_path
from netmon_client.errors import IncompatibleVersion, NetmonError, NotPermitted

__all__ = ["collector_line", "demo", "main", "run"]

RECORDING: Final = Path(__file__).resolve().parent.parent / "demo"
_NOT_PERMITTED: Final = NotPermitted.exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two; give the exit code. Ctrl-C in the view is its usual end, and so 0."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words not in (["run"], ["demo"]):
        _say("usage: python -m netmon_cli.first_minutes run|demo")
        return 2
    program = collector_program()
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed window must not leave a collector behind
        signal.signal(number, _leave)
    try:
        return run(program) if words == ["run"] else demo(program, RECORDING)
    except CollectorFailed as failure:
        for line in str(failure).splitlines():
            _say(line)
        return 1
    except FileNotFoundError as error:
        _say(f"{error.filename} is missing. Install it:  make setup")
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def collector_program() -> list[str]:
    """Give the words that start the collector.

    Isolated, so that root imports nothing from the folder that this was called in; and writing no bytecode, which would
    leave files of root in a user's checkout.
    """
    return [sys.executable, "-I", "-B", beside_interpreter()]


def run(program: Sequence[str]) -> int:
    """Watch this machine: with the collector that runs, else with one that is started for this time."""
    socket = default_socket_path()
    with ExitStack() as stack:
        client = stack.enter_context(connect(socket))
        try:
            status = client.status()
        except (IncompatibleVersion, NotPermitted) as error:
            _say(f"A collector runs already, but not for you: {error}.")
            _say(error.remedy or "Stop it, then:  make run")
            return error.exit_code
        except NetmonError:
            plan = _live_plan(program, socket)
            if plan is None:
                return _NOT_PERMITTED
            own = stack.enter_context(OwnCollector(plan))
            status = own.wait_until_it_answers(client)
            stack.callback(_tell_warnings, own)
            _say(collector_line(status))
        else:
            _say(f"{collector_line(status)} · ran already, stays")
        if os.geteuid() == 0 and "SUDO_UID" not in os.environ:
            _say("note       netmon-cli runs as root here because you are root; it needs no root")
        return _watch(socket)


def demo(program: Sequence[str], recording: Path) -> int:
    """Watch a recorded network: no root, no traffic of this machine."""
    if not recording.exists():
        _say(f"There is no recording at {recording}.")
        return 1
    with ExitStack() as stack:
        # Short, and outside of any TMPDIR: a socket's path holds 108 bytes at the most (unix(7)).
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="netmon-demo-", dir="/tmp"))
        socket = f"{folder}/collector.sock"
        plan = Plan(program=program, arguments=["--read", str(recording), "--loop", "--socket", socket])
        own = stack.enter_context(OwnCollector(plan))
        client = stack.enter_context(connect(socket))
        status = own.wait_until_it_answers(client)
        stack.callback(_tell_warnings, own)
        _say("DEMO       a recording of another machine: nothing of this happens here now")
        _say(collector_line(status))
        return _watch(socket)


def collector_line(status: Status) -> str:
    """Say in one line that the collector is there: pid, interfaces, how owners are found."""
    pids = ", ".join(str(pid) for pid in status.pids)
    names = ", ".join(each.name for each in status.interfaces if each.state is CaptureState.CAPTURING)
    if status.packet_source is PacketSource.RECORDING:
        names = "recording"
    ways = ", ".join(way.name for way in status.owner_ways if way.in_use)
    parts = [f"pid {pids}", names or "no interface", f"owners: {ways or 'none'}"]
    return "collector  ok   " + " · ".join(parts)


def _leave(number: int, _frame: FrameType | None) -> None:
    """End through every context, so that what was started is ended too."""
    raise SystemExit(128 + number)


def _live_plan(program: Sequence[str], socket: str) -> Plan | None:
    """Decide how to get the rights for a live capture; None after saying that there is no way."""
    arguments = ["--socket", socket] if "NETMON_SOCKET" in os.environ else []
    if os.geteuid() == 0:
        return Plan(program=program, arguments=arguments)
    sudo = shutil.which("sudo")
    if sudo is None:
        _say("netmon needs root to capture packets, and there is no sudo. As root:  make run")
        _say("Without root, over a recording:  make demo")
        return None
    _say("sudo       to capture packets and to read who owns which socket; the rest runs as you")
    if subprocess.run([sudo, "-v"], check=False).returncode != 0:  # noqa: S603 -- sudo itself, from PATH
        _say("Without root, over a recording:  make demo")
        return None
    return Plan(program=program, arguments=arguments, with_sudo=True)


def _tell_warnings(own: OwnCollector) -> None:
    """Say after the view what it would have torn."""
    for line in own.warnings():
        _say(line)


def _watch(socket: str) -> int:
    """Show the stream until Ctrl-C, which is no failure here."""
    code = run_command_line(["--socket", socket, "stream"])
    return 0 if code == EXIT_INTERRUPTED else code


def _say(text: str) -> None:
    """Tell the user: on stderr, because standard output is the stream's."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
