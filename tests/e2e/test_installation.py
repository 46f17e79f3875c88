"""What ``make install`` puts on a machine, what runs there, and what uninstall leaves: on one that is booted for it."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.booted_system import BootedSystem, booted_system
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PREFIX, LIBRARY = "/usr/local", "/opt/netmon"
COLLECTOR, RECORDER = "netmon-collector.service", "netmon-recorder.service"
INTERPRETER = f"{LIBRARY}/collector/bin/python"
# A folder in which somebody waits for root to come by, in the first modules that a start imports.
HOSTILE = ("psutil.py", "grpc/__init__.py", "encodings/__init__.py", "netmon/__init__.py", "sitecustomize.py")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be installed: without the dashboard, whose packages are half a gigabyte."""
    made = tmp_path_factory.mktemp("staged") / "image"
    words = [sys.executable, ROOT / ".ci/stage.py", made, PREFIX, LIBRARY, "no-dashboard"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def install(system: BootedSystem, image: Path) -> str:
    return system.run(ROOT / ".ci/install", image, PREFIX, LIBRARY).stderr


@pytest.fixture(scope="module")
def system(image: Path) -> Generator[BootedSystem]:
    """A machine on which it was installed and started."""
    with booted_system(ROOT, image) as made:
        told = install(made, image)
        assert f"sudo systemctl enable --now {COLLECTOR} {RECORDER}" in told
        made.run("systemctl", "enable", "--now", COLLECTOR, RECORDER)
        yield made


def process_lines(system: BootedSystem, unit: str) -> dict[str, str]:
    """What the kernel says of the first process of a unit."""
    text = system.run("cat", f"/proc/{system.show(unit, 'MainPID')}/status").stdout
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def says(system: BootedSystem, unit: str, text: str) -> None:
    """Wait until the log has a text: the journal takes what a unit wrote when it gets a processor."""
    wait_for(lambda: text in system.log(unit), seconds=30, what=f"{text!r} in the log of {unit}")


def test_everything_is_roots_and_nobody_else_can_change_it(system: BootedSystem) -> None:
    of_others = ["(", "!", "-user", "root", "-o", "!", "-group", "root", "-o", "-perm", "/go+w", ")", "!", "-type", "l"]
    assert system.run("find", LIBRARY, *of_others).stdout == ""
    listed = system.run("cat", f"{LIBRARY}/installed-files").stdout.split()
    assert f"{PREFIX}/lib/systemd/system/{COLLECTOR}" in listed
    assert system.run("find", *listed, *of_others).stdout == ""


def test_the_root_side_has_its_locked_packages_and_nothing_else(system: BootedSystem) -> None:
    lock = subprocess.run(
        [sys.executable, ROOT / ".ci/locked.py", "collector"], capture_output=True, text=True, check=True
    )
    wanted = {line.partition(";")[0].rstrip(" \\") for line in lock.stdout.splitlines() if "==" in line}
    names = "d.name.lower().replace('_', '-')"
    ask = f"import importlib.metadata as m; print(*({names} + '==' + d.version for d in m.distributions()))"
    have = set(system.run(INTERPRETER, "-I", "-c", ask).stdout.split())
    assert {line for line in have if not line.startswith("netmon-suite==")} == wanted
    packages = system.run("sh", "-c", f"ls -d {LIBRARY}/collector/lib/*/site-packages/netmon*").stdout.split()
    assert {Path(path).name.partition("-")[0] for path in packages} == {"netmon", "netmon_collector", "netmon_suite"}
    assert system.run("sh", "-c", f"ls {LIBRARY}/collector/bin").stdout.split() == [
        "netmon-collector",
        "python",
        "python3",
        Path(system.run("readlink", "-f", INTERPRETER).stdout.strip()).name,
    ]


def test_no_start_has_to_compile_anything(system: BootedSystem) -> None:
    ask = "import importlib.util as u, os, sys; print(*(p for p in sys.argv[1:] if not os.path.exists({})))"
    ask = ask.format("u.cache_from_source(p)")
    for side in ("collector", "clients"):
        files = system.run("sh", "-c", f"find {LIBRARY}/{side} -path '*/netmon*' -name '*.py'").stdout.split()
        assert len(files) > 50
        assert system.run(INTERPRETER, "-I", "-c", ask, *files).stdout.strip() == ""


def test_the_services_say_that_they_are_ready_and_are_watched(system: BootedSystem) -> None:
    for unit, seconds in ((COLLECTOR, "30s"), (RECORDER, "1min")):
        assert system.show(unit, "ActiveState") == "active"
        assert system.show(unit, "StatusText") == "serving"
        assert system.show(unit, "WatchdogUSec") == seconds
        assert system.show(unit, "NRestarts") == "0"


@pytest.mark.parametrize("unit", [COLLECTOR, RECORDER])
def test_a_watchdog_hears_the_service_again_and_again(system: BootedSystem, unit: str) -> None:
    folder = f"/etc/systemd/system/{unit}.d"
    system.run("sh", "-c", f"mkdir {folder}; printf '[Service]\\nWatchdogSec=2\\n' >{folder}/soon.conf")
    try:
        system.run("systemctl", "daemon-reload")
        system.run("systemctl", "restart", unit)
        first = system.show(unit, "WatchdogTimestampMonotonic")
        wait_for(lambda: system.show(unit, "WatchdogTimestampMonotonic") != first, seconds=30, what="a sign of life")
        assert system.show(unit, "NRestarts") == "0"
    finally:
        system.run("rm", "-r", folder)
        system.run("systemctl", "daemon-reload")
        system.run("systemctl", "restart", unit)


def test_no_service_runs_as_root_or_may_gain_rights(system: BootedSystem) -> None:
    for unit, user in ((COLLECTOR, "netmon"), (RECORDER, "netmon-recorder")):
        uid = system.run("id", "--user", user).stdout.strip()
        facts = process_lines(system, unit)
        assert set(facts["Uid"].split()) == {uid}
        assert facts["NoNewPrivs"] == "1"
        assert facts["Seccomp"] == "2"
    assert int(process_lines(system, RECORDER)["CapBnd"], 16) == 0


def test_it_counts_and_finds_owners_as_a_service(system: BootedSystem) -> None:
    system.run("ping", "-c", "3", "-i", "0.2", "127.0.0.1")

    def look() -> bool:
        lines = system.run("netmon-cli", "connections", "--all", "-o", "csv", check=False).stdout
        return "ping" in lines

    wait_for(look, seconds=30, what="ping and its packets")
    # It is booted in a pid namespace: the service may load its programs, and finds that they tell others' numbers.
    [limit] = [line for line in system.run("netmon-cli", "status").stdout.splitlines() if line.startswith("!")]
    assert "eBPF, which names these too, is not in use: processes have other numbers here" in limit
    assert system.run("netmon-cli", "doctor", check=False).stdout.count("✗") == 0


def test_a_service_that_cannot_find_owners_any_more_is_started_anew(system: BootedSystem) -> None:
    system.run("systemctl", "reset-failed", COLLECTOR)  # how often it was started counts too
    main, times = system.show(COLLECTOR, "MainPID"), int(system.show(COLLECTOR, "NRestarts"))
    of_unit = f"/sys/fs/cgroup{system.show(COLLECTOR, 'ControlGroup')}/cgroup.procs"
    others = [pid for pid in system.run("cat", of_unit).stdout.split() if pid != main]
    assert len(others) == 2
    system.run("kill", "-KILL", *others)
    wait_for(lambda: int(system.show(COLLECTOR, "NRestarts")) == times + 1, seconds=30, what="another run")
    wait_for(lambda: system.show(COLLECTOR, "ActiveState") == "active", seconds=30, what="it is ready")
    assert system.show(COLLECTOR, "MainPID") != main
    says(system, COLLECTOR, "the service ends, to be started anew")
    system.run("systemctl", "reset-failed", COLLECTOR)


def test_members_of_the_group_may_use_it_and_others_not(system: BootedSystem) -> None:
    nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup"]
    group = system.run("getent", "group", "netmon").stdout.split(":")[2]
    member = system.run(*nobody, "--groups", group, "netmon-cli", "status", check=False)
    assert (member.returncode, member.stderr) == (0, "")
    assert oct(int(system.run("stat", "-c", "%f", "/var/lib/netmon/history.db").stdout, 16) & 0o777) == "0o600"
    assert system.run(*nobody, "--groups", group, "ls", "/var/lib/netmon", check=False).returncode != 0


def test_a_hostile_folder_and_environment_are_not_imported_from(system: BootedSystem) -> None:
    for name in HOSTILE:
        system.run("sh", "-c", f'mkdir -p "$(dirname /hostile/{name})"; echo "raise SystemExit(99)" >/hostile/{name}')
    script = 'cd /hostile && exec "$@"'
    for program in ("netmon-collector", "netmon-recorder", "netmon-cli"):
        words = [program, "version" if program == "netmon-cli" else "--version"]
        done = system.run("sh", "-c", script, "sh", *words, PYTHONPATH="/hostile", PYTHONHOME="/hostile")
        assert done.stdout.startswith(f"{program} ")
    # The same folder stops an interpreter that heeds it: it is hostile indeed.
    assert system.run("sh", "-c", script, "sh", INTERPRETER, "-c", "import psutil", check=False).returncode == 99


def test_an_upgrade_begins_anew_with_the_same_history(system: BootedSystem, image: Path) -> None:
    history = system.run("stat", "-c", "%i", "/var/lib/netmon/history.db").stdout
    before = [system.show(unit, "MainPID") for unit in (COLLECTOR, RECORDER)]
    install(system, image)
    after = [system.show(unit, "MainPID") for unit in (COLLECTOR, RECORDER)]
    assert not set(before) & set(after)
    assert [system.show(unit, "ActiveState") for unit in (COLLECTOR, RECORDER)] == ["active", "active"]
    assert system.run("stat", "-c", "%i", "/var/lib/netmon/history.db").stdout == history
    assert "started anew" not in system.log(RECORDER)
    assert not system.run("sh", "-c", f"ls -d {LIBRARY}.*", check=False).stdout


def test_a_service_does_not_start_from_code_that_others_may_change(system: BootedSystem) -> None:
    code = system.run("sh", "-c", f"ls -d {LIBRARY}/collector/lib/*/site-packages/netmon_collector").stdout.strip()
    system.run("chmod", "o+w", code)
    try:
        assert system.run("systemctl", "restart", COLLECTOR, check=False).returncode != 0
        assert system.show(COLLECTOR, "ExecMainStatus") == "78"
        assert system.show(COLLECTOR, "NRestarts") == "0"
        says(system, COLLECTOR, f"Others than root may change what runs here with root's rights: {code}.")
    finally:
        system.run("chmod", "o-w", code)
    system.run("systemctl", "restart", COLLECTOR)
    assert system.show(COLLECTOR, "ActiveState") == "active"


def files(system: BootedSystem) -> set[str]:
    listing = system.run("find", "/usr/local", "/opt", "/etc", "/var/lib", "/run", "-xdev", check=False).stdout
    # Of systemd itself; and files of network namespaces, which other tests make meanwhile: this machine shows through.
    own = ("/run/log", "/run/systemd", "/run/tried", "/etc/.pwd.lock", "/var/lib/private", "/etc/netns")
    # Whoever changes /etc/passwd leaves a copy with a dash.
    return {line for line in listing.splitlines() if not line.startswith(own) and not line.endswith("-")}


def accounts(system: BootedSystem) -> str:
    return system.run("cat", "/etc/passwd", "/etc/group").stdout


def test_uninstall_leaves_the_history_and_with_purge_nothing(image: Path) -> None:
    with booted_system(ROOT, image) as system:
        files_before, accounts_before = files(system), accounts(system)
        install(system, image)
        system.run("systemctl", "enable", "--now", COLLECTOR, RECORDER)
        accounts_with = accounts(system)

        done = system.run(ROOT / ".ci/uninstall", PREFIX, LIBRARY)
        assert "kept: history in /var/lib/netmon" in done.stderr
        left = files(system) - files_before
        assert {"/etc/netmon", "/var/lib/netmon", "/var/lib/netmon/history.db"} <= left
        assert {path for path in left if not path.startswith(("/etc/netmon", "/var/lib/netmon"))} == set()
        assert accounts(system) == accounts_with
        assert system.run("systemctl", "is-active", COLLECTOR, RECORDER, check=False).stdout.split() == ["inactive"] * 2

        again = system.run(ROOT / ".ci/uninstall", PREFIX, LIBRARY, PURGE="1")
        assert f"not installed in {LIBRARY}" in again.stderr
        assert files(system) - files_before == set()
        assert accounts(system) == accounts_before


def test_what_happens_there_stays_there(system: BootedSystem) -> None:
    system.run("touch", "/opt/netmon-was-here")
    assert not Path("/opt/netmon-was-here").exists()
    inside, outside = Path(f"/proc/{system.init}/ns/net"), Path("/proc/self/ns/net")
    assert inside.readlink() != outside.readlink()
