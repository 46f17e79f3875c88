"""A listener, and all ways of listing sockets and of reading processes: what holds for one must hold for the others."""

import socket
from collections.abc import Iterator

import pytest

from netmon_collector.host.listers import open_socket_lister
from netmon_collector.host.ports import ProcessReader, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.psutil_processes import PsutilProcessReader


@pytest.fixture(params=[ProcProcessReader, PsutilProcessReader])
def reader(request: pytest.FixtureRequest) -> ProcessReader:
    made = request.param()
    assert isinstance(made, ProcProcessReader | PsutilProcessReader)
    return made


@pytest.fixture(params=["sockdiag", "procfs", "psutil"])
def lister(request: pytest.FixtureRequest) -> SocketLister:
    return open_socket_lister(request.param)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made
