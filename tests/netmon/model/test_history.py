"""Sums of usage."""

from netmon.model import NO_USAGE, UsageSums


def test_sums_add_up_part_by_part() -> None:
    assert UsageSums(1, 2, 3, 4).plus(UsageSums(10, 20, 30, 40)) == UsageSums(11, 22, 33, 44)
    assert UsageSums(1, 2, 3, 4).plus(NO_USAGE) == UsageSums(1, 2, 3, 4)
    assert UsageSums(1, 2, 3, 4).total_bytes == 3
