"""The near side of the demo recording: what runs on the "laptop", as whom, from where; started by ``record_demo``.

It is process 1 of its own namespaces: it names the machine, puts its users and programs in place, starts the collector,
then the programs.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from netmon.model import CaptureState
from netmon_client import CollectorUnreachable, connect
from tests.support.waiting import wait_for

RECORD_SECONDS = 45.0
HOST_NAME = "laptop"
BOOT_ID = "de300000-0000-4000-8000-000000000000"

# Debian's own (base-passwd), and one person.
USERS = {"root": 0, "lp": 7, "www-data": 33, "_apt": 42, "demo": 1000, "systemd-timesync": 997, "nobody": 65534}
GROUPS = {**USERS, "nogroup": 65534}

PYTHON = "/usr/bin/python3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process: its role in ``demo_programs``, its user, when it starts, and the path of what it runs.

    A path that ends in .py is a script that python3 runs; any other is a copy of the interpreter under that name.
    """

    role: str
    user: str
    path: str
    start_seconds: float = 0.0
    first_pid: int = 0


PROGRAMS = (
    Program(role="resolver", user="nobody", path="/usr/sbin/resolver", first_pid=412),
    Program(role="timesync", user="systemd-timesync", path="/usr/sbin/timesync", first_pid=433),
    Program(role="shelld", user="root", path="/usr/sbin/shelld", first_pid=587),
    Program(role="printd", user="lp", path="/usr/sbin/printd", first_pid=611),
    Program(role="database", user="nobody", path="/usr/sbin/database", first_pid=702),
    Program(role="webserver", user="www-data", path="/usr/sbin/webserver", first_pid=788, start_seconds=0.5),
    Program(role="music", user="demo", path="/usr/bin/music", first_pid=1834, start_seconds=0.5),
    Program(role="mailer", user="demo", path="/usr/bin/mailer", first_pid=1907, start_seconds=0.6),
    Program(role="shell", user="demo", path="/usr/bin/shell", first_pid=2215, start_seconds=0.7),
    Program(role="sync", user="demo", path="/home/demo/bin/sync.py", first_pid=2260, start_seconds=0.8),
    Program(role="browser", user="demo", path="/usr/bin/firefox", first_pid=2548, start_seconds=1.0),
    Program(role="metrics", user="www-data", path="/usr/sbin/metrics.py", first_pid=2702, start_seconds=1.2),
    Program(role="backup", user="demo", path="/home/demo/bin/backup.py", first_pid=3101, start_seconds=1.5),
    Program(role="call", user="demo", path="/usr/bin/call", first_pid=3340, start_seconds=2.0),
    Program(role="updater", user="_apt", path="/usr/bin/updater", first_pid=3518, start_seconds=2.5),
    *(
        Program(
            role="fetch", user="demo", path="/usr/bin/fetch", first_pid=3600 + 9 * turn, start_seconds=3.0 + 2.5 * turn
        )
        for turn in range(16)
    ),
)


def furnish(place: Path) -> None:
    """Give this mount namespace folders that may be written, a boot id, a hosts file and users of its own."""
    socket.sethostname(HOST_NAME)
    layers = place / "layers"
    layers.mkdir()
    mount("-t", "tmpfs", "tmpfs", str(layers))
    for folder in ("/usr/bin", "/usr/sbin", "/home"):
        upper, work = layers / f"{folder.replace('/', '-')}-upper", layers / f"{folder.replace('/', '-')}-work"
        upper.mkdir()
        work.mkdir()
        mount("-t", "overlay", "overlay", "-o", f"lowerdir={folder},upperdir={upper},workdir={work}", folder)
    files = {
        "/proc/sys/kernel/random/boot_id": f"{BOOT_ID}\n",
        "/etc/hosts": "127.0.0.1 localhost\n192.168.1.20 nas.home.example nas\n",
        "/etc/passwd": "".join(f"{name}:x:{uid}:{uid}::/:/bin/sh\n" for name, uid in USERS.items()),
        "/etc/group": "".join(f"{name}:x:{gid}:\n" for name, gid in GROUPS.items()),
    }
    for number, (path, text) in enumerate(files.items()):
        own = layers / str(number)
        own.write_text(text)
        mount("--bind", str(own), path)
    # What others see as their parent.
    Path("/proc/self/comm").write_text("init")


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def install(code: Path) -> None:
    """Put the programs where their paths say."""
    Path("/home/demo/bin").mkdir(parents=True)
    for program in PROGRAMS:
        if program.path.endswith(".py"):
            Path(program.path).write_text(f"from tests.support.demo_programs import play\n\nplay({program.role!r})\n")
        elif not Path(program.path).exists():
            shutil.copy(Path(PYTHON).resolve(), program.path)
    Path("/home/demo/code").symlink_to(code)


def start(program: Program) -> "subprocess.Popen[bytes]":
    """Start a program as its user, with the process id that it should have."""
    if program.path.endswith(".py"):
        command = [PYTHON, program.path]
    else:
        seed = str(program.first_pid)
        command = [
            program.path,
            "-c",
            f"from tests.support.demo_programs import play; play({program.role!r}, {seed!r})",
        ]
    Path("/proc/sys/kernel/ns_last_pid").write_text(str(program.first_pid - 1))
    uid = USERS[program.user]
    # Servers bind low ports: the right to do so comes with the namespace, not with a user.
    return subprocess.Popen(
        command,
        cwd="/",
        user=uid,
        group=uid,
        extra_groups=[],
        env={"PYTHONPATH": "/home/demo/code", "PATH": "/usr/bin"},
    )


def start_collector(place: Path, recording: Path) -> "subprocess.Popen[bytes]":
    """Start the collector and wait until it captures."""
    address = str(place / "collector.sock")
    command = Path(sys.executable).with_name("netmon-collector")
    process = subprocess.Popen([command, "--socket", address, "--record", recording, "--owners", "sockdiag"])

    def captures() -> bool:
        try:
            with connect(address) as client:
                states = {one.name: one.state for one in client.status().interfaces}
        except CollectorUnreachable:
            return False
        return states.get("wlan0") is CaptureState.CAPTURING and states.get("lo") is CaptureState.CAPTURING

    wait_for(captures, seconds=30, what="the collector captures")
    return process


def main() -> None:
    recording, code = Path(sys.argv[1]), Path(sys.argv[2])
    place = recording.parent
    furnish(place)
    install(code)
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
    running: list[subprocess.Popen[bytes]] = []
    waiting = sorted(PROGRAMS, key=lambda program: program.start_seconds)
    # Those that are there from the start: the machine was running before anybody looked.
    old = [program for program in waiting if program.start_seconds <= 1]
    began = time.monotonic()
    for program in old:
        time.sleep(max(0.0, began + program.start_seconds - time.monotonic()))
        running.append(start(program))
    collector = start_collector(place, recording)
    began = time.monotonic()
    running.append(subprocess.Popen(["/usr/bin/ping", "-q", "-i", "1", "192.168.1.1"], stdout=subprocess.DEVNULL))
    for program in waiting[len(old) :]:
        time.sleep(max(0.0, began + program.start_seconds - time.monotonic()))
        running.append(start(program))
    time.sleep(max(0.0, began + RECORD_SECONDS - time.monotonic()))
    collector.send_signal(signal.SIGTERM)
    collector.wait(10)
    for process in running:
        process.kill()
        process.wait()


if __name__ == "__main__":
    os.umask(0o022)
    main()
