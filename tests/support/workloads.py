"""Traffic whose size is known: programs that run as processes of their own and say what they moved.

    python workloads.py KIND [ARGUMENT...]

Standard library only, so that no program of ours is measured by its own code. Each prints a JSON line when it is ready,
clients one more when all is moved, and each a last one with its flows after its standard input has ended: a flow is
``{protocol, local, remote, sent, received}`` with payload bytes. Clients hold their connections until then.
"""

import argparse
import asyncio
import json
import os
import selectors
import socket
import struct
import sys
import time
from dataclasses import asdict, dataclass

# What a client wants of the server behind it: bytes that it will send, bytes that it wants; ECHO wants its own back.
REQUEST = struct.Struct("!QQ")
ECHO = 2**64 - 1
CHUNK = bytes(1 << 18)
ANSWER_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Flow:
    """What one program moved over one pair of endpoints, in payload bytes."""

    protocol: str
    local: str
    remote: str
    sent: int = 0
    received: int = 0


def endpoint(address: tuple[str, int]) -> str:
    """Give ``address:port`` or ``[v6]:port``."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps({"pid": os.getpid(), **fields}) + "\n")
    sys.stdout.flush()


def say_flows(flows: list[Flow]) -> None:
    say(flows=[asdict(flow) for flow in flows])


async def told_to_end() -> None:
    await asyncio.to_thread(sys.stdin.read)


def flow_of(writer: asyncio.StreamWriter) -> Flow:
    local: tuple[str, int] = writer.get_extra_info("sockname")
    remote: tuple[str, int] = writer.get_extra_info("peername")
    return Flow(protocol="tcp", local=endpoint(local), remote=endpoint(remote))


async def pour(writer: asyncio.StreamWriter, flow: Flow, count: int) -> None:
    while count > 0:
        piece = CHUNK[:count]
        writer.write(piece)
        flow.sent += len(piece)
        count -= len(piece)
        await writer.drain()


async def swallow(reader: asyncio.StreamReader, flow: Flow, count: int) -> None:
    while count > 0:
        piece = await reader.read(min(count, len(CHUNK)))
        if not piece:
            raise EOFError(f"{count} bytes are missing on {flow}")
        flow.received += len(piece)
        count -= len(piece)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flow: Flow) -> None:
    while piece := await reader.read(len(CHUNK)):
        flow.received += len(piece)
        writer.write(piece)
        flow.sent += len(piece)


async def serve_tcp(address: str, port: int) -> None:
    """Accept, and do on each connection what its first 16 bytes ask for."""
    flows: list[Flow] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flow = flow_of(writer)
        flows.append(flow)
        try:
            upload, download = REQUEST.unpack(await reader.readexactly(REQUEST.size))
            flow.received += REQUEST.size
            if download == ECHO:
                await echo(reader, writer, flow)
            else:
                await asyncio.gather(swallow(reader, flow, upload), pour(writer, flow, download))
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            say(broken=flow.remote)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, address, port, backlog=4096)
    say(ready=True, ports=[listener.getsockname()[1] for listener in server.sockets])
    await told_to_end()
    server.close()
    say_flows(flows)


async def call_tcp(remote: tuple[str, int], *, connections: int, upload: int, download: int, seconds: float) -> None:
    """Open connections, move the bytes on all of them at once, and hold them; or end them after ``seconds``."""
    flows: list[Flow] = []
    writers: list[asyncio.StreamWriter] = []
    at_once = asyncio.Semaphore(200)

    async def call() -> None:
        async with at_once:
            reader, writer = await asyncio.open_connection(*remote)
            flow = flow_of(writer)
            flows.append(flow)
            writers.append(writer)
            writer.write(REQUEST.pack(upload, download))
            flow.sent += REQUEST.size
            await asyncio.gather(pour(writer, flow, upload), swallow(reader, flow, download))

    await asyncio.gather(*(call() for _ in range(connections)))
    say(done=True, flows=[asdict(flow) for flow in flows])
    if seconds:
        await asyncio.sleep(seconds)
    else:
        await told_to_end()
    for writer in writers:
        writer.close()
    say_flows(flows)


async def chat_tcp(remote: tuple[str, int], *, connections: int, per_second: float, size: int) -> None:
    """Send a message on one connection after the other, ``per_second`` in all, and read what comes back."""
    streams = [await asyncio.open_connection(*remote) for _ in range(connections)]
    flows = [flow_of(writer) for _, writer in streams]
    for (_, writer), flow in zip(streams, flows, strict=True):
        writer.write(REQUEST.pack(0, ECHO))
        flow.sent += REQUEST.size
    say(ready=True)
    ending = asyncio.ensure_future(told_to_end())
    begun = time.monotonic()
    turn = 0
    while not ending.done():
        (reader, writer), flow = streams[turn % connections], flows[turn % connections]
        writer.write(CHUNK[:size])
        flow.sent += size
        await swallow(reader, flow, size)
        turn += 1
        await asyncio.sleep(max(0.0, begun + turn / per_second - time.monotonic()))
    for _, writer in streams:
        writer.close()
    say_flows(flows)


def udp_socket(address: str, port: int = 0) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


def serve_udp(address: str, port: int) -> None:
    """Send every datagram back, from one unconnected socket."""
    flows: dict[str, Flow] = {}
    with udp_socket(address, port) as server, selectors.DefaultSelector() as waiting:
        say(ready=True, ports=[server.getsockname()[1]])
        waiting.register(server, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while all(key.fileobj is server for key, _ in waiting.select()):
            content, peer = server.recvfrom(65536)
            remote = endpoint(peer)
            local = endpoint(server.getsockname())
            flow = flows.setdefault(remote, Flow(protocol="udp", local=local, remote=remote))
            flow.received += len(content)
            flow.sent += server.sendto(content, peer)
    say_flows(list(flows.values()))


def call_udp(address: str, remotes: list[tuple[str, int]], *, connect: bool, datagrams: int, size: int) -> None:
    """Send datagrams to each remote and wait for each answer, from one socket; ``connect`` takes one remote."""
    with udp_socket(address) as caller:
        caller.settimeout(ANSWER_SECONDS)
        if connect:
            caller.connect(remotes[0])
        local = endpoint(caller.getsockname())
        flows = [Flow(protocol="udp", local=local, remote=endpoint(remote)) for remote in remotes]
        for _ in range(datagrams):
            for remote, flow in zip(remotes, flows, strict=True):
                flow.sent += caller.send(CHUNK[:size]) if connect else caller.sendto(CHUNK[:size], remote)
                flow.received += len(caller.recvfrom(65536)[0])
        say(done=True, flows=[asdict(flow) for flow in flows])
        sys.stdin.read()
    say_flows(flows)


def stay_idle(address: str) -> None:
    """Hold a TCP socket that listens and a bound UDP socket, and use neither."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener, udp_socket(address) as bound:
        say(ready=True, listening=endpoint(listener.getsockname()), bound=endpoint(bound.getsockname()))
        sys.stdin.read()
    say_flows([])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind")
    parser.add_argument("address")
    parser.add_argument("port", type=int, nargs="*")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--upload", type=int, default=0)
    parser.add_argument("--download", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--per-second", type=float, default=1.0)
    parser.add_argument("--remote", default="")
    parser.add_argument("--connect", action="store_true")
    parser.add_argument("--datagrams", type=int, default=10)
    parser.add_argument("--size", type=int, default=100)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    address, port = given.address, given.port[0] if given.port else 0
    match given.kind:
        case "tcp-server":
            asyncio.run(serve_tcp(address, port))
        case "tcp-client":
            amounts = {"upload": given.upload, "download": given.download, "seconds": given.seconds}
            asyncio.run(call_tcp((address, port), connections=given.connections, **amounts))
        case "tcp-chat":
            pace = {"per_second": given.per_second, "size": given.size}
            asyncio.run(chat_tcp((address, port), connections=given.connections, **pace))
        case "udp-server":
            serve_udp(address, port)
        case "udp-client":
            remotes = [(given.remote, one) for one in given.port]
            call_udp(address, remotes, connect=given.connect, datagrams=given.datagrams, size=given.size)
        case "idle":
            stay_idle(address)
        case _:
            sys.exit(f"workloads.py: no such kind: {given.kind}")


if __name__ == "__main__":
    main()
