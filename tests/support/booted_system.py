"""A system with systemd as its first process: booted in name spaces over a copy-on-write view of this machine.

What is installed, started or removed in it touches nothing outside: its files lie in memory, it has a process table, a
network (loopback alone) and a cgroup of its own. Needs root, overlayfs, cgroup2 and systemd's own programs.
"""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from netmon_collector.host.kernel_mount import find_root
from tests.support.process_status import children_of
from tests.support.waiting import wait_for

# The only units that there are besides what is installed: nothing of this machine's own is started, since the kernel's
# settings (systemd-sysctl) and devices (systemd-udevd) are those of this machine.
UNITS = {
    "tried.target": "[Unit]\nRequires=systemd-journald.service basic.target\nAllowIsolate=yes\n",
    "systemd-journald.service": (
        "[Unit]\nDefaultDependencies=no\nRequires=systemd-journald.socket\n"
        "[Service]\nType=notify\nExecStart={journald}\nSockets=systemd-journald.socket\nStandardOutput=null\n"
    ),
    "systemd-journald.socket": (
        "[Unit]\nDefaultDependencies=no\n"
        "[Socket]\nListenStream=/run/systemd/journal/stdout\nListenDatagram=/run/systemd/journal/socket\n"
    ),
    **{f"{name}.target": "[Unit]\n" for name in ("sysinit", "basic", "multi-user", "shutdown", "network", "sockets")},
}
UNIT_PATH = "/run/tried:/etc/systemd/system:/usr/local/lib/systemd/system"
JOURNAL = "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n"

# Arguments: the directory to work in, the cgroup to live in, then what is to be seen at its own path, read-only.
BOOT = r"""
set -eu
work=$1 cgroup=$2
shift 2
echo $$ >"$cgroup/cgroup.procs"
exec unshare --mount --pid --fork --kill-child --cgroup --net --uts --ipc sh -eu -c '
    work=$1
    shift
    mount --make-rprivate /
    mount -t tmpfs -o mode=755 tmpfs "$work/m"
    cd "$work/m"
    mkdir upper work root
    mount -t overlay -o "lowerdir=/,upperdir=upper,workdir=work" overlay root
    cd root
    for place; do
        mkdir -p ".$place"
        mount --rbind -o ro "$place" ".$place"
    done
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run
    mount --rbind /dev dev
    cp -R "$work/units" run/tried
    # Nothing that is installed or enabled on this machine is there.
    rm -rf etc/systemd/system etc/systemd/journald.conf.d etc/netmon var/lib/netmon opt/netmon
    mkdir -p etc/systemd/system
    mv run/tried/journald.conf etc/systemd/journald.conf
    ip link set lo up
    exec chroot . env -i container=other "SYSTEMD_UNIT_PATH=$UNIT_PATH" "PATH=$INNER_PATH" \
        "$SYSTEMD" --unit=tried.target --show-status=no
' sh "$work" "$@"
"""
PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BootedSystem:
    """The system while it runs. ``init`` is the process id of its first process, as seen from outside."""

    def __init__(self, init: int) -> None:
        self.init = init

    def run(self, *words: str | Path, check: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as root."""
        enter = [
            "nsenter",
            "--target",
            str(self.init),
            "--mount",
            "--pid",
            "--cgroup",
            "--net",
            "--ipc",
            "--root",
            "--wd",
        ]
        done = subprocess.run(
            [*enter, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
            env={"PATH": PATH, "SYSTEMD_UNIT_PATH": UNIT_PATH, **environ},
        )
        assert not check or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def show(self, unit: str, name: str) -> str:
        """Give a property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).stdout.strip()

    def log(self, unit: str) -> str:
        """Give what a unit wrote, the newest run last."""
        return self.run("journalctl", "--no-pager", "--output", "cat", "--unit", unit).stdout


@contextmanager
def booted_system(*places: Path) -> Generator[BootedSystem]:
    """Boot it, with ``places`` of this machine in it, read-only; end all of it whatever happens."""
    root = find_root(Path("/proc/self/mountinfo").read_bytes(), b"cgroup2")
    assert root is not None, "no cgroup2 here"
    cgroup = Path(os.fsdecode(root)) / f"nmboot-{secrets.token_hex(4)}"
    cgroup.mkdir()
    try:
        with tempfile.TemporaryDirectory(prefix="nmboot-") as name, (Path(name) / "log").open("w+") as log:
            work = Path(name)
            (work / "m").mkdir()
            _write_units(work / "units")
            with subprocess.Popen(
                ["sh", "-c", BOOT, "sh", str(work), str(cgroup), *map(str, places)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "UNIT_PATH": UNIT_PATH, "INNER_PATH": PATH, "SYSTEMD": str(_program("systemd"))},
            ) as process:
                try:
                    yield _wait_until_booted(process, work / "log")
                finally:
                    process.kill()  # and with it, by --kill-child, the first process of the name space: all end
    finally:
        wait_for(lambda: _is_removed(cgroup), seconds=30, what="its cgroup is empty")


def _write_units(folder: Path) -> None:
    folder.mkdir()
    for name, text in UNITS.items():
        (folder / name).write_text(text.format(journald=_program("systemd-journald")))
    (folder / "journald.conf").write_text(JOURNAL)


def _program(name: str) -> Path:
    """One of systemd's own, which lie beside no other programs."""
    return next(path for root in ("/lib/systemd", "/usr/lib/systemd") if (path := Path(root) / name).exists())


def _wait_until_booted(process: subprocess.Popen[bytes], log: Path) -> BootedSystem:
    def look() -> BootedSystem | None:
        assert process.poll() is None, log.read_text()
        children = children_of(process.pid)
        if len(children) != 1:
            return None
        system = BootedSystem(*children)
        if Path(f"/proc/{system.init}/comm").read_text() != "systemd\n":
            return None
        state = system.run("systemctl", "is-system-running", check=False).stdout.strip()
        return system if state in {"running", "degraded"} else None

    return wait_for(look, seconds=30, what="a system that has booted")


def _is_removed(cgroup: Path) -> bool:
    """Remove a cgroup with all below it, as far as nothing lives there."""
    for folder, _, _ in os.walk(cgroup, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError:
            return False
    return not cgroup.exists()
