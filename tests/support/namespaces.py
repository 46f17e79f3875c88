"""Network namespaces with veth pairs, made for one test and always removed. Needs root and iproute2."""

import ctypes
import ipaddress
import os
import secrets
import shutil
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces, which takes root")
"""Beside ``@pytest.mark.root``: skips the test for other users and says why."""


def has_root() -> bool:
    """Whether namespaces can be made here."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


def ip(*arguments: str) -> str:
    """Run iproute2's ``ip`` in this namespace and give its output; ``CalledProcessError`` where it fails."""
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A network namespace, by its name under ``/run/netns``."""

    name: str

    @property
    def path(self) -> Path:
        """The file that stands for it."""
        return Path("/run/netns") / self.name

    def ip(self, *arguments: str) -> str:
        """Run ``ip`` inside."""
        return ip("-n", self.name, *arguments)

    def command(self, *arguments: str) -> list[str]:
        """Give the command line that runs ``arguments`` inside."""
        return ["ip", "netns", "exec", self.name, *arguments]

    def run(self, *arguments: str, timeout_seconds: float = 60) -> str:
        """Run a program inside and give its output; ``CalledProcessError`` where it fails."""
        done = subprocess.run(
            self.command(*arguments), check=True, capture_output=True, text=True, timeout=timeout_seconds
        )
        return done.stdout

    def popen(self, *arguments: str, stderr: int | None = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a program inside, with pipes; the caller ends it. ``stderr`` None: it goes where ours goes."""
        return subprocess.Popen(
            self.command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        )

    @contextmanager
    def entered(self) -> Generator[None]:
        """Move the calling thread inside, and back.

        Sockets and captures that are opened meanwhile stay inside. ``/proc/net`` follows for the main thread only.
        """
        with Path("/proc/thread-self/ns/net").open("rb") as home:
            _enter(self.path)
            try:
                yield
            finally:
                _set_namespace(home.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class VethEnd:
    """One end of a veth pair: where it is, its name, and its addresses without prefix length."""

    namespace: Namespace
    interface: str
    ipv4: str
    ipv6: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VethPair:
    """Two namespaces that reach each other over one wire."""

    near: VethEnd
    far: VethEnd


@contextmanager
def namespace(prefix: str = "nmtest") -> Generator[Namespace]:
    """Make a namespace with a unique name and its loopback up; remove it at the end, whatever happened."""
    made = Namespace(name=f"{prefix}-{secrets.token_hex(4)}")
    ip("netns", "add", made.name)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        ip("netns", "delete", made.name)


@contextmanager
def veth_pair(
    prefix: str = "nmtest", *, near_name: str = "near0", far_name: str = "far0", quiet: bool = True
) -> Generator[VethPair]:
    """Make two namespaces and a veth pair between them, up and with an IPv4 and an IPv6 address at each end.

    ``quiet``: no link-local addresses, so that the kernel sends no router solicitations and nothing but what a test
    sends (and the neighbour discovery for it) is on the wire.
    """
    with ExitStack() as stack:
        near = stack.enter_context(namespace(prefix))
        far = stack.enter_context(namespace(prefix))
        near.ip("link", "add", near_name, "type", "veth", "peer", "name", far_name, "netns", far.name)
        ends = (
            VethEnd(namespace=near, interface=near_name, ipv4="198.18.0.1", ipv6="fd00:18::1"),
            VethEnd(namespace=far, interface=far_name, ipv4="198.18.0.2", ipv6="fd00:18::2"),
        )
        for end in ends:
            _bring_up(end, quiet=quiet)
        yield VethPair(near=ends[0], far=ends[1])


def _bring_up(end: VethEnd, *, quiet: bool) -> None:
    """Give an end its addresses, without the second that duplicate address detection takes, and bring it up."""
    link = end.namespace.ip
    if quiet:
        link("link", "set", end.interface, "addrgenmode", "none")
    link("address", "add", f"{ipaddress.ip_address(end.ipv4)}/24", "dev", end.interface)
    link("address", "add", f"{ipaddress.ip_address(end.ipv6)}/64", "dev", end.interface, "nodad")
    link("link", "set", end.interface, "up")


def _enter(path: Path) -> None:
    with path.open("rb") as target:
        _set_namespace(target.fileno())


def _set_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "setns")
