"""A machine that shows users their own processes alone (proc(5), hidepid=2): who runs with rights sees all the same."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon.model import Connection
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.stage import Stage, as_nobody, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

# A mount of its own, in a mount namespace of its own: the machine's stays as it is.
HIDDEN = ("unshare", "--mount", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', "sh")


@pytest.fixture
def built() -> Generator[Stage]:
    with stage("nmhide") as made:
        yield made


def hidden(stage: Stage, command: list[str]) -> CollectorProcess:
    return CollectorProcess(stage.near.namespace.command(*HIDDEN, *command), stage.socket, stage.directory / "log")


@pytest.mark.parametrize("way", ["auto", "sockdiag", "procfs"])
def test_started_by_root_it_names_the_processes_of_all_users(built: Stage, way: str) -> None:
    process = hidden(built, [COLLECTOR, "--socket", built.socket, "--owners", way])
    try:
        process.wait_until_ready(built.near.interface)
        with programs() as running:
            server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
            [flow] = (
                running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, "--upload", 10_000)
                .wait(30)
                .flows
            )

            def named() -> Connection | None:
                with process.client() as client:
                    rows = client.connections()
                return next((row for row in rows if str(row.local) == flow.local and row.process is not None), None)

            row = wait_for(named, seconds=30, what="its owner is found")
        assert row.process is not None
        assert row.process.pid == flow.pid
        assert row.process.executable
        with process.client() as client:
            assert "owners.privilege" not in {one.code for one in client.status().degraded}
    finally:
        process.kill()


def test_without_rights_it_says_what_it_cannot_see_and_how_to_mend_it(built: Stage) -> None:
    folder = built.directory / "own"
    folder.mkdir()
    shutil.chown(folder, "nobody")
    socket = str(folder / "c.sock")
    command = as_nobody([COLLECTOR, "--no-capture", "--socket", socket])
    process = CollectorProcess(built.near.namespace.command(*HIDDEN, *command), socket, Path(built.directory) / "log")
    try:
        process.wait_until_ready()
        with programs() as running:
            server = running.serve(built.near.namespace, "tcp-server", built.near.ipv4)

            def told() -> str | None:
                with process.client() as client:
                    client.refresh()
                    rows = client.connections()
                    said = {one.code: one for one in client.status().degraded}
                served = [row for row in rows if row.local is not None and row.local.port == server.port]
                if not served or "owners.privilege" not in said:
                    return None
                assert all(row.process is None for row in served)
                return said["owners.privilege"].remedy

            assert wait_for(told, seconds=30, what="it says that it cannot see them", every_seconds=1.0)
    finally:
        process.kill()
