"""What the kernel tells of processes, from real ones and from bytes that no kernel sends."""

import errno
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector import clock
from netmon_collector.host import process_events
from netmon_collector.host.process_events import EventKind, ProcessEvent, ProcessEvents, parse_event
from tests.support.namespaces import namespace
from tests.support.waiting import wait_for


def told(what: int, *words: int, length: int | None = None) -> bytes:
    body = struct.pack("=IIQ", what, 0, 2_500_000_000) + b"".join(struct.pack("=I", word) for word in words)
    body = body.ljust(40, b"\0")
    size = 36 + len(body)
    header = struct.pack("=IHHII", size if length is None else length, 3, 0, 0, 0)
    return header + struct.pack("=IIIIHH", 1, 1, 0, 0, len(body), 0) + body


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (told(1, 10, 10, 20, 20), ProcessEvent(EventKind.FORK, 20, 2.5, 10)),
        (told(1, 10, 10, 21, 20), None),
        (told(2, 20, 20), ProcessEvent(EventKind.EXEC, 20, 2.5)),
        (told(0x80000000, 20, 20), ProcessEvent(EventKind.EXIT, 20, 2.5)),
        (told(0x80000000, 21, 20), None),
        (told(0x200, 20, 20), None),
    ],
    ids=["fork", "new thread", "exec", "exit", "exit of a thread", "a new name"],
)
def test_processes_are_told_and_threads_are_not(data: bytes, expected: ProcessEvent | None) -> None:
    assert parse_event(data) == expected


@pytest.mark.parametrize("data", [b"", told(1, 1, 1, 1, 1)[:50], told(2, 1, 1)[:54], told(1, 1, 1, 1, 1, length=999)])
def test_what_is_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="process"):
        parse_event(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_an_event_nothing_or_refused(data: bytes) -> None:
    try:
        event = parse_event(data)
    except ValueError:
        return
    assert event is None or event.kind in EventKind


@given(st.binary(max_size=60))
def test_any_event_of_the_connector_is_read_or_refused(body: bytes) -> None:
    data = struct.pack("=IHHII", 36 + len(body), 3, 0, 0, 0) + struct.pack("=IIIIHH", 1, 1, 0, 0, len(body), 0) + body
    try:
        event = parse_event(data)
    except ValueError:
        return
    assert event is None or event.pid >= 0


def of_children(events: list[ProcessEvent], pid: int) -> list[EventKind]:
    return [event.kind for event in events if event.pid == pid]


def read_until_exit(events: ProcessEvents, pid: int) -> list[ProcessEvent]:
    """Give what was told up to the end of a process: its parent is woken first (kernel/exit.c, do_exit)."""
    seen: list[ProcessEvent] = []

    def has_ended() -> bool:
        seen.extend(events.read())
        return EventKind.EXIT in of_children(seen, pid)

    wait_for(has_ended, seconds=30, what="the end of the process is told")
    return seen


@pytest.mark.root
def test_a_process_that_comes_and_goes_is_told_with_its_time_and_its_threads_are_not() -> None:
    with ProcessEvents() as events:
        before = clock.monotonic()
        with subprocess.Popen(["true"]) as child:
            child.wait()
        thread = threading.Thread(target=os.getpid)
        thread.start()
        thread.join()
        seen = read_until_exit(events, child.pid)
        assert events.overrun_count == 0
    kinds = of_children(seen, child.pid)
    assert kinds[-2:] == [EventKind.EXEC, EventKind.EXIT]
    [fork] = [event for event in seen if event.pid == child.pid and event.kind is EventKind.FORK]
    assert before <= fork.seconds <= clock.monotonic()
    assert of_children(seen, os.getpid()) == []


@pytest.mark.root
def test_another_network_namespace_is_told_too() -> None:
    with namespace("nmproc") as place, place.entered():
        events = ProcessEvents()
    with events:
        with subprocess.Popen(["true"]) as child:
            child.wait()
        assert of_children(read_until_exit(events, child.pid), child.pid)


@pytest.mark.root
def test_what_the_kernel_had_no_room_for_is_counted() -> None:
    with ProcessEvents() as events:
        events._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for _ in range(20):
            subprocess.run(["true"], check=True)
        events.read()
        assert events.overrun_count >= 1


def test_a_kernel_that_does_not_tell_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_events, "_NETLINK_CONNECTOR", 31)
    with pytest.raises(OSError, match=r"."):
        ProcessEvents()


@pytest.mark.root
def test_a_first_namespace_that_is_out_of_reach_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), f"/proc/{pid}/ns/net")

    monkeypatch.setattr(process_events, "_enter_network_of", refuse)
    with namespace("nmproc") as place, place.entered(), pytest.raises(PermissionError):
        ProcessEvents()
    assert Path("/proc/self/ns/net").exists()


@pytest.mark.root
def test_the_first_namespace_is_found_some_steps_above() -> None:
    """The link of pid 1 may be closed to root too, in a container; a collector's parts are not its starter's children.

    Only who is in the first namespace itself can be told from there.
    """
    program = "from netmon_collector.host.process_events import ProcessEvents; ProcessEvents().close(); print('told')"
    with namespace("nmproc") as place:
        command = place.command("sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-I", "-c", program)
        assert subprocess.check_output(command, text=True) == "told\n"
