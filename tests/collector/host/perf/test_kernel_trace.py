"""What this kernel tells of real sockets and processes."""

import fcntl
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netmon_collector.core.allowance import Allowance
from netmon_collector.host.perf import kernel_trace
from netmon_collector.host.perf.kernel_trace import MUTED_SECONDS, TraceEvents, TraceReader
from netmon_collector.host.perf.records import Lost, Named, ProcessEnded, ProcessForked, Record, StateChange, TcpState

pytestmark = pytest.mark.root

CALL = """
import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
"""


@pytest.fixture
def events() -> Iterator[TraceEvents]:
    opened = TraceEvents()
    yield opened
    opened.close()


@pytest.fixture
def reader(events: TraceEvents) -> Iterator[TraceReader]:
    made = TraceReader(events)
    yield made
    made.close()


def now() -> float:
    return time.monotonic()  # noqa: TID251 - the kernel's own records carry this clock


def changes_on(records: list[Record], port: int) -> list[StateChange]:
    return [one for one in records if isinstance(one, StateChange) and port in {one.ends[1], one.ends[3]}]


def test_a_connection_is_told_from_its_opening_to_its_end_and_by_whom(reader: TraceReader) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        child = subprocess.Popen([sys.executable, "-c", CALL, str(port)])
        accepted, _ = server.accept()
        child.wait()
        accepted.close()
    told = list(reader.read(now()))
    assert [one[0] for one in told] == sorted(one[0] for one in told)
    changes = changes_on(told, port)
    assert [(one.state, one.pid) for one in changes if one.ends[3] == port and one.state != TcpState.ESTABLISHED] == [
        (TcpState.SYN_SENT, child.pid),
        (TcpState.FIN_WAIT_1, child.pid),
    ]
    assert [(one.state, one.pid) for one in changes if one.ends[1] == port and one.state != TcpState.ESTABLISHED] == [
        (TcpState.LAST_ACK, os.getpid())
    ]
    assert len({one.socket for one in changes}) == 2
    of_child = [type(one) for one in told if not isinstance(one, StateChange | Lost) and one.pid == child.pid]
    assert (of_child[0], of_child[-1], Named in of_child) == (ProcessForked, ProcessEnded, True)


def test_a_call_that_is_refused_is_told_with_its_port(reader: TraceReader) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port))
    changes = changes_on(list(reader.read(now())), port)
    assert [(one.before, one.state) for one in changes] == [
        (TcpState.CLOSED, TcpState.SYN_SENT),
        (TcpState.SYN_SENT, TcpState.CLOSED),
    ]
    assert changes[-1].ends[1] != 0


def test_it_is_readable_when_a_connection_is_opened_and_no_more_when_it_was_read(reader: TraceReader) -> None:
    reader.read(now())
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert select.select([reader], [], [], 30)[0] == [reader]


def test_what_one_processor_told_later_than_another_was_read_waits_for_its_turn(reader: TraceReader) -> None:
    before = now()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(server.getsockname()):
            assert not changes_on(list(reader.read(before)), port)
    assert changes_on(list(reader.read(now())), port)


def test_more_than_may_be_read_is_thrown_away_and_said_to_be_lost(
    events: TraceEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_trace, "BYTES_A_SECOND", 1)
    reader = TraceReader(events)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    told = reader.read(now())
    assert {type(one) for one in told} == {Lost}
    reader.close()


def test_where_rings_overflow_the_kernel_says_so(events: TraceEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_trace, "MOST_PAGES", 1)
    monkeypatch.setattr(kernel_trace, "FEWEST_PAGES", 1)
    reader = TraceReader(events)
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(100):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
    first = reader.read(now())
    assert not any(isinstance(one, Lost) for one in first)
    # It is told with the first record for which there is room again.
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(8):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
    assert any(isinstance(one, Lost) for one in reader.read(now()))
    reader.close()


def test_it_is_readable_too_when_a_ring_is_half_full_of_processes(
    events: TraceEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_trace, "MOST_PAGES", 1)
    monkeypatch.setattr(kernel_trace, "FEWEST_PAGES", 1)
    reader = TraceReader(events)
    for _ in range(100):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
    assert select.select([reader], [], [], 30)[0] == [reader]
    reader.close()


def test_another_reader_can_follow_when_one_is_gone(events: TraceEvents) -> None:
    TraceReader(events).close()
    second = TraceReader(events)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(server.getsockname()).close()
    assert changes_on(list(second.read(now())), port)
    second.close()


def test_a_processor_that_is_told_of_no_more_is_noticed(events: TraceEvents, reader: TraceReader) -> None:
    assert reader.is_whole()
    assert reader.is_whole()
    fcntl.ioctl(events.events[-1], 0x2401, 0)  # PERF_EVENT_IOC_DISABLE, as when it is turned off
    reader.is_whole()  # what it told until then
    assert not reader.is_whole()


def test_a_processor_that_comes_later_is_noticed(reader: TraceReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_trace, "online_processors", lambda: [0, 1, 2, 3, 4, 5])
    assert not reader.is_whole()


def test_after_too_much_nothing_is_read_for_a_while(events: TraceEvents) -> None:
    reader = TraceReader(events)
    reader._allowed = Allowance(1 << 20, at_once=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for expected, later in ((False, 0.0), (False, MUTED_SECONDS / 2), (True, MUTED_SECONDS * 2)):
            reader._allowed = Allowance(1 << 20) if later else reader._allowed
            socket.create_connection(server.getsockname()).close()
            assert bool(changes_on(list(reader.read(now() + later)), port)) is expected
    reader.close()
