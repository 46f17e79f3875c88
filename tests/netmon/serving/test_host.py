import asyncio
import os
import shutil
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from netmon.serving import AlreadyRunning, Context, HostTimes, Service, ServiceHost, UnsafeDirectory
from netmon.serving.directory import PATH_LIMIT_BYTES
from netmon.serving.lock import SocketLock
from tests.support.served_collector import error_of, until

FAST = HostTimes(watch_seconds=0.05)

# Serves until it is killed.
SERVER = """
import asyncio, sys
from pathlib import Path
from netmon.serving import ServiceHost
async def main():
    await ServiceHost(path=Path(sys.argv[1]), services=[]).start()
    print("up", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def count(request: bytes, context: Context) -> None:
    number = 0
    while True:
        await context.write(b"%d" % number)
        number += 1
        await asyncio.sleep(0.01)


async def pong(request: bytes, context: Context) -> bytes:
    return b"pong"


def host_of(path: Path, times: HostTimes = FAST) -> ServiceHost:
    methods: dict[str, Any] = {
        "Count": grpc.unary_stream_rpc_method_handler(count),
        "Ping": grpc.unary_unary_rpc_method_handler(pong),
    }
    return ServiceHost(path=path, services=[Service(name="test.Host", methods=methods)], times=times)


async def answers(path: Path) -> bool:
    """Whether a new client is served."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(f"unix:{path}", options=options) as aio_channel:
        channel: Any = aio_channel  # bytes go out as they are: the stubs know messages only
        try:
            return bool(await channel.unary_unary("/test.Host/Ping")(b"", timeout=30) == b"pong")
        except grpc.aio.AioRpcError:
            return False


async def test_it_serves_in_a_directory_that_it_makes(tmp_path: Path) -> None:
    path = tmp_path / "run" / "h.sock"
    host = host_of(path)
    await host.start()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert await answers(path)
    await host.stop()
    assert not path.exists()


async def test_it_can_be_started_again_and_stopped_twice(tmp_path: Path) -> None:
    host = host_of(tmp_path / "h.sock")
    for _ in range(2):
        await host.start()
        assert await answers(host.path)
        await host.stop()
        await host.stop()


async def test_a_second_one_is_refused_with_the_pid_and_the_first_is_untouched(tmp_path: Path) -> None:
    first = host_of(tmp_path / "h.sock")
    await first.start()
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
        await host_of(tmp_path / "h.sock").start()
    assert await answers(first.path)
    await first.stop()


async def test_after_a_kill_the_next_one_starts(tmp_path: Path) -> None:
    path = tmp_path / "h.sock"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"up\n"
    with pytest.raises(AlreadyRunning, match=f"pid {child.pid}"):
        host_of(path).claim()
    child.kill()
    await child.wait()
    assert path.is_socket()
    host = host_of(path)
    await host.start()
    assert await answers(path)
    await host.stop()


async def test_a_link_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "real")
    with pytest.raises(UnsafeDirectory, match="symbolic link"):
        await host_of(tmp_path / "run" / "h.sock").start()


async def test_a_path_too_long_is_refused_with_its_length(tmp_path: Path) -> None:
    name = "x" * PATH_LIMIT_BYTES
    with pytest.raises(ValueError, match="too long"):
        await host_of(tmp_path / name).start()


async def test_a_socket_that_was_removed_is_bound_again_and_old_streams_live_on(tmp_path: Path) -> None:
    host = host_of(tmp_path / "h.sock")
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as aio_channel:
        channel: Any = aio_channel
        old = channel.unary_stream("/test.Host/Count")(b"")
        await old.read()
        for _ in range(2):
            host.path.unlink()
            await until(host.path.exists, "bound again", 2.0)
            assert await answers(host.path)
        before = int(await old.read())
        assert int(await old.read()) == before + 1
        stopping = asyncio.create_task(host.stop())
        assert await error_of(old) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", "shutting down")
        async with asyncio.timeout(1.0):
            await stopping


async def test_a_directory_that_was_removed_is_made_again(tmp_path: Path) -> None:
    host = host_of(tmp_path / "run" / "h.sock")
    await host.start()
    shutil.rmtree(tmp_path / "run")
    await until(host.path.exists, "bound again", 2.0)
    assert await answers(host.path)
    with pytest.raises(AlreadyRunning):
        host_of(host.path).claim()
    await host.stop()


async def test_a_path_that_another_one_took_is_left_to_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    host = host_of(tmp_path / "h.sock")
    await host.start()
    host.path.unlink()
    other = SocketLock(host.path)
    other.path.unlink()
    other.acquire()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(host.path))
        await until(lambda: "cannot be looked after" in caplog.text, "it is said")
        await host.stop()
        assert host.path.exists()
    assert caplog.text.count("cannot be looked after") == 1
    other.release()


async def test_the_stop_waits_for_nobody_longer_than_a_second(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    host = host_of(tmp_path / "h.sock", HostTimes())
    await host.start()
    idle = socket.socket(socket.AF_UNIX)
    idle.connect(str(host.path))
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        calls: list[Any] = [channel.unary_stream("/test.Host/Count")(b"") for _ in range(10)]
        for call in calls:
            await call.read()
        before = loop.time()
        await host.stop()
        assert loop.time() - before < 1.0
        assert {await error_of(call) for call in calls} == {
            (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", "shutting down")
        }
    idle.close()
