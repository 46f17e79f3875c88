import pytest

from netmon.model import InterfaceLedger, LedgerReason, LedgerSums, UnattributedReason
from netmon_client.coverage import account_lines, coverage, difference_share, ledger_words, other_layer_bytes


def sums(owned: int, gone: int = 0, difference: int = 0, system: int | None = 10_000) -> LedgerSums:
    reason = LedgerReason(reason=UnattributedReason.GONE, byte_count=gone, packet_count=1)
    return LedgerSums(system_bytes=system, attributed_bytes=owned, unattributed=(reason,), difference_bytes=difference)


def ledger(name: str, difference: int = 0, system: int | None = 10_000) -> InterfaceLedger:
    return InterfaceLedger(name=name, total=sums(1, difference=difference, system=system))


def test_coverage_is_the_share_of_what_could_have_an_owner() -> None:
    assert coverage([sums(90, 10)]) == 0.9
    assert coverage([sums(90, 10), sums(100)]) == 0.95
    assert coverage([sums(90, 0, difference=10)]) == 0.9
    assert coverage([sums(90, 0, difference=-10)]) == 1.0


def test_without_a_byte_there_is_none() -> None:
    assert coverage([]) is None
    assert coverage([LedgerSums(non_ip_bytes=42)]) is None


def test_a_difference_is_a_share_of_the_systems_count() -> None:
    assert difference_share(sums(1, difference=-50)) == pytest.approx(-0.005)
    assert difference_share(sums(1, system=None)) == 0.0


def test_those_that_differ_come_first() -> None:
    words = ledger_words([ledger("eth0"), ledger("lo", 50), ledger("wlan0", -1, 10_000_000)])
    assert words == "against the system's counters: lo +0.50%, wlan0 -1 B, eth0 exact"


def test_many_are_not_all_named() -> None:
    assert ledger_words(ledger(f"veth{n}") for n in range(7)).endswith("veth3 exact, 3 more")


def test_where_the_system_tells_nothing_nothing_is_said() -> None:
    assert ledger_words([ledger("en0", system=None)]) == ""


def test_an_account_is_told_line_by_line_and_adds_up() -> None:
    total = LedgerSums(
        system_bytes=1_000,
        system_packets=12,
        attributed_bytes=700,
        attributed_packets=6,
        unattributed=(
            LedgerReason(reason=UnattributedReason.GONE, byte_count=10, packet_count=1),
            LedgerReason(reason=UnattributedReason.CARRIER, byte_count=90, packet_count=1),
        ),
        link_header_bytes=30,
        non_ip_bytes=40,
        non_ip_packets=1,
        merged_header_bytes=50,
        merged_packets=1,
        dropped_packets=1,
        difference_bytes=80,
        difference_packets=1,
    )
    system, *parts = account_lines(total)
    assert [line.kind for line in parts] == ["owned", "unowned", "unowned", "other", "dropped", "difference"]
    assert parts[1].label == "carries a tunnel, whose inside is counted"
    assert sum(line.byte_count or 0 for line in parts) == system.byte_count
    assert sum(line.packet_count or 0 for line in parts) == system.packet_count
    assert other_layer_bytes(total) == 120


def test_an_account_without_the_systems_side_has_no_difference() -> None:
    assert [line.kind for line in account_lines(LedgerSums())] == ["system", "owned", "other", "dropped"]
