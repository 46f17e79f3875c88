import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from netmon.serving import (
    CallerPolicy,
    Context,
    GateLimits,
    HostTimes,
    Service,
    ServiceHost,
    SocketAccess,
    caller_of,
)
from tests.support.as_user import as_user, ask_as
from tests.support.peer_client import PREFACE
from tests.support.served_collector import until

WHO = "/test.Gate/Who"
FLOOD = "/test.Gate/Flood"
STARTER, STRANGER, OTHER = 3_000_001, 3_000_002, 3_000_003
MEMBER = 1  # daemon, by its primary group


async def who(request: bytes, context: Context) -> bytes:
    caller = caller_of(context)
    return f"{caller.uid} {caller.pid} {caller.sees_all} {caller.may_control} {caller.why}".encode()


async def flood(request: bytes, context: Context) -> None:
    while True:
        await context.write(b"x" * 20_000)
        await asyncio.sleep(0.005)


KINDS: dict[str, Any] = {
    "Who": grpc.unary_unary_rpc_method_handler(who),
    "Flood": grpc.unary_stream_rpc_method_handler(flood),
}


@pytest.fixture
def folder() -> Generator[Path, None, None]:
    """Give a folder that every user may enter, as /run is; the one of pytest is closed to others."""
    with tempfile.TemporaryDirectory(prefix="netmon-gate-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def serving(
    folder: Path, *, is_open: bool = True, limits: GateLimits | None = None, times: HostTimes | None = None
) -> AsyncGenerator[ServiceHost]:
    host = ServiceHost(
        path=folder / "run" / "g.sock",
        services=[Service(name="test.Gate", methods=KINDS)],
        access=SocketAccess(uid=STARTER, is_open=is_open),
        callers=CallerPolicy(starter_uid=STARTER, group="daemon", admits_strangers=is_open),
        limits=limits,
        times=times or HostTimes(watch_seconds=0.05),
    )
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


async def ask(path: Path) -> str:
    async with grpc.aio.insecure_channel(f"unix:{path}") as typed:
        channel: Any = typed  # bytes go out as they are: the stubs know messages only
        answer: bytes = await channel.unary_unary(WHO)(b"", timeout=10)
        return answer.decode()


async def test_a_caller_is_known_by_user_and_process(folder: Path) -> None:
    async with serving(folder) as host:
        assert (await ask(host.path)).startswith(f"{os.geteuid()} {os.getpid()} True True ")


@pytest.mark.root
async def test_each_user_is_told_from_the_others_and_knows_why(folder: Path) -> None:
    async with serving(folder) as host:
        assert host.path.stat().st_mode & 0o777 == 0o666
        told: dict[int, str] = {}
        for uid in (STARTER, MEMBER, STRANGER):
            async with as_user(uid, host.path, "who", WHO) as client:
                told[uid] = (await client.line()).replace(f" {client.pid} ", " ")
        assert told == {
            STARTER: f"{STARTER} True True started it (SUDO_UID)",
            MEMBER: "1 True True member of group daemon",
            STRANGER: f"{STRANGER} False False not in group daemon",
        }


