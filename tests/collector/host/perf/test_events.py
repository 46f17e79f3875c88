"""perf_event_open(2): lists of processors, and what the kernel refuses."""

import errno
import os

import pytest

from netmon_collector.host.perf.events import enable, online_processors, open_event, processors
from netmon_collector.host.perf.tracefs import read_tracepoint


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("0\n", [0]), ("0-3\n", [0, 1, 2, 3]), ("0-1,4,6-7\n", [0, 1, 4, 6, 7]), ("1-", [1])],
)
def test_a_list_of_processors_is_read(text: str, numbers: list[int]) -> None:
    assert processors(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "1-b"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        processors(text)


def test_this_machine_has_processors() -> None:
    assert len(online_processors()) == os.sysconf("SC_NPROCESSORS_ONLN")


@pytest.mark.root
def test_a_tracepoint_is_opened_and_tells_from_then_on() -> None:
    event = open_event(read_tracepoint("sock", "inet_sock_set_state").id, b"newstate == 2", 0)
    try:
        enable(event)
        assert not os.get_inheritable(event)
    finally:
        os.close(event)


@pytest.mark.root
@pytest.mark.parametrize(
    ("terms", "processor", "error"),
    [(b"no_such_field == 1", 0, errno.EINVAL), (b"newstate == 2", 1 << 20, errno.EINVAL)],
)
def test_what_the_kernel_does_not_know_is_refused(terms: bytes, processor: int, error: int) -> None:
    number = read_tracepoint("sock", "inet_sock_set_state").id
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of descriptors the names are enough
    with pytest.raises(OSError, match=r"\w") as refused:
        open_event(number, terms, processor)
    assert refused.value.errno in {error, errno.ENODEV}
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
