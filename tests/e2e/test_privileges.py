"""What the collector's processes may do, and what becomes of owners when one of them is killed."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from netmon.model import ConnectionReattributed, Event, Snapshot, Status, UnattributedReason
from netmon_client import Client
from netmon_collector.privileges.drop import TASK_LIMIT
from tests.support.balance import assert_balanced
from tests.support.bpf_objects import BpfObject, bpf_links, bpf_objects, left_of
from tests.support.collector_process import COLLECTOR, CollectorProcess, collector
from tests.support.health import health_of
from tests.support.process_status import children_of, is_there, status_of, stop, threads_of
from tests.support.prometheus_text import read_metrics
from tests.support.stage import Stage, stage
from tests.support.stream_reader import CLI
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NET_RAW = 1 << 13
READS_PROCESSES = 1 << 2 | 1 << 19
"""CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE."""


@pytest.fixture
def built() -> Generator[Stage]:
    with stage("nmpriv") as made:
        yield made


@pytest.fixture
def running(built: Stage) -> Generator[CollectorProcess]:
    with collector(built) as process:
        yield process


def status(running: CollectorProcess) -> Status:
    with running.client() as client:
        return client.status()


def pids(running: CollectorProcess) -> tuple[int, int, int]:
    """The main process, the keeper, the helper."""
    main, keeper, helper = wait_for(
        lambda: found if len(found := status(running).pids) == 3 else None, seconds=30, what="all three processes"
    )
    return main, keeper, helper


def codes(running: CollectorProcess) -> set[str]:
    return {one.code for one in status(running).degraded}


def test_each_process_has_its_own_user_and_the_least_capabilities(running: CollectorProcess) -> None:
    main, keeper, helper = pids(running)
    assert main == running.pid
    for pid, kept in ((main, NET_RAW), (keeper, READS_PROCESSES), (helper, READS_PROCESSES)):
        found = status_of(pid)
        assert {name: int(found[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")} == {
            **dict.fromkeys(("CapEff", "CapPrm", "CapBnd"), kept),
            **dict.fromkeys(("CapInh", "CapAmb"), 0),
        }
        assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
        users, groups = set(found["Uid"].split()), set(found["Gid"].split())
        assert (len(users), len(groups), found["Groups"]) == (1, 1, "")
        assert "0" not in users | groups
        limits = [line.split() for line in Path(f"/proc/{pid}/limits").read_text().splitlines()]
        assert ["Max", "core", "file", "size", "0", "0", "bytes"] in limits
        assert ["Max", "processes", *[str(TASK_LIMIT)] * 2, "processes"] in limits
        # What a dumpable process has is its user's; of one that is closed to others it is root's (proc(5)).
        assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
    assert status_of(main)["Uid"] != status_of(helper)["Uid"] == status_of(keeper)["Uid"]


def test_a_service_that_never_was_root_parts_in_the_same_way(built: Stage) -> None:
    run = Path(built.socket).parent
    run.mkdir(mode=0o755)
    os.chown(run, 61_150, 61_150)
    given = "+net_raw,+net_admin,+bpf,+perfmon,+dac_read_search,+sys_ptrace,+setuid,+setgid,+setpcap"
    user = ("setpriv", "--reuid", "61150", "--regid", "61150", "--clear-groups", "--no-new-privs")
    command = built.near.namespace.command(
        *(*user, "--inh-caps", given, "--ambient-caps", given, "--bounding-set", f"-all,{given}"),
        *(COLLECTOR, "--socket", built.socket),
    )
    process = CollectorProcess(command, built.socket, built.directory / "collector.log")
    try:
        process.wait_until_ready("near0")
        main, _, helper = pids(process)
        assert {status_of(main)[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {f"{NET_RAW:016x}"}
        assert {status_of(helper)[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {f"{READS_PROCESSES:016x}"}
        assert process.uid == 61_150
        assert status_of(helper)["Uid"].split()[0] not in {"0", "61150"}
        assert not codes(process) & {"owners.privilege", "owners.listing"}
        assert process.terminate() <= 1.5
    finally:
        process.kill()


def test_no_thread_of_the_main_process_has_more_than_the_first(running: CollectorProcess) -> None:
    threads = threads_of(running.pid)
    assert len(threads) > 1
    for found in threads.values():
        assert (int(found["CapEff"], 16), found["Seccomp"], found["NoNewPrivs"]) == (NET_RAW, "2", "1")


def test_nothing_of_the_helpers_is_open_in_the_main_process_nor_packets_in_the_helper(
    running: CollectorProcess,
) -> None:
    main, keeper, helper = pids(running)
    assert not [target for target in open_files(main) if "bpf" in target]
    packet_sockets = Path(f"/proc/{main}/net/packet").read_text()
    held = {line.split()[-1] for line in packet_sockets.splitlines()[1:]}
    for pid in (keeper, helper):
        assert not held & {target.removeprefix("socket:[").removesuffix("]") for target in open_files(pid)}


def open_files(pid: int) -> list[str]:
    """Give what a process has open; what it closes meanwhile is left out."""
    found: list[str] = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(os.readlink(entry))  # noqa: PTH115
    return found


def newest(client: Client) -> Snapshot:
    return client.snapshot()


def test_a_helper_that_is_killed_is_said_and_back_within_two_seconds_and_nothing_is_lost(
    built: Stage, running: CollectorProcess
) -> None:
    with programs() as talking, running.client() as client:
        server = talking.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        _, keeper, helper = pids(running)
        assert health_of(built.socket, "attribution") == "SERVING"
        # Held, the keeper cannot start another one: so long everything is as without a helper.
        stop(keeper)
        os.kill(helper, signal.SIGKILL)
        amounts = ("--connections", 3, "--upload", 5_000, "--download", 5_000)
        wait_for(lambda: not is_there(helper), seconds=30, what="its end")
        started = talking.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts)
        ends = {flow.remote for flow in started.wait().flows}

        def without() -> Snapshot | None:
            found = newest(client)
            assert_balanced(found)
            reasons = {row.facts.unattributed_reason for row in found.connections if str(row.remote) in ends}
            return found if reasons == {UnattributedReason.NO_HELPER} else None

        wait_for(without, seconds=30, what="connections without an owner, for that reason")
        assert "owners.helper" in codes(running)
        wait_for(lambda: health_of(built.socket, "attribution") == "NOT_SERVING", seconds=30, what="health says so")
        os.kill(keeper, signal.SIGCONT)
        wait_for(lambda: "owners.helper" not in codes(running), seconds=2.0, what="the next helper")
        assert "owners.helper_restarted" in codes(running)

        def owned() -> Snapshot | None:
            found = newest(client)
            assert_balanced(found)
            rows = [row for row in found.connections if str(row.remote) in ends]
            return found if rows and all(row.process and row.process.pid == started.pid for row in rows) else None

        wait_for(owned, seconds=30, what="owners of what began meanwhile")
        assert owner_told_late(client, ends) == started.pid
        assert health_of(built.socket, "attribution") == "SERVING"
        assert pids(running)[2] != helper
        started.finish()


def owner_told_late(client: Client, ends: set[str]) -> int:
    """Give whom the first event names that tells of a late owner of a connection to one of these ends."""
    for item in client.events(after_sequence=1, instance_id=client.status().instance_id):
        if not isinstance(item, Event) or not isinstance(item.kind, ConnectionReattributed):
            continue
        row = item.kind.connection
        if str(row.remote) in ends and row.process is not None:
            return row.process.pid
    raise AssertionError("the stream of events ended")


def test_a_helper_that_hangs_holds_up_neither_ticks_nor_calls_and_is_replaced(built: Stage) -> None:
    with collector(built, "--interval", "0.2") as running, programs() as talking, running.client() as client:
        server = talking.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        _, _, helper = pids(running)
        # It runs, and waits for a word: what takes long to start might begin when there is another helper already.
        call = ("bash", "-c", f"echo; read; exec 3<>/dev/tcp/{built.far.ipv4}/{server.port}; read")
        with built.near.namespace.popen(*call) as caller:
            assert caller.stdin is not None
            assert caller.stdout is not None
            assert caller.stdout.readline() == "\n"
            stop(helper)
            caller.stdin.write("\n")
            caller.stdin.flush()
            waiting: set[int] = set()

            def replaced() -> bool:
                """Whether there is another helper; until then, take note of ticks that show a connection that waits."""
                found = newest(client)
                assert_balanced(found)
                is_other = client.status().pids[2:] != (helper,)
                rows = [row for row in found.connections if row.remote is not None and row.remote.port == server.port]
                if not is_other and any(row.facts.unattributed_reason is UnattributedReason.PENDING for row in rows):
                    waiting.add(found.sequence)
                return is_other and len(client.status().pids) == 3

            wait_for(replaced, seconds=30, what="another helper")
            assert len(waiting) >= 3, "the connection was seen, asked for, and ticks went on for two seconds"
            assert not is_there(helper)

            def owned() -> bool:
                rows = [row for row in newest(client).connections if row.remote and row.remote.port == server.port]
                return bool(rows) and all(row.process for row in rows)

            wait_for(owned, seconds=30, what="the owner")


def test_what_each_process_costs_what_waits_and_what_lookups_take_is_told(
    built: Stage, running: CollectorProcess
) -> None:
    processes = pids(running)
    subprocess.run(built.near.namespace.command("ping", "-n", "-q", "-c", "1", built.far.ipv4), check=True)

    def told() -> Status | None:
        found = status(running)
        costs = {cost.role: cost for cost in found.processes}
        used = [way for way in found.owner_ways if way.in_use and way.scan_count]
        looked_up = any(way.name in {"ebpf", "tracepoints", "sockdiag"} for way in used)
        return found if looked_up and all(cost.resident_bytes for cost in costs.values()) else None

    found = wait_for(told, seconds=30, what="a listing and a lookup")
    costs = {cost.role: cost for cost in found.processes}
    assert {role: cost.pid for role, cost in costs.items()} == dict(
        zip(("main", "keeper", "helper"), processes, strict=True)
    )
    assert all(cost.resident_bytes > 1_000_000 for cost in costs.values())
    assert min(costs[role].cpu_seconds for role in ("main", "helper")) > 0
    assert found.resident_bytes == sum(cost.resident_bytes for cost in costs.values())
    assert [queue.name for queue in found.queues] == ["questions", "events"]
    assert next(way.total_scan_seconds for way in found.owner_ways if way.scan_count) > 0
    text = subprocess.run([CLI, "--socket", built.socket, "metrics"], check=True, capture_output=True, text=True).stdout
    metrics = read_metrics(text)
    assert len(metrics["netmon_process_cpu_seconds_total"].series) == 3
    assert metrics["netmon_stream_subscribers"].series.keys() == {(("stream", "snapshots"),), (("stream", "events"),)}


def held_in_the_kernel(running: CollectorProcess, keeper: int) -> set[BpfObject]:
    """Give what the collector has in the kernel: programs and their links exactly where the status says so."""
    ways = {way.name for way in status(running).owner_ways if way.in_use}
    its = bpf_objects(keeper)
    assert bool(bpf_links(keeper)) == ("ebpf" in ways)
    assert left_of(its) == its
    return its


def test_killing_the_main_process_leaves_no_process_and_no_program_in_the_kernel(
    built: Stage, running: CollectorProcess
) -> None:
    _, keeper, helper = pids(running)
    its = held_in_the_kernel(running, keeper)
    running.kill()
    wait_for(lambda: not is_there(keeper) and not is_there(helper), seconds=30, what="their end")
    wait_for(lambda: not left_of(its), seconds=30, what="nothing of theirs in the kernel")


def test_each_process_that_is_killed_is_said_and_what_is_left_goes_on(built: Stage, running: CollectorProcess) -> None:
    main, keeper, helper = pids(running)
    its = held_in_the_kernel(running, keeper)
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: "owners.keeper" in codes(running), seconds=30, what="it is said")
    wait_for(lambda: status(running).pids == (main, helper), seconds=30, what="it is listed no more")
    assert is_there(helper)
    with programs() as talking, running.client() as client:
        server = talking.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        started = talking.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port)
        ends = {flow.remote for flow in started.wait().flows}

        def owned() -> bool:
            rows = [row for row in newest(client).connections if str(row.remote) in ends]
            return bool(rows) and all(row.process and row.process.pid == started.pid for row in rows)

        wait_for(owned, seconds=30, what="owners of what began meanwhile")
    assert health_of(built.socket, "attribution") == "SERVING"
    os.kill(helper, signal.SIGKILL)
    wait_for(lambda: "owners.helper" in codes(running), seconds=30, what="it is said")
    wait_for(lambda: health_of(built.socket, "attribution") == "NOT_SERVING", seconds=30, what="health says so")
    before = newest_packets(running)
    subprocess.run(built.near.namespace.command("ping", "-n", "-q", "-c", "1", built.far.ipv4), check=True)
    wait_for(lambda: newest_packets(running) > before, seconds=30, what="the ping")
    running.kill()
    wait_for(lambda: not any(map(is_there, (main, keeper, helper))), seconds=30, what="nobody is left")
    wait_for(lambda: not left_of(its), seconds=30, what="nothing of theirs in the kernel")


def test_a_helper_without_a_keeper_ends_with_the_main_process(running: CollectorProcess) -> None:
    _, keeper, helper = pids(running)
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: "owners.keeper" in codes(running), seconds=30, what="it is said")
    running.kill()
    wait_for(lambda: not is_there(helper), seconds=30, what="its end")


def newest_packets(running: CollectorProcess) -> int:
    with running.client() as client:
        found = client.snapshot()
    assert_balanced(found)
    return found.totals.sent_packets


def test_no_process_is_left_after_sigterm(running: CollectorProcess) -> None:
    processes = pids(running)
    assert children_of(running.pid) == {processes[1]}
    running.terminate()
    wait_for(lambda: not any(map(is_there, processes)), seconds=30, what="their end")


def test_a_directory_with_other_files_is_not_given_away(built: Stage) -> None:
    run = Path(built.socket).parent
    run.mkdir(mode=0o755)
    (run / "somebody's").write_text("")
    with collector(built, wait=False) as process:
        assert process.exit_code() == 2
    assert "holds other files" in process.log.read_text()
    assert run.stat().st_uid == 0


def test_a_file_that_cannot_be_played_leaves_a_directory_that_others_may_enter(built: Stage) -> None:
    recording = built.directory / "no capture.pcap"
    recording.write_bytes(bytes(100))
    with collector(built, "--read", str(recording), wait=False) as process:
        assert process.exit_code() in {2, 69}
    run = Path(built.socket).parent
    assert run.stat().st_mode & 0o777 == 0o755
    with collector(built, "--owners", "auto") as process:
        assert status(process).pids
