import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from netmon.model import InterfaceLedger, LedgerReason, LedgerSums, UnattributedReason
from netmon_cli.actions.audit import audit_lines
from netmon_cli.render.palette import Palette
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.rows import STATUS

LO = InterfaceLedger(
    name="lo",
    total=LedgerSums(
        system_bytes=3_010_000,
        system_packets=2_006,
        attributed_bytes=3_000_000,
        attributed_packets=2_000,
        unattributed=(
            LedgerReason(reason=UnattributedReason.KERNEL, byte_count=3_000, packet_count=1),
            LedgerReason(reason=UnattributedReason.GONE, byte_count=7_000, packet_count=5),
        ),
    ),
    interval=LedgerSums(system_bytes=0, system_packets=0),
    interval_seconds=1.0,
)
ETH0 = InterfaceLedger(
    name="eth0",
    total=LedgerSums(
        system_bytes=1_000_000,
        system_packets=1_100,
        attributed_bytes=500_000,
        attributed_packets=500,
        link_header_bytes=7_000,
        merged_packets=400,
        merged_header_bytes=26_400,
        dropped_packets=200,
        difference_bytes=466_600,
    ),
    interval=LedgerSums(system_bytes=114, system_packets=1, attributed_bytes=100, link_header_bytes=14),
    interval_seconds=1.0,
    remark="the bytes of the packets that were dropped are part of the difference",
)


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(status=replace(STATUS, ledger=(LO, ETH0))) as collector:
        yield collector


def test_enough_is_owned_and_the_table_says_where_the_rest_is(cli: Run) -> None:
    result = cli("audit", "--interface", "lo", "-o", "table")
    assert result.code == 0
    assert result.lines == [
        "Interface   System    Owned  No owner  Other layers       Lost  Difference  Covered",
        "lo         3.01 MB  3.00 MB   10.0 kB           0 B  0 packets        none   99.8 %",
        "  lo: 7.00 kB in 5 packets without an owner: gone before it could be looked up",
        "  lo: 3.00 kB in 1 packet without an owner: answered by the kernel, no process",
        "✓ 99.8 % of the bytes that could have an owner have one; the bar is 95 %",
    ]


def test_below_the_bar_the_code_is_6_and_the_next_command_is_there(cli: Run) -> None:
    result = cli("audit", "-o", "table")
    assert result.code == 6
    assert any("26.4 kB are headers of 400 packets that were captured as parts of others" in x for x in result.lines)
    assert "  eth0: the bytes of the packets that were dropped are part of the difference" in result.lines
    assert result.lines[-1].startswith("✗ 88.1 % of the bytes that could have an owner have one; the bar is 95 %. See")
    assert cli("audit", "--min-coverage", "80").code == 0
    assert cli("audit", "--interface", "lo", "--min-coverage", "100").code == 6


def test_the_last_interval_stands_alone(cli: Run) -> None:
    result = cli("audit", "--last", "-o", "table")
    assert (result.code, result.lines[-1]) == (
        0,
        "✓ 100 % of the bytes that could have an owner have one; the bar is 95 %",
    )
    assert "  of the last 1s" in result.lines


def test_where_nothing_was_counted_nothing_fails(cli: Run) -> None:
    result = cli("audit", "--interface", "lo", "--last", "-o", "table")
    assert (result.code, result.lines[-1]) == (0, "Nothing was counted yet that could have an owner.")


def test_an_interface_that_is_not_counted_is_a_mistake(cli: Run) -> None:
    result = cli("audit", "--interface", "wlan9")
    assert (result.code, result.out) == (2, "")
    assert "no packets of wlan9 are counted; there are lo, eth0" in result.err


def test_json_has_both_windows_and_the_verdict(cli: Run) -> None:
    result = cli("audit", "-o", "json")
    document = json.loads(result.out)
    assert (result.code, document["type"], document["passed"]) == (6, "audit", False)
    assert (document["min_coverage"], document["window"]) == (0.95, "total")
    assert document["coverage"] == pytest.approx(0.8808, abs=1e-4)
    assert document["interfaces"][0]["total"]["unattributed"][0] == {
        "reason": "kernel",
        "byte_count": 3_000,
        "packet_count": 1,
    }
    assert json.loads(cli("audit", "-o", "jsonl").out) == document


def test_it_reads_well_at_80_columns() -> None:
    lines = audit_lines([LO, ETH0], Palette(), 80)
    assert max(map(len, lines)) <= 80
    words = "Interface System Owned No owner Other layers Lost Difference Covered"
    assert " ".join(lines[0].split()) == words


def test_the_status_has_a_line_of_it(cli: Run) -> None:
    line = "  ledger    against the system's counters: eth0 +46.66%, lo exact"
    assert line in cli("status", "-o", "table").lines
