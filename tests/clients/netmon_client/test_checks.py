from dataclasses import replace

import pytest

from netmon.model import (
    BandwidthSample,
    Caller,
    CaptureState,
    Degradation,
    Drops,
    InterfaceLedger,
    InterfaceStatus,
    LedgerReason,
    LedgerSums,
    MonitoringState,
    OwnerWay,
    PacketSource,
    Status,
    UnattributedReason,
    Visibility,
)
from netmon_client.checks import Check, Verdict, collector_checks
from netmon_client.socket_path import start_command
from netmon_client.testing import a_status
from netmon_client.testing.samples import START_TIME

NOW = START_TIME + 21
SOCKET = "/run/elsewhere.sock"
SAMPLE = BandwidthSample(time=NOW, interval_seconds=1.0, sent_bytes=1000, received_bytes=2000, loopback_bytes=0)


def checked(status: Status, *, quiet: bool = False, now: float = NOW) -> dict[str, Check]:
    return {check.name: check for check in collector_checks(status, [] if quiet else [SAMPLE], now, socket=SOCKET)}


def test_a_collector_that_runs_well_has_no_fault() -> None:
    checks = checked(replace(a_status(), attributed_share=0.99))
    assert {check.verdict for check in checks.values()} == {Verdict.GOOD}
    assert {check.fix for check in checks.values()} == {""}
    assert list(checks) == ["capture", "interfaces", "packets", "loss", "owners", "names", "rights"]
    assert checks["packets"].fact == "3.00 kB in the last 10 s"


def interface(state: CaptureState) -> tuple[InterfaceStatus, ...]:
    return (InterfaceStatus(name="eth0", state=state, reason="no such device"),)


@pytest.mark.parametrize(
    ("status", "name", "verdict"),
    [
        (replace(a_status(), monitoring_state=MonitoringState.STOPPED), "capture", Verdict.BAD),
        (replace(a_status(), packet_source=PacketSource.RECORDING), "capture", Verdict.WARNING),
        (replace(a_status(), interfaces=interface(CaptureState.FAILED)), "interface", Verdict.BAD),
        (replace(a_status(), interfaces=interface(CaptureState.DOWN)), "interfaces", Verdict.BAD),
        (replace(a_status(), drops=Drops(received_packets=99, kernel_dropped_packets=1)), "loss", Verdict.WARNING),
        (replace(a_status(), attributed_share=0.62), "owners", Verdict.WARNING),
        (replace(a_status(), caller=Caller(uid=1001, sees=Visibility.OWN)), "rights", Verdict.WARNING),
    ],
)
def test_each_fault_has_a_verdict_a_fact_and_a_fix(status: Status, name: str, verdict: Verdict) -> None:
    check = checked(status)[name]
    assert check.verdict is verdict
    assert check.fact
    assert check.fix
    if "netmon-collector" in check.fix:
        assert start_command(SOCKET) in check.fix


def test_without_any_way_to_owners_its_reason_is_the_fact() -> None:
    ways = (OwnerWay(name="psutil", in_use=False, reason="a recording without a sidecar"),)
    assert "a recording without a sidecar" in checked(replace(a_status(), owner_ways=ways))["owners"].fact


def test_what_the_kernel_answers_by_itself_is_no_lack_of_owners() -> None:
    parts = (
        LedgerReason(reason=UnattributedReason.KERNEL, byte_count=980, packet_count=9),
        LedgerReason(reason=UnattributedReason.GONE, byte_count=20, packet_count=1),
        LedgerReason(reason=UnattributedReason.CARRIER, byte_count=9_000, packet_count=9),
    )
    quiet = replace(
        a_status(),
        attributed_share=0.0,
        ledger=(InterfaceLedger(name="eth0", total=LedgerSums(unattributed=parts)),),
    )
    check = checked(quiet)["owners"]
    assert (check.verdict, check.fix) == (Verdict.GOOD, "")
    assert check.fact.endswith("nearly all of the rest the kernel answered by itself")
    gone = replace(quiet, ledger=(InterfaceLedger(name="eth0", total=LedgerSums(unattributed=parts[1:])),))
    assert checked(gone)["owners"].verdict is Verdict.WARNING


def test_sums_that_agree_with_the_system_are_good_and_others_show_both_sides() -> None:
    exact = InterfaceLedger(name="lo", total=LedgerSums(system_bytes=1_000))
    off = InterfaceLedger(name="eth0", total=LedgerSums(system_bytes=1_000, difference_bytes=6))
    check = checked(replace(a_status(), ledger=(exact,)))["ledger"]
    assert (check.verdict, check.fact) == (Verdict.GOOD, "against the system's counters: lo exact")
    check = checked(replace(a_status(), ledger=(exact, off)))["ledger"]
    assert (check.verdict, check.fix) == (Verdict.WARNING, f"See both sides:  netmon-cli --socket {SOCKET} audit")
    assert check.fact == "against the system's counters: eth0 +0.60%, lo exact"


def test_silence_is_told_by_the_last_packet() -> None:
    assert checked(a_status(), quiet=True)["packets"].fact == "the last one came 1s ago"
    late = checked(a_status(), quiet=True, now=NOW + 60)["packets"]
    assert (late.verdict, late.fact) == (Verdict.WARNING, "none for 1m01")
    assert checked(replace(a_status(), interfaces=()), quiet=True)["packets"].fact == "none yet"


def test_what_the_collector_calls_degraded_is_told_once() -> None:
    status = replace(a_status(), degraded=(Degradation(code="x.y", text="slow", remedy="be fast"),))
    assert checked(status)["x.y"] == Check(name="x.y", verdict=Verdict.WARNING, fact="slow", fix="be fast")


def test_of_a_stopped_collector_neither_interfaces_nor_packets_are_asked() -> None:
    down = InterfaceStatus(name="eth0", state=CaptureState.DOWN)
    stopped = replace(a_status(), monitoring_state=MonitoringState.STOPPED, interfaces=(down,))
    checks = checked(stopped, quiet=True)
    assert "interfaces" not in checks
    assert "packets" not in checks
    assert [check.fix for check in checks.values() if check.verdict is Verdict.BAD] == [
        f"netmon-cli --socket {SOCKET} start"
    ]


def test_where_no_packets_are_captured_none_are_missed() -> None:
    off = Degradation(code="capture.off", text="Packets are not captured.", remedy="sudo netmon-collector")
    left_out = InterfaceStatus(name="eth0", state=CaptureState.LEFT_OUT, reason="left out by --no-capture")
    checks = checked(replace(a_status(), interfaces=(left_out,), degraded=(off,)), quiet=True)
    assert not {"interfaces", "packets", "loss"} & checks.keys()
    assert Verdict.BAD not in {check.verdict for check in checks.values()}
    assert checks["capture.off"].fix == "sudo netmon-collector"
