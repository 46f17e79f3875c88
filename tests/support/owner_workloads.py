"""Traffic whose owners are hard to tell: processes of milliseconds, sockets passed on, ports and pids used again.

    python -m tests.support.owner_workloads KIND TRUTH_FILE [ARGUMENT...]

Standard library only. Whoever uses a socket appends a line of its own to the truth file (`owner_truth`).
"""

import array
import itertools
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.support.owner_truth import Truth, say_done, start_ticks
from tests.support.tcp_queue import unacknowledged_bytes

REQUEST_BYTES = 16
MOVED_BYTES = 20_000
HELD_MILLISECONDS = range(10, 51)
_ICMP_ECHO = bytes((8, 0, 0, 0, 0, 1, 0, 1))
_ICMP6_ECHO = bytes((128, 0, 0, 0, 0, 1, 0, 1))
_RESET_AT_CLOSE = bytes((1, 0, 0, 0, 0, 0, 0, 0))
_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")


def upload(client: socket.socket, count: int = MOVED_BYTES) -> int:
    """Tell `workloads.serve_tcp` to take ``count`` bytes, send them, and wait until it closes too."""
    client.sendall(count.to_bytes(8, "big") + bytes(8) + bytes(count))
    client.shutdown(socket.SHUT_WR)
    while client.recv(65536):
        pass
    return count + REQUEST_BYTES


def call(truth: Truth, remote: tuple[str, int], live_seconds: float = 0.0, count: int = MOVED_BYTES) -> None:
    """Connect, move the bytes, say whose they are, close."""
    begun = time.monotonic()
    with socket.create_connection(remote) as client:
        truth.add(client, remote=remote, sent=upload(client, count))
        time.sleep(max(0.0, begun + live_seconds - time.monotonic()))


