"""What ``make run`` and ``make demo`` do: a collector, a recorder, the dashboard, and an end of all with Ctrl-C.

    python -m netmon_cli.first_minutes run|demo

It imports nothing of them: it starts the installed programs. A demo is not recorded.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

from netmon.model import CaptureState, PacketSource, Status
from netmon_cli.failure import EXIT_INTERRUPTED
from netmon_cli.own_child import ChildFailed, isolated
from netmon_cli.own_collector import OwnCollector, Plan
from netmon_cli.own_collector import exit_words as collector_exit_words
from netmon_cli.own_dashboard import OwnDashboard
from netmon_cli.own_dashboard import exit_words as dashboard_exit_words
from netmon_cli.own_recorder import OwnRecorder, failed_line, recorder_line, running_recorder, start_recorder
from netmon_client import connect, default_socket_path
from netmon_client.errors import IncompatibleVersion, NetmonError, NotPermitted
from netmon_client.printable import visible

__all__ = ["Programs", "collector_line", "demo", "main", "run"]

RECORDING: Final = Path(__file__).resolve().parent.parent / "demo"
_NOT_PERMITTED: Final = NotPermitted.exit_code
_LOOK_EVERY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The words that start the programs. Without a ``recorder`` no history is kept."""

    collector: Sequence[str]
    dashboard: Sequence[str]
    recorder: Sequence[str] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two; give the exit code. Ctrl-C is the usual end, and so 0."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words not in (["run"], ["demo"]):
        _say("usage: python -m netmon_cli.first_minutes run|demo")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed window must not leave a collector behind
        signal.signal(number, _leave)
    try:
        return run(programs()) if words == ["run"] else demo(programs(), RECORDING)
    except ChildFailed as failure:
        for line in str(failure).splitlines():
            _say(line)
        return 1
    except FileNotFoundError as error:
        _say(f"{error.filename} is missing. Install it:  make setup")
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def programs() -> Programs:
    """Give the installed programs."""
    return Programs(
        collector=isolated("netmon-collector"),
        dashboard=isolated("netmon-dashboard"),
        recorder=isolated("netmon-recorder"),
    )


def run(programs: Programs) -> int:
    """Watch this machine: with the collector that runs, else with one that is started for this time."""
    socket = default_socket_path()
    with ExitStack() as stack:
        client = stack.enter_context(connect(socket))
        own: OwnCollector | None = None
        try:
            status = client.status()
        except (IncompatibleVersion, NotPermitted) as error:
            _say(f"A collector runs already, but not for you: {error}.")
            _say(error.remedy or "Stop it, then:  make run")
            return error.exit_code
        except NetmonError:
            plan = _live_plan(programs.collector, socket)
            if plan is None:
                return _NOT_PERMITTED
            own = stack.enter_context(OwnCollector(plan))
            status = own.wait_until_it_answers(client)
            _say(collector_line(status))
        else:
            _say(f"{collector_line(status)} · ran already, stays")
        client.close()
        if programs.recorder:
            _record(programs.recorder, socket, stack)
        return _watch(programs, socket, own)


def demo(programs: Programs, recording: Path) -> int:
    """Watch a recorded network: no root, no traffic of this machine."""
    if not recording.exists():
        _say(f"There is no recording at {recording}.")
        return 1
    with ExitStack() as stack:
        # Short, and outside of any TMPDIR: a socket's path holds 108 bytes at the most (unix(7)).
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="netmon-demo-", dir="/tmp"))
        socket = f"{folder}/collector.sock"
        plan = Plan(program=programs.collector, arguments=["--read", str(recording), "--loop", "--socket", socket])
        own = stack.enter_context(OwnCollector(plan))
        with connect(socket) as client:
            status = own.wait_until_it_answers(client)
        _say("DEMO       a recording of another machine: nothing of this happens here now")
        _say(collector_line(status))
        # A recorder may run here: what it keeps is of this machine, and no part of the demo.
        dashboard = [*programs.dashboard, "--recorder-socket", f"{folder}/recorder.sock"]
        return _watch(replace(programs, dashboard=dashboard), socket, own)


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


def _record(program: Sequence[str], socket: str, stack: ExitStack) -> None:
    """Start a recorder where none runs. Without one all but history works, so its failure is told and no more."""
    status = running_recorder()
    if status is not None:
        _say(f"{recorder_line(status)} · ran already, stays")
        return
    own = stack.enter_context(OwnRecorder(program, socket))
    try:
        _say(recorder_line(start_recorder(own)))
    except ChildFailed as failure:
        _say(failed_line(failure))


def _watch(programs: Programs, socket: str, collector: OwnCollector | None) -> int:
    """Start the dashboard, say its link, and wait for Ctrl-C; give 1 when the dashboard ends by itself."""
    with ExitStack() as stack:
        if collector is not None:
            stack.callback(_tell, collector.warnings)
        dashboard = stack.enter_context(OwnDashboard(programs.dashboard, socket))
        link = dashboard.wait_for_link()
        _tell(dashboard.notes)
        try:
            _say(f"{link}      (Ctrl-C stops what it started)")
            exit_code = _wait(dashboard, collector)
        except KeyboardInterrupt:
            return 0
        _tell(dashboard.warnings)
        _say(f"The dashboard has ended. {dashboard_exit_words(exit_code)}")
        return 1


def _wait(dashboard: OwnDashboard, collector: OwnCollector | None) -> int:
    """Wait until the dashboard ends; give its exit code. A collector that ends is told, and the dashboard stays."""
    pause = threading.Event()
    while (exit_code := dashboard.exit_code) is None:
        if collector is not None and collector.exit_code is not None:
            _say(f"The collector has ended. {collector_exit_words(collector.exit_code)}")
            _say("The dashboard keeps what it had last. To begin anew:  Ctrl-C, then make run")
            collector = None
        pause.wait(_LOOK_EVERY_SECONDS)
    return exit_code


def _tell(lines: Callable[[], list[str]]) -> None:
    for line in lines():
        _say(line)


def _say(text: str) -> None:
    """Tell the user."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
