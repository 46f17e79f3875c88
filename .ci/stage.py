"""Builds what ``make install`` puts in place, as an ordinary user: ``stage.py IMAGE PREFIX LIBRARY [no-dashboard]``.

``IMAGE`` becomes a tree that looks as the machine's own will: two environments below ``LIBRARY``, each with what its
side needs and no more; links, units, manual pages and completions below ``PREFIX``. Packages come from the lock with
their hashes, out of the caches that ``make setup`` has filled where they hold them.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from locked import ROOT, SIDES, part_of_lock

PACKAGES = {
    "collector": {"netmon", "netmon_collector"},
    "clients": {"netmon", "netmon_client", "netmon_cli", "netmon_dashboard", "netmon_recorder"},
}
PROGRAMS = {
    "netmon-collector": ("collector", "netmon_collector.cli", 8),
    "netmon-recorder": ("clients", "netmon_recorder.cli", 8),
    "netmon-dashboard": ("clients", "netmon_dashboard.cli", 1),
    "netmon-cli": ("clients", "netmon_cli.main", 1),
}
COMPLETIONS = {
    "bash": "bash-completion/completions/{}",
    "zsh": "zsh/site-functions/_{}",
    "fish": "fish/vendor_completions.d/{}.fish",
}
# Isolated: neither PYTHONPATH nor the current directory say what is imported.
LAUNCHER = "#!{python} -I\nimport sys\nfrom {module} import main\nsys.exit(main())\n"
LONGEST_SHEBANG = 127  # bytes that every Linux reads of a first line (execve(2))

NO_PYTHON = """\
netmon: no Python 3.11 or newer that root alone can change and everybody can run (one in a home directory is neither).
Debian:  sudo apt-get install python3      another one:  make install PYTHON=/path/to/python3"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """Where things go: ``root`` stands for /. ``prefix`` and ``library`` are paths below it, as they will be called."""

    root: Path
    prefix: Path
    library: Path
    python: Path
    has_dashboard: bool

    def programs(self) -> dict[str, tuple[str, str, int]]:
        """Give the programs that are installed."""
        return {name: row for name, row in PROGRAMS.items() if self.has_dashboard or name != "netmon-dashboard"}

    def left_out(self) -> set[str]:
        """Give the packages that are installed on no side."""
        return set() if self.has_dashboard else {"netmon_dashboard"}

    def place(self, path: Path) -> Path:
        """Give where a path of the machine lies in the image."""
        return self.root / path.relative_to("/")


def main(words: list[str]) -> None:
    """Build the image anew."""
    if len(words) not in (3, 4) or words[3:] not in ([], ["no-dashboard"]):
        sys.exit("usage: stage.py IMAGE PREFIX LIBRARY [no-dashboard]")
    root, prefix, library = (Path.cwd() / word for word in words[:3])
    os.umask(0o022)
    image = Image(root=root, prefix=prefix, library=library, python=find_python(), has_dashboard=not words[3:])
    if root.exists():
        shutil.rmtree(root)
    with tempfile.TemporaryDirectory(prefix="netmon-wheel-") as folder:
        run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
        (wheel,) = Path(folder).glob("*.whl")
        for side in SIDES:
            build_environment(image, side, wheel)
    write_services(image)
    write_pages(image)


def find_python() -> Path:
    """Give an interpreter that is fit for a service: root's alone, and not below a closed home directory."""
    given = os.environ.get("PYTHON")
    names = [given] if given else [f"/usr/bin/python3{minor}" for minor in ("", ".14", ".13", ".12", ".11")]
    names += [] if given else ["/usr/local/bin/python3"]
    for name in names:
        path = Path(shutil.which(name) or name).resolve()
        if path.exists() and is_for_all(path) and is_new_enough(path):
            return path
    sys.exit(NO_PYTHON)


def is_for_all(path: Path) -> bool:
    """Whether root alone can change it, and everybody may run it."""
    levels = [each.stat() for each in (path, *path.parents)]
    writable = stat.S_IWGRP | stat.S_IWOTH
    return all(level.st_uid == 0 and not level.st_mode & writable and level.st_mode & stat.S_IXOTH for level in levels)


def is_new_enough(path: Path) -> bool:
    """Whether it is a Python that netmon runs on, with what makes environments."""
    test = "import sys, venv; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([path, "-I", "-c", test], check=False, capture_output=True).returncode == 0


