import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from netmon_collector import split as room
from netmon_collector.config import Settings
from netmon_collector.core.questions import Question
from netmon_collector.privileges.capabilities import Capability
from netmon_collector.split import is_split, split
from tests.support.namespaces import needs_root
from tests.support.process_status import is_there, status_of
from tests.support.told_owners_process import KEY
from tests.support.waiting import wait_for

LIVE = Settings(socket=Path("/run/none/c.sock"))


def test_whoever_has_the_rights_is_split_where_it_watches_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert is_split(LIVE)
    assert not is_split(replace(LIVE, read=Path("file.pcap")))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not is_split(LIVE)
    monkeypatch.undo()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for rights, expected in ((frozenset[Capability](), False), (frozenset(Capability), True)):
        monkeypatch.setattr(room, "effective", lambda found=rights: found)
        assert is_split(LIVE) is expected


@needs_root
@pytest.mark.root
@pytest.mark.parametrize(
    ("owners", "finder", "lister"),
    [("sockdiag", "tracepoints", "sock_diag"), ("lookups", "sockdiag", "sock_diag"), ("psutil", "", "psutil")],
)
def test_whoever_finds_owners_says_how_and_finds_them(owners: str, finder: str, lister: str) -> None:
    made = split(replace(LIVE, owners=owners), command_lines_of=None)
    try:
        found = made.meet()
        assert (found.choice.finder.name if found.choice.finder else "") == finder
        assert found.lister.name == lister
        listing = found.lister.list_sockets(1e10)
        assert listing.scan.sees_all_users
        if found.choice.finder is not None:
            assert found.choice.finder.find([Question("c1", KEY, 1.0)], 1.0, 1e10).answers == ()
        processes = made.link.pids
        assert {status_of(pid)["CapEff"] for pid in processes} == {f"{1 << 2 | 1 << 19:016x}"}
        assert made.main_drop.user.uid != 0
        if found.choice.finder is not None:
            found.choice.finder.close()
    finally:
        made.link.close()
        made.news.close()
    wait_for(lambda: not any(map(is_there, processes)), seconds=30, what="their end")
    os.waitpid(processes[0], 0)


def test_it_needs_neither_grpc_nor_libpcap_nor_psutil() -> None:
    program = "import sys, netmon_collector.cli, netmon_collector.split; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True)
    loaded = done.stdout.split()
    assert not {"grpc", "pcapy", "psutil", "asyncio", "google.protobuf"} & set(loaded)
