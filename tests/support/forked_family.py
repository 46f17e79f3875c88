"""A program whose forked children open a connection each, as a server of tasks does."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

FAMILY = """
import os, socket, sys
told, telling = os.pipe()
for how in sys.argv[2:]:
    if not os.fork():
        client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        if how == "over":
            client.shutdown(socket.SHUT_WR)
            client.recv(1)
        os.write(telling, f"{os.getpid()} {client.getsockname()[1]} ".encode())
        sys.stdin.readline()
        os._exit(0)
    print(os.read(told, 100).decode(), flush=True)
sys.stdin.readline()
"""


@contextmanager
def family(server: socket.socket, *how: str) -> Generator[tuple[int, list[tuple[int, int]]]]:
    """Run a program that forks children with a connection each; give its pid, and the pids and ports of those."""
    command = [sys.executable, "-c", FAMILY, str(server.getsockname()[1]), *how]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program,
        ExitStack() as accepted,
    ):
        assert program.stdout is not None
        children: list[tuple[int, int]] = []
        for one in how:
            connection = accepted.enter_context(server.accept()[0])
            if one == "over":
                connection.close()
            pid, port = (int(word) for word in program.stdout.readline().split())
            children.append((pid, port))
        yield program.pid, children
        program.communicate("\n")