def fork(work: Callable[[], None]) -> int:
    """Do ``work`` in a child that then ends at once; give its pid."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def paced(count: int, per_second: float, start: Callable[[int], int]) -> None:
    """Start ``count`` children, so many a second, and wait for all; `RuntimeError` if one failed."""
    begun = time.monotonic()
    living: set[int] = set()
    failed = 0
    for number in range(count):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        living.add(start(number))
        while living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            living.discard(pid)
            failed += status != 0
    for pid in living:
        failed += os.waitpid(pid, 0)[1] != 0
    if failed:
        raise RuntimeError(f"{failed} of {count} children failed")


def forks(truth: Truth, remote: tuple[str, int], count: int, per_second: float) -> None:
    """Fork children that connect, move 20 kB, and end 10 to 50 ms after they began."""
    paced(count, per_second, lambda number: fork(lambda: call(truth, remote, (10 + number % 41) / 1000)))


def execs(truth: Truth, remote: tuple[str, int], count: int, per_second: float, program: str) -> None:
    """The same with a program of its own each time."""

    def start(number: int) -> int:
        arguments = [program, truth.path, remote[0], str(remote[1]), str(10 + number % 41)]
        return os.posix_spawn(program, arguments, os.environ)

    paced(count, per_second, start)


def calls(truth: Truth, remote: tuple[str, int], count: int, per_second: float) -> None:
    """Open short connections one after the other, in this process."""
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        with socket.create_connection(remote) as client:
            truth.add(client, remote=remote, sent=upload(client, 500))


def fetches(truth: Truth, remote: tuple[str, int], count: int) -> None:
    """Fetch 20 kB over TLS again and again, each time on a connection of its own that is over within milliseconds."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    lasted: list[float] = []
    for _ in range(count):
        begun = time.monotonic()
        with client.wrap_socket(socket.create_connection(remote), server_hostname="fetch.example") as stream:
            stream.sendall(MOVED_BYTES.to_bytes(8, "big"))
            left = MOVED_BYTES
            while left:
                left -= len(stream.recv(left))
            truth.add(stream, remote=remote, sent=8, received=MOVED_BYTES)
        lasted.append(time.monotonic() - begun)
        time.sleep(0.05)
    truth.note(median_microseconds=int(sorted(lasted)[count // 2] * 1e6))


def visits(remote: tuple[str, int], count: int, per_second: float) -> None:
    """Call the servers of `owner_servers`: say the own port, send 20 kB, take the answer."""
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        with socket.create_connection(remote) as client:
            client.sendall(client.getsockname()[1].to_bytes(4, "big") + bytes(MOVED_BYTES))
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass


def passed(truth: Truth, remote: tuple[str, int], count: int, live_milliseconds: Sequence[int] = (0,)) -> None:
    """Connect and hand the socket to another process, which alone moves the bytes (SCM_RIGHTS, unix(7)), and holds it.

    It waits until it alone holds the socket: who closes last is all that the kernel tells of those who share one.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def work() -> None:
        ours.close()
        for live in itertools.cycle(live_milliseconds):
            data, control, _, _ = theirs.recvmsg(1, socket.CMSG_SPACE(4))
            if not data:
                return
            descriptor = array.array("i", control[0][2][:4])[0]
            theirs.recv(1)
            with socket.socket(fileno=descriptor) as client:
                truth.add(client, remote=remote, sent=upload(client))
                time.sleep(live / 1000)
            theirs.send(b"d")

    worker = fork(work)
    theirs.close()
    for _ in range(count):
        client = socket.create_connection(remote)
        rights = array.array("i", [client.fileno()])
        ours.sendmsg([b"s"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        client.close()
        ours.send(b"g")
        ours.recv(1)
    ours.close()
    os.waitpid(worker, 0)


def shared(truth: Truth, remote: tuple[str, int], count: int) -> None:
    """Connect, fork, and have both move half of the bytes and hold the sockets: either holder is right.

    They hold them until standard input ends: whoever looks may take its time.
    """
    clients = [socket.create_connection(remote) for _ in range(count)]
    for client in clients:
        client.sendall((2 * MOVED_BYTES).to_bytes(8, "big") + bytes(8) + bytes(MOVED_BYTES))

    def work() -> None:
        for client in clients:
            client.sendall(bytes(MOVED_BYTES))
        sys.stdin.read()

    child = fork(work)
    for client in clients:
        truth.add(client, remote=remote, sent=2 * MOVED_BYTES + REQUEST_BYTES, others=[child])
    os.waitpid(child, 0)
    for client in clients:
        client.close()


def datagrams(truth: Truth, remote: tuple[str, int], count: int, live_milliseconds: Sequence[int] = (0,)) -> None:
    """Send unconnected datagrams and take the echoes; each child uses a socket of its own, and holds it for so long."""

    def work(live_seconds: float) -> None:
        family = socket.AF_INET6 if ":" in remote[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as caller:
            caller.settimeout(30)
            caller.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))  # noqa: S104 -- in a namespace
            for _ in range(10):
                caller.sendto(bytes(700), remote)
                caller.recvfrom(65536)
            truth.add(caller, remote=remote, sent=7_000, received=7_000)
            time.sleep(live_seconds)

    lives = itertools.cycle(live_milliseconds)
    paced(count, 20, lambda _: fork(partial(work, next(lives) / 1000)))


def pings(truth: Truth, remote: str, remote6: str) -> None:
    """Ping with ``ping`` over a raw socket, and over a ping socket of our own (icmp(7))."""
    with subprocess.Popen(
        ["ping", "-n", "-q", "-c", "4", "-i", "0.1", "-s", "900", remote], stdout=subprocess.DEVNULL
    ) as program:
        pass
    truth.write(program.pid, "icmp", own_address(remote), remote, sent=3_600, received=3_600)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6) as pinger:
        pinger.settimeout(30)
        for _ in range(4):
            pinger.sendto(_ICMP6_ECHO + bytes(900), (remote6, 0))
            pinger.recvfrom(65536)
    truth.write(os.getpid(), "icmp", own_address(remote6), remote6, sent=3_600, received=3_600)


def own_address(remote: str) -> str:
    """Give the address that this machine uses towards ``remote``."""
    family = socket.AF_INET6 if ":" in remote else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((remote, 9))
        return str(asking.getsockname()[0])


def same_port(truth: Truth, remote: tuple[str, int], count: int) -> None:
    """Use one local port by one process after the other, each on the very ends that the one before had."""

    def work() -> None:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            client.bind(("", 33_333))
            client.connect(remote)
            # Without a shutdown: the reset frees the ends at once.
            client.sendall(MOVED_BYTES.to_bytes(8, "big") + bytes(8) + bytes(MOVED_BYTES))
            truth.add(client, remote=remote, sent=MOVED_BYTES + REQUEST_BYTES)
            while unacknowledged_bytes(client):  # what is not there yet when the reset goes out is thrown away
                time.sleep(0.005)
            time.sleep(0.02)

    for _ in range(count):
        os.waitpid(fork(work), 0)


def same_pid(truth: Truth, remote: tuple[str, int], count: int, pause_seconds: float) -> None:
    """Have one pid used by one process after the other; a line tells how often that came about."""
    wanted = 0
    came_about = 0
    for _ in range(count):
        for _ in range(200):
            if wanted:
                _LAST_PID.write_text(str(wanted - 1))
            child = fork(partial(call_as, truth, remote, wanted))
            os.waitpid(child, 0)
            if child == wanted or not wanted:
                came_about += wanted != 0
                wanted = child
                break
        time.sleep(pause_seconds)
    truth.note(reused=came_about)


def call_as(truth: Truth, remote: tuple[str, int], wanted: int) -> None:
    """Call if this process has the wanted pid, or none is wanted."""
    if wanted in {0, os.getpid()}:
        with socket.create_connection(remote) as client:
            sent = upload(client)
            truth.add(client, remote=remote, sent=sent, start_ticks=start_ticks())
            time.sleep(0.05)


def loopback(truth: Truth, count: int, hold_seconds: float) -> None:
    """Talk to itself over the loopback, on ports that another network namespace uses at the same time."""
    with socket.create_server(("127.0.0.1", 23_232), backlog=100) as server:
        pairs: list[tuple[socket.socket, socket.socket, tuple[str, int]]] = []
        for number in range(count):
            client = socket.socket()
            client.bind(("127.0.0.1", 24_000 + number))
            client.connect(("127.0.0.1", 23_232))
            accepted, peer = server.accept()
            pairs.append((client, accepted, peer))
        for _ in range(int(hold_seconds / 0.1)):
            time.sleep(0.1)
            for client, accepted, _ in pairs:
                client.sendall(bytes(1_000))
                accepted.recv(65536)
        for client, accepted, peer in pairs:
            truth.add(client, remote=("127.0.0.1", 23_232), sent=1_000)
            truth.add(accepted, remote=peer, received=1_000)
            client.close()
            accepted.close()


def main(kind: str, path: str, *given: str) -> None:  # noqa: C901, PLR0912 -- one case a kind
    """Run one kind."""
    words = list(given)
    remote = (words[0], int(words[1])) if words[1].isdigit() else ("", 0)
    count, rest = int(words[2]) if len(words) > 2 else 0, words[3:]
    with Truth(path) as truth:
        match kind:
            case "forks":
                forks(truth, remote, count, float(rest[0]))
            case "execs":
                execs(truth, remote, count, float(rest[0]), rest[1])
            case "calls":
                calls(truth, remote, count, float(rest[0]))
            case "fetches":
                fetches(truth, remote, count)
            case "visits":
                visits(remote, count, float(rest[0]))
            case "passed":
                passed(truth, remote, count)
            case "passed-slow":
                passed(truth, remote, count, HELD_MILLISECONDS)
            case "shared":
                shared(truth, remote, count)
            case "datagrams":
                datagrams(truth, remote, count)
            case "datagrams-slow":
                datagrams(truth, remote, count, HELD_MILLISECONDS)
            case "pings":
                pings(truth, words[0], words[1])
            case "same-port":
                same_port(truth, remote, count)
            case "same-pid":
                same_pid(truth, remote, count, float(rest[0]))
            case "loopback":
                loopback(truth, int(words[0]), float(words[1]))
            case _:
                sys.exit(f"owner_workloads.py: no such kind: {kind}")
    say_done()


if __name__ == "__main__":
    main(*sys.argv[1:])
