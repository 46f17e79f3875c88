"""Captures that nobody here made: those in Debian's source packages of tcpdump, Wireshark and nDPI.

apt fetches them, checked against the signed index, into a cache outside the repository. Nothing of them is committed.
"""

import fcntl
import os
import shutil
import subprocess
import tarfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

MAGICS = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""How capture files begin: pcap in both byte orders, in microseconds and nanoseconds, and pcapng."""

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_FETCH_SECONDS = 300
_FORMAT = "$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)"


class NotFetched(Exception):
    """The captures are not there, and cannot be fetched here; the text says why."""


def cache() -> Path:
    """Where what was fetched is kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "netmon-tests" / "captures"


def fetched(package: str) -> Path:
    """Give the tar file of a Debian source package, fetched if it is not there yet. Raises NotFetched."""
    directory = cache() / package
    if not list(directory.glob("*.orig.tar.*")):
        _fetch(package, directory)
    return next(iter(sorted(directory.glob("*.orig.tar.*"))))


def unpacked(package: str) -> list[Path]:
    """Give all capture files of a package, unpacked in the cache. Raises NotFetched."""
    directory = cache() / f"{package}-captures"
    with _alone():
        if not directory.exists():
            # Whole or not at all: this may be ended in the middle.
            partial = directory.with_name(f"{directory.name}.{os.getpid()}")
            partial.mkdir(parents=True)
            for name, content in _members(fetched(package)):
                (partial / name).write_bytes(content)
            partial.rename(directory)
    return sorted(directory.iterdir())


@contextmanager
def _alone() -> Generator[None]:
    """Wait until no other test process fetches: apt's lists, and what is half fetched, are in one place for all."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _members(tar_file: Path) -> Iterator[tuple[str, bytes]]:
    """The capture files in a tar file, each with a name of its own."""
    with tarfile.open(tar_file) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and content.read(4) in MAGICS:
                content.seek(0)
                yield "_".join(Path(member.name).parts[1:]), content.read()


def _fetch(package: str, directory: Path) -> None:
    if shutil.which("apt-get") is None:
        raise NotFetched("there is no apt-get here")
    lists = directory / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    sources = directory / "sources.list"
    sources.write_text(_source_line(), encoding="utf-8")
    options = [f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=/dev/null", f"Dir::State::Lists={lists}"]
    # The cache may be in a home that apt's own user must not enter.
    options += ["APT::Sandbox::User=root", "Acquire::Retries=2", "APT::Get::List-Cleanup=0"]
    options += ["APT::Update::Error-Mode=any"]  # else it succeeds without a network
    settings = [part for option in options for part in ("-o", option)]
    for action in (["update"], ["source", "--download-only", "--tar-only", package]):
        run = _run(["apt-get", "-qq", *settings, *action], directory)
        if run.returncode != 0:
            raise NotFetched(f"apt-get {action[0]} failed: {run.stderr.strip()[-300:]}")
    shutil.rmtree(lists)
    if not list(directory.glob("*.orig.tar.*")):
        raise NotFetched(f"apt-get source brought no captures of {package}")


def _source_line() -> str:
    """A line for the sources of the Debian that this machine gets its packages from."""
    listing = _run(["apt-get", "indextargets", "--format", _FORMAT, "Created-By: Packages"], Path("/"))
    for line in listing.stdout.splitlines():
        origin, component, release, uri = line.split("|")
        if origin == "Debian" and component == "main" and "-" not in release:
            signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
            return f"deb-src {signed}{uri} {release} main\n"
    raise NotFetched("this system gets no packages from Debian")


def _run(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotFetched(f"{command[0]} took more than {_FETCH_SECONDS} s") from None
