"""A datagram socket that several processes send by: each owns what it sent, as the kernel's programs tell."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from netmon.model import OwnerConfidence, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host.bpf.kernel_owners import KernelOwners
from netmon_collector.host.kernel_finder import KernelFinder
from netmon_collector.host.proc_processes import ProcProcessReader
from tests.support.children import running

pytestmark = pytest.mark.root

CERTAIN, INFERRED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED

SHARE = """
import json, os, socket, sys
host, *ports = sys.argv[1:]
one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
def send(*where):
    for port in where:
        one.sendto(b"x", (host, int(port)))
send(ports[0])
begin, held = os.pipe()
child = os.fork()
if not child:
    os.close(held)
    send(*ports[1:3])
    print(json.dumps([os.getppid(), os.getpid(), one.getsockname()[1]]), flush=True)
    os.read(begin, 1)
    os._exit(0)
os.close(begin)
sys.stdin.readline()
send(*ports[2:])
print("sent", flush=True)
sys.stdin.readline()
one.close()
os.close(held)
os.wait()
"""


@pytest.fixture
def finder() -> Iterator[KernelFinder]:
    made = KernelFinder(KernelOwners(), ProcProcessReader())
    yield made
    made.close()


@pytest.fixture
def hearing() -> Iterator[list[int]]:
    """Ports that somebody hears on, at all addresses of both families."""
    heard = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for _ in range(4)]
    for one in heard:
        one.bind(("::", 0))
    yield [one.getsockname()[1] for one in heard]
    for one in heard:
        one.close()


def times() -> tuple[float, float]:
    return time.monotonic(), time.time()  # noqa: TID251 - real processes start by the real clock


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_each_owns_what_it_sends_whoever_sends_or_closes_last(
    finder: KernelFinder, hearing: list[int], host: str
) -> None:
    packed = socket.inet_pton(socket.AF_INET6, "::1") if host == "::1" else socket.inet_aton("127.0.0.1")
    cookies: dict[int, int] = {}

    def owned(port: int, *, is_known: bool) -> tuple[int, OwnerConfidence]:
        key = FlowKey(Protocol.UDP, 17, packed, own_port, packed, port)
        asked = Question("c1", key, times()[1], cookie=cookies[port] if is_known else 0)
        found = finder.find([asked], *times())
        [answer] = found.answers
        cookies[port] = answer.cookie
        return {process.id: process.pid for process in found.processes}[answer.process_id], answer.confidence

    with running(SHARE, host, *map(str, hearing)) as program:
        parent, child, own_port = json.loads(program.line())
        finder.hear(*times())
        before, own, both, late = hearing
        assert owned(own, is_known=False) == (child, CERTAIN)
        assert owned(before, is_known=False) == (child, INFERRED)  # nothing tells of it but who sent last
        program.tell()
        assert program.line() == "sent"
        for is_known in (False, True):
            told = [owned(port, is_known=is_known) for port in (own, both, late)]
            assert told == [(child, CERTAIN), (parent, INFERRED), (parent, CERTAIN)]
        program.tell()
    told = [owned(port, is_known=True) for port in (own, both, late)]
    assert told == [(child, CERTAIN), (child, INFERRED), (parent, CERTAIN)]
