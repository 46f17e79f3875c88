"""The programs of ``workloads.py`` as a test holds them: started in a namespace, waited for, asked what they moved."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.line_reader import LineQueue
from tests.support.namespaces import Namespace

WORKLOADS = str(Path(__file__).with_name("workloads.py"))
_FLOOD = str(Path(__file__).with_name("flood.py"))
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFlow:
    """What a program says that it moved: payload bytes between two endpoints (``address:port``)."""

    pid: int
    protocol: str
    local: str
    remote: str
    sent: int
    received: int


class Workload:
    """One running program. ``said`` is what its last line held."""

    def __init__(
        self,
        namespace: Namespace,
        kind: str,
        *arguments: object,
        program: tuple[str, ...] = (sys.executable, WORKLOADS),
    ) -> None:
        command = [*program, kind, *(str(one) for one in arguments)]
        self.kind = kind
        self.namespace = namespace
        self._process = namespace.popen(*command, stderr=None)
        assert self._process.stdout is not None
        self._lines = LineQueue(self._process.stdout)
        self.said: dict[str, Any] = {}
        self._is_finished = False

    @property
    def pid(self) -> int:
        """Its process id: ``ip netns exec`` becomes the program."""
        return self._process.pid

    @property
    def port(self) -> int:
        """Where a server listens."""
        return self.said["ports"][0]

    @property
    def flows(self) -> list[MovedFlow]:
        """The flows of its last line."""
        return [MovedFlow(pid=self.said["pid"], **flow) for flow in self.said.get("flows", ())]

    def wait(self, seconds: float = _START_SECONDS) -> "Workload":
        """Wait for its next line: a server is ready, a client has moved all."""
        self.said = json.loads(self._lines.next(seconds))
        return self

    def finish(self, seconds: float = _START_SECONDS) -> list[MovedFlow]:
        """Have it close its connections and end, and give what it moved in the end."""
        if not self._is_finished:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self.wait(seconds)
            code = self._process.wait(seconds)
            assert code == 0, f"{self.kind} exited with {code}"
            self._is_finished = True
        return self.flows

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


class Programs:
    """All programs of one test."""

    def __init__(self) -> None:
        self.running: list[Workload] = []

    def start(
        self,
        namespace: Namespace,
        kind: str,
        *arguments: object,
        program: tuple[str, ...] = (sys.executable, WORKLOADS),
    ) -> Workload:
        """Start a program; its first line is not waited for. ``program``: the same under other names."""
        workload = Workload(namespace, kind, *arguments, program=program)
        self.running.append(workload)
        return workload

    def serve(self, namespace: Namespace, kind: str, address: str) -> Workload:
        """Start a program and wait until it is ready."""
        return self.start(namespace, kind, address).wait()

    def finish(self) -> list[MovedFlow]:
        """End all, the newest first so that clients close before their servers, and give what all moved."""
        return [flow for workload in reversed(self.running) for flow in workload.finish()]


@contextmanager
def programs() -> Generator[Programs]:
    """Give an empty set of programs; whatever still runs at the end is killed."""
    made = Programs()
    try:
        yield made
    finally:
        for workload in made.running:
            workload.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What ``flood.py`` sent."""

    packets: int
    payload_bytes: int
    seconds: float


def flood(namespace: Namespace, address: str, port: int, *, per_second: int, seconds: float) -> Flood:
    """Send small UDP packets from ``namespace`` and wait for the end."""
    flags = ["--per-second", str(per_second), "--seconds", str(seconds)]
    told = namespace.run(sys.executable, _FLOOD, address, str(port), *flags, timeout_seconds=seconds * 3 + 10)
    return Flood(**json.loads(told))


def start_flood(
    namespace: Namespace, address: str, port: int, *, per_second: int, seconds: float
) -> subprocess.Popen[str]:
    """Start the same and do not wait; its output is the JSON of `Flood`."""
    flags = ["--per-second", str(per_second), "--seconds", str(seconds)]
    return namespace.popen(sys.executable, _FLOOD, address, str(port), *flags)