def build_environment(image: Image, side: str, wheel: Path) -> None:
    """Make the environment of a side: locked packages, our own, launchers, bytecode."""
    place = image.place(image.library / side)
    run(image.python, "-I", "-m", "venv", "--without-pip", "--symlinks", place)
    python = place / "bin" / "python"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(part_of_lock(side, with_dashboard=image.has_dashboard))
        lock.flush()
        install(python, "--require-hashes", "--requirement", lock.name)
    install(python, "--no-index", wheel)
    (packages,) = place.glob("lib/python3*/site-packages")
    for name in set().union(*PACKAGES.values()) - PACKAGES[side] | image.left_out():
        shutil.rmtree(packages / name)
    for name in ("direct_url.json", "uv_cache.json"):  # where the wheel lay for a moment
        for file in packages.glob(f"netmon_suite-*.dist-info/{name}"):
            file.unlink()
    for file in (place / "bin").iterdir():
        if not file.name.startswith("python"):
            file.unlink()
    # Examples, headers and tests that packages bring: nothing reads them.
    for name in ("etc", "include", "share"):
        shutil.rmtree(place / name, ignore_errors=True)
    (place / ".lock").unlink(missing_ok=True)
    for program in (name for name, (where, _, _) in image.programs().items() if where == side):
        write_launcher(image, program)
    settings = place / "pyvenv.cfg"
    kept = [line for line in settings.read_text().splitlines() if not line.startswith("command ")]
    settings.write_text("\n".join([*kept, ""]))
    # As root the interpreter would write it at the first start; nobody else may.
    run(python, "-I", "-m", "compileall", "-q", "-j", "0", "-s", image.root, "-p", "/", packages)


def install(python: Path, *words: str | Path) -> None:
    """Install into an environment with uv, first without the network, else with the pip of .venv."""
    uv = shutil.which("uv")
    if uv is None:
        run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-compile", *words)
        return
    command = [uv, "pip", "install", "--quiet", "--no-config", "--python", python, "--no-deps", *words]
    if subprocess.run([*command, "--offline"], check=False, capture_output=True).returncode != 0:
        run(*command)


def write_launcher(image: Image, program: str) -> None:
    """Write what starts a program, and the link by which it is found."""
    side, module, _ = PROGRAMS[program]
    target = image.library / side / "bin" / program
    text = LAUNCHER.format(python=target.with_name("python"), module=module)
    if len(text.partition("\n")[0].encode()) > LONGEST_SHEBANG:
        sys.exit(f"netmon: {image.library} is too long a path for the first line of a script")
    image.place(target).write_text(text)
    image.place(target).chmod(0o755)
    link = image.place(image.prefix / "bin" / program)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


def write_services(image: Image) -> None:
    """Write units, users and directories for systemd; launchd's jobs on macOS."""
    where = {
        ".service": (image.prefix / "lib/systemd/system", "{}.service"),
        ".sysusers": (image.prefix / "lib/sysusers.d", "{}.conf"),
        ".tmpfiles": (image.prefix / "lib/tmpfiles.d", "{}.conf"),
    }
    if sys.platform == "darwin":
        where = {".plist": (Path("/Library/LaunchDaemons"), "{}.plist")}
    for file in sorted(ROOT.glob("*/service/*")):
        if file.suffix in where:
            folder, name = where[file.suffix]
            text = file.read_text(encoding="utf-8").replace("@LIBRARY@", str(image.library))
            write(image.place(folder) / name.format(file.stem), text)


def write_pages(image: Image) -> None:
    """Let the installed programs write their manual pages and completions."""
    share = image.place(image.prefix / "share")
    for program, (side, module, section) in image.programs().items():
        python = image.place(image.library / side / "bin" / "python")
        pages = [python, "-I", "-m", "netmon.pages", f"{module.partition('.')[0]}.manual"]
        kinds = {kind: [*pages, kind] for kind in ("man", *COMPLETIONS)}
        if program == "netmon-cli":
            kinds = {kind: [python, "-I", "-m", module, "completion", kind] for kind in COMPLETIONS}
            kinds["man"] = [python, "-I", "-m", module, "man"]
        write(share / f"man/man{section}/{program}.{section}", output(kinds.pop("man")))
        for shell, command in kinds.items():
            write(share / COMPLETIONS[shell].format(program), output(command))


def output(command: list[str | Path]) -> str:
    """Give what a program prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def write(path: Path, text: str) -> None:
    """Write a file, and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*words: str | Path, cwd: Path | None = None) -> None:
    """Run a program; end with its words where it fails."""
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}netmon: {Path(words[0]).name} failed")


if __name__ == "__main__":
    main(sys.argv[1:])
