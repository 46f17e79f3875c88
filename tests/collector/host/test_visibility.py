import os

import pytest

from netmon_collector.host.visibility import may_read_descriptors, sees_all_users


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ("000001ffffffffff", True),
        ("0000000000080004", True),  # SYS_PTRACE and DAC_READ_SEARCH, nothing else
        ("0000000000080002", True),  # SYS_PTRACE and DAC_OVERRIDE
        ("0000000000080000", False),
        ("0000000000000004", False),
        ("0000000000000000", False),
    ],
)
def test_reading_descriptors_takes_both_capabilities(capabilities: str, expected: bool) -> None:
    assert may_read_descriptors(f"Name:\tx\nCapEff:\t{capabilities}\n".encode()) is expected


def test_a_status_without_capabilities_promises_nothing() -> None:
    assert may_read_descriptors(b"Name:\tx\n") is False


@pytest.mark.root
def test_root_sees_all_users() -> None:
    assert os.geteuid() == 0
    assert sees_all_users()
