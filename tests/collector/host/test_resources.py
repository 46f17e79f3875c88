import os
import resource

import pytest

from netmon_collector.host.resources import read_own_resources


def test_cpu_time_and_memory_are_those_of_this_process() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    own = read_own_resources()
    # The kernel counts user and system time here in ticks of 10 ms each.
    assert own.cpu_seconds == pytest.approx(before.ru_utime + before.ru_stime, abs=0.1)
    assert own.resident_bytes > 1_000_000
    assert own.resident_bytes <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_cpu_time_never_falls() -> None:
    readings = [read_own_resources().cpu_seconds for _ in range(20)]
    assert readings == sorted(readings)