@pytest.mark.root
async def test_a_thousand_connections_of_one_user_shut_nobody_out(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(folder) as host:
        async with as_user(STRANGER, host.path, "hold", 1000) as greedy:
            assert await greedy.line() == "64"
            assert (await ask_as(OTHER, host.path, WHO)).startswith(f"{OTHER} ")
            assert (await ask(host.path)).startswith("0 ")
            assert (await ask_as(STRANGER, host.path, WHO)).startswith("UNAVAILABLE failed to connect")
        said = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
        assert len(said) == 1, "said once a minute"
        assert f"over the quota (user {STRANGER})" in said[0]
        await until(lambda: host.connection_count == 0, "all are given back")


@pytest.mark.root
async def test_strangers_leave_room_for_root_and_who_started_it(folder: Path) -> None:
    limits = GateLimits(connection_limit=12, connections_a_user=6, kept_for_masters=4)
    async with (
        serving(folder, limits=limits) as host,
        as_user(STRANGER, host.path, "hold", 9) as one,
        as_user(OTHER, host.path, "hold", 9) as two,
    ):
        assert int(await one.line()) + int(await two.line()) == 8
        assert (await ask_as(3_000_004, host.path, WHO)).startswith("UNAVAILABLE failed to connect")
        assert (await ask_as(STARTER, host.path, WHO)).startswith(f"{STARTER} ")
        assert (await ask(host.path)).startswith("0 ")


@pytest.mark.root
async def test_where_strangers_are_not_let_in_neither_the_socket_nor_the_service_lets_them(folder: Path) -> None:
    async with serving(folder, is_open=False) as host:
        assert (await ask_as(STARTER, host.path, WHO)).startswith(f"{STARTER} ")
        assert "Permission denied" in await ask_as(STRANGER, host.path, WHO)
        # As one who was handed an open socket, or has the group for this process alone.
        host.path.chmod(0o666)
        told = await ask_as(STRANGER, host.path, WHO)
        assert told.startswith(
            f"PERMISSION_DENIED user {STRANGER} may not do this (not in group daemon): root, who started"
        )


@pytest.mark.root
async def test_nobody_else_gets_at_the_socket_behind_and_who_comes_that_way_is_nobody(folder: Path) -> None:
    async with serving(folder):
        (private,) = (folder / "run").glob(".g.sock.d/*")
        assert (folder / "run" / ".g.sock.d").stat().st_mode & 0o777 == 0o700
        assert "Permission denied" in await ask_as(STRANGER, private, WHO)
        assert await ask(private) == "-1 -1 False False the caller's user cannot be told"
    assert sorted(entry.name for entry in (folder / "run").iterdir()) == ["g.sock.lock"]


@pytest.mark.root
async def test_a_frozen_reader_is_cut_and_others_go_on(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    times = HostTimes(watch_seconds=0.05, stalled_peer_seconds=3.0)
    async with (
        serving(folder, times=times) as host,
        as_user(STRANGER, host.path, "subscribe", FLOOD) as frozen,
        as_user(OTHER, host.path, "subscribe", FLOOD) as good,
    ):
        await asyncio.gather(frozen.line(), good.line())
        assert host.stream_count == 2
        frozen.freeze()
        await until(lambda: host.stream_count == 1, "the frozen one is cut", 7)
        await until(lambda: host.connection_count == 1, "its place is free")
        assert "cut 1 connections that read nothing for 3 s" in caplog.text
        assert (await ask(host.path)).startswith("0 ")
        assert host.stream_count == 1


@pytest.mark.parametrize("words", [b"", PREFACE[:10], b"GET / HTTP/1.1\r\n\r\n", bytes(100), PREFACE[:27] + b"\1"])
async def test_silence_and_garbage_end_within_three_seconds(folder: Path, words: bytes) -> None:
    loop = asyncio.get_running_loop()
    async with serving(folder) as host:
        before = loop.time()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(host.path))
            client.settimeout(0.0)
            await loop.sock_sendall(client, words)
            async with asyncio.timeout(10):
                try:
                    assert await loop.sock_recv(client, 100) == b""
                except ConnectionResetError:
                    assert words, "what was said was not read to its end"
        if words and not PREFACE.startswith(words):
            assert loop.time() - before < 2.0, "what cannot become HTTP/2 is not waited for"
        else:
            assert loop.time() - before >= 2.9, "a slow client is given its time"
        await until(lambda: host.connection_count == 0, "its place is free")


async def test_what_is_silent_at_the_end_keeps_nobody(folder: Path) -> None:
    async with serving(folder) as host:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(host.path))
            await until(lambda: host.connection_count == 1, "it is taken")
            async with asyncio.timeout(1):
                await host.stop()
