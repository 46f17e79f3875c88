"""Both ways of listing sockets and of reading processes: what holds for one must hold for the other."""

import pytest

from netmon_collector.host.ports import ProcessReader, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister


@pytest.fixture(params=[ProcProcessReader, PsutilProcessReader])
def reader(request: pytest.FixtureRequest) -> ProcessReader:
    made = request.param()
    assert isinstance(made, ProcProcessReader | PsutilProcessReader)
    return made


@pytest.fixture(params=["procfs", "psutil"])
def lister(request: pytest.FixtureRequest) -> SocketLister:
    if request.param == "procfs":
        return ProcSocketLister(ProcessTable(ProcProcessReader()))
    return PsutilSocketLister(ProcessTable(PsutilProcessReader()))
