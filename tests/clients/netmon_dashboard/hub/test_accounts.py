"""The ledger of the panel adds up, and begins with the interface whose sides differ most."""

from typing import Any

from netmon.model import InterfaceLedger, LedgerReason, LedgerSums, UnattributedReason
from netmon_dashboard.hub.accounts import account_fields

EXACT = LedgerSums(
    system_bytes=1_014, system_packets=2, attributed_bytes=1_000, attributed_packets=2, link_header_bytes=14
)
OFF = LedgerSums(
    system_bytes=2_000,
    system_packets=20,
    attributed_bytes=1_500,
    attributed_packets=10,
    unattributed=(
        LedgerReason(reason=UnattributedReason.GONE, byte_count=100, packet_count=2),
        LedgerReason(reason=UnattributedReason.CARRIER, byte_count=150, packet_count=1),
    ),
    link_header_bytes=20,
    non_ip_bytes=30,
    non_ip_packets=1,
    merged_packets=2,
    merged_header_bytes=40,
    dropped_packets=3,
    difference_bytes=160,
    difference_packets=1,
)


def fields(**totals: LedgerSums) -> dict[str, Any]:
    return account_fields([InterfaceLedger(name=name, total=total, since_time=5.0) for name, total in totals.items()])


def test_the_parts_of_each_interface_add_up_to_what_the_system_counts() -> None:
    said = fields(eth0=EXACT, wlan0=OFF)
    assert [each["name"] for each in said["interfaces"]] == ["wlan0", "eth0"]
    for each in said["interfaces"]:
        system, *parts = each["lines"]
        assert system["kind"] == "system"
        assert system["bytes"] == sum(part["bytes"] or 0 for part in parts)
        assert system["packets"] == sum(part["packets"] or 0 for part in parts)


def test_what_carried_nothing_comes_last() -> None:
    assert [each["name"] for each in fields(lo=LedgerSums(), tun0=EXACT)["interfaces"]] == ["tun0", "lo"]


def test_more_than_an_ordinary_difference_is_told_apart() -> None:
    assert [each["is_off"] for each in fields(eth0=EXACT, wlan0=OFF)["interfaces"]] == [True, False]


def test_what_has_no_owner_is_told_by_reason_the_largest_first() -> None:
    [account] = fields(wlan0=OFF)["interfaces"]
    assert [(line["label"], line["bytes"]) for line in account["lines"] if line["kind"] == "unowned"] == [
        ("carries a tunnel, whose inside is counted", 150),
        ("gone before it could be looked up", 100),
    ]


def test_what_is_covered_is_told_in_per_cent() -> None:
    said = fields(eth0=EXACT, wlan0=OFF)
    assert [each["coverage"] for each in said["interfaces"]] == ["85.2 %", "100 %"]
    assert said["coverage"] == "90.6 %"
    assert fields(eth0=LedgerSums())["coverage"] == ""


def test_where_the_system_tells_nothing_there_is_no_difference() -> None:
    [account] = fields(tun0=LedgerSums(attributed_bytes=5, attributed_packets=1))["interfaces"]
    assert account["lines"][0]["bytes"] is None
    assert "difference" not in {line["kind"] for line in account["lines"]}
