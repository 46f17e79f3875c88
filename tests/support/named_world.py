"""A machine whose programs ask a real resolver and call real TLS and QUIC servers by name, on several addresses."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.line_reader import LineQueue
from tests.support.namespaces import Namespace
from tests.support.source_tree import ROOT
from tests.support.stage import Stage, stage

SHARED, LONELY, ALIASED, BY_TCP, IN_FILE = (f"198.18.0.{number}" for number in (2, 3, 4, 5, 6))
SHARED6, LONELY6 = "fd00:18::2", "fd00:18::3"
ADDRESSES = (SHARED, LONELY, ALIASED, BY_TCP, IN_FILE, SHARED6, LONELY6)

TABLE = (
    f"one.example={SHARED},{SHARED6}",
    f"two.example={SHARED},{SHARED6}",
    f"three.example={SHARED}",
    "shop.example=edge.example",
    f"edge.example={ALIASED}",
    f"by-tcp.example={BY_TCP}",
    f"six.example={LONELY6}",
)


@contextmanager
def running(namespace: Namespace, module: str, *arguments: str) -> Generator[str]:
    """Run a program of tests/support until the block ends; give the first line that it says."""
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", f"tests.support.{module}", *arguments)
    process = namespace.popen(*command, stderr=None)
    assert process.stdout is not None
    try:
        yield LineQueue(process.stdout).next(30)
        process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0, f"{module} exited with {process.returncode}"


@contextmanager
def named_world() -> Generator[Stage]:
    """A stage with servers on several addresses, a resolver for them, and a hosts file.

    The watched machine's card splits nothing for the kernel, so that captures see segments as the wire does.
    """
    with stage("nmname") as built:
        built.near.namespace.ip("link", "set", built.near.interface, "gso_max_segs", "1")
        far = built.far.namespace
        for address in (LONELY, ALIASED, BY_TCP, IN_FILE):
            far.ip("address", "add", f"{address}/24", "dev", built.far.interface)
        far.ip("address", "add", f"{LONELY6}/64", "dev", built.far.interface, "nodad")
        hosts = Path("/etc/netns") / built.near.namespace.name / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{IN_FILE} nas.example nas\n")
        with (
            running(far, "name_server", built.far.ipv4, "53", *TABLE),
            running(far, "name_servers", str(built.directory), *ADDRESSES),
        ):
            yield built
