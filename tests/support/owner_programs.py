"""The programs of ``owner_workloads.py`` and ``owner_servers.py`` as a test holds them."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.name_servers import PORT
from tests.support.namespaces import Namespace
from tests.support.source_tree import ROOT

_END_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One that runs, and its port."""

    pid: int
    port: int


def compile_one_call(folder: Path) -> str:
    """Build ``one_call.c`` and give the program's path."""
    program = str(folder / "one_call")
    source = str(Path(__file__).with_name("one_call.c"))
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", source, "-o", program], check=True)
    return program


class OwnerWorkload:
    """A workload that runs."""

    def __init__(self, namespace: Namespace, kind: str, truth: Path, *given: object) -> None:
        self._kind = kind
        self._process = _start(namespace, "owner_workloads", kind, truth, *given)

    def wait(self) -> None:
        """Wait for its end; it must have nothing to complain of."""
        with self._process as process:
            try:
                process.communicate(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert process.returncode == 0, f"{self._kind} exited with {process.returncode}"


@contextmanager
def serving(namespace: Namespace, kind: str, truth: Path, address: str) -> Generator[Server]:
    """Run a server; it is told to end at the end, and must have nothing to complain of."""
    with _start(namespace, "owner_servers", kind, truth, address) as process:
        try:
            assert process.stdout is not None
            yield Server(pid=process.pid, port=json.loads(process.stdout.readline())["port"])
            process.communicate(timeout=_END_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
    assert process.returncode == 0, f"{kind} exited with {process.returncode}"


@contextmanager
def serving_tls(namespace: Namespace, folder: Path, address: str) -> Generator[int]:
    """Run the TLS server of ``name_servers``; gives its port."""
    folder.mkdir()
    with _start(namespace, "name_servers", str(folder), address) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), "the TLS server did not start"
            yield PORT
            process.communicate(timeout=_END_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
    assert process.returncode == 0, f"the TLS server exited with {process.returncode}"


def _start(namespace: Namespace, module: str, kind: str, *given: object) -> subprocess.Popen[str]:
    module = f"tests.support.{module}"
    texts = [str(one) for one in given]
    return namespace.popen("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", module, kind, *texts, stderr=None)
