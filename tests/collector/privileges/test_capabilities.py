import os

import pytest

from netmon_collector.privileges.capabilities import (
    Capability,
    clear_ambient,
    drop_bounding,
    needs_bpf,
    set_capabilities,
)
from tests.support.dropped_child import results_in_child
from tests.support.namespaces import needs_root
from tests.support.process_status import status_of


@needs_root
@pytest.mark.root
@pytest.mark.parametrize("kept", [(), (Capability.NET_RAW,), (Capability.SYS_PTRACE, Capability.BPF)])
def test_what_is_kept_is_in_all_three_sets_and_nothing_else(kept: tuple[Capability, ...]) -> None:
    def give_up() -> None:
        drop_bounding(kept)
        clear_ambient()
        set_capabilities(kept)

    def check() -> None:
        status = status_of("self")
        mask = sum(1 << one for one in kept)
        assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {mask}
        assert {int(status[name], 16) for name in ("CapInh", "CapAmb")} == {0}

    assert results_in_child(give_up, {"sets": check}) == {"sets": "done"}


@needs_root
@pytest.mark.root
def test_what_was_given_up_does_not_come_back() -> None:
    found = results_in_child(lambda: set_capabilities(()), {"again": lambda: set_capabilities((Capability.NET_RAW,))})
    assert found == {"again": os.strerror(1)}


@pytest.mark.parametrize(
    ("release", "needed"), [("5.18.0-1-amd64", True), ("5.19.0", False), ("6.1.0-9", False), ("odd", False)]
)
def test_old_kernels_ask_for_the_right_at_each_reading_of_a_map(
    monkeypatch: pytest.MonkeyPatch, release: str, *, needed: bool
) -> None:
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "", release, "", "")))
    assert needs_bpf() is needed
