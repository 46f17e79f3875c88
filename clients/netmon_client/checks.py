"""The doctor's questions to a collector that answers. Each has one fact, and one fix where something is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from netmon.model import (
    BandwidthSample,
    CaptureState,
    InterfaceStatus,
    MonitoringState,
    PacketSource,
    Status,
    UnattributedReason,
    Visibility,
)
from netmon_client.coverage import GOOD_DIFFERENCE_SHARE, difference_share, ledger_words
from netmon_client.socket_path import cli_command, start_command
from netmon_client.units import format_age, format_bytes
from netmon_client.words import CAPTURE_OFF, clock_time, counted, names_words, percent, ways_words

__all__ = ["Check", "Verdict", "collector_checks"]

_GOOD_SHARE = 0.95
_QUIET_SECONDS = 10.0


class Verdict(Enum):
    """How a check came out."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, how it came out, one fact, and one fix (empty where none is needed)."""

    name: str
    verdict: Verdict
    fact: str
    fix: str = ""


def collector_checks(status: Status, samples: Sequence[BandwidthSample], now: float, *, socket: str) -> list[Check]:
    """Check what a collector says of itself. ``samples``: of the last 10 s; ``now``: the collector's, Unix seconds.

    ``socket``: its path, for the commands that mend.
    """
    # Of a collector that was stopped, or told to capture none, nobody expects packets: what to do is said once.
    captures = all(each.code != CAPTURE_OFF for each in status.degraded)
    expects = captures and status.monitoring_state is MonitoringState.RUNNING
    checks = [
        _capture(status, socket),
        *(_interfaces(status, socket) if expects else ()),
        *([_packets(status, samples, now, socket)] if expects else ()),
        *([_loss(status, socket)] if captures else ()),
        _coverage(status, socket),
        *_names(status),
        *_ledger(status, socket),
        _caller(status),
    ]
    return [*checks, *_degraded(status, checks)]


def _capture(status: Status, socket: str) -> Check:
    if status.monitoring_state is not MonitoringState.RUNNING:
        fact = f"stopped since {clock_time(status.monitoring_since)}: nothing is counted"
        return Check(name="capture", verdict=Verdict.BAD, fact=fact, fix=cli_command(socket, "start"))
    if status.packet_source is PacketSource.RECORDING:
        fact = "plays a recording: none of it happens now"
        return Check(
            name="capture",
            verdict=Verdict.WARNING,
            fact=fact,
            fix=f"{start_command(socket)}   (for real traffic)",
        )
    fact = f"runs since {clock_time(status.monitoring_since)}, a tick each {status.interval_seconds:g} s"
    return Check(name="capture", verdict=Verdict.GOOD, fact=fact)


def _interfaces(status: Status, socket: str) -> list[Check]:
    checks = [
        Check(
            name="interface",
            verdict=Verdict.BAD,
            fact=f"{each.name} cannot be captured: {each.reason or 'no reason given'}",
            fix=f"{start_command(socket)} --exclude-interface {each.name}   (or mend its cause)",
        )
        for each in status.interfaces
        if each.state is CaptureState.FAILED
    ]
    names = [each.name for each in status.interfaces if each.state is CaptureState.CAPTURING]
    if names:
        checks.insert(0, Check(name="interfaces", verdict=Verdict.GOOD, fact=f"{', '.join(names)} captured"))
    elif status.packet_source is not PacketSource.RECORDING:
        fix = f"ip link   (bring one up; check: {cli_command(socket, 'interfaces')})"
        checks.insert(0, Check(name="interfaces", verdict=Verdict.BAD, fact="none is captured", fix=fix))
    return checks


def _packets(status: Status, samples: Sequence[BandwidthSample], now: float, socket: str) -> Check:
    count = sum(sample.sent_bytes + sample.received_bytes + sample.loopback_bytes for sample in samples)
    if count:
        return Check(name="packets", verdict=Verdict.GOOD, fact=f"{format_bytes(count)} in the last 10 s")
    last = max(filter(None, map(_last_packet, status.interfaces)), default=None)
    if last is not None and now - last < _QUIET_SECONDS:
        return Check(name="packets", verdict=Verdict.GOOD, fact=f"the last one came {format_age(now - last)} ago")
    fact = "none yet" if last is None else f"none for {format_age(now - last)}"
    fix = f"Make some and look again:  ping -c1 127.0.0.1; {cli_command(socket, 'interfaces')}"
    return Check(name="packets", verdict=Verdict.WARNING, fact=fact, fix=fix)


def _last_packet(interface: InterfaceStatus) -> float | None:
    return interface.last_packet_time


def _loss(status: Status, socket: str) -> Check:
    drops = status.drops
    lost = drops.kernel_dropped_packets + drops.interface_dropped_packets
    received = counted(drops.received_packets, "packet")
    if not lost:
        return Check(name="loss", verdict=Verdict.GOOD, fact=f"none of {received} lost")
    share = lost / max(1, lost + drops.received_packets)
    fact = f"{lost:,} packets lost ({share:.2%}): sums are lower bounds"
    fix = f"Leave busy interfaces out:  {start_command(socket)} --exclude-interface NAME"
    return Check(name="loss", verdict=Verdict.WARNING, fact=fact, fix=fix)


def _coverage(status: Status, socket: str) -> Check:
    ways = ways_words(status.owner_ways)
    if not ways:
        reason = next((way.reason for way in status.owner_ways if way.reason), "the collector has no way to find them")
        return Check(name="owners", verdict=Verdict.WARNING, fact=f"processes are not found: {reason}")
    if status.attributed_share is None:
        return Check(name="owners", verdict=Verdict.GOOD, fact=f"found by {ways}; no byte to judge by yet")
    fact = f"{percent(status.attributed_share)} of the bytes have an owner, found by {ways}"
    if status.attributed_share >= _GOOD_SHARE:
        return Check(name="owners", verdict=Verdict.GOOD, fact=fact)
    if _explained_share(status) >= _GOOD_SHARE:
        fact = f"{fact}; nearly all of the rest the kernel answered by itself"
        return Check(name="owners", verdict=Verdict.GOOD, fact=fact)
    fix = f"See what has none, and why:  {cli_command(socket, 'apps')}"
    return Check(name="owners", verdict=Verdict.WARNING, fact=fact, fix=fix)


def _explained_share(status: Status) -> float:
    """Give how much has an owner or is the kernel's own; 0 where no ledger tells."""
    sums = [each.total for each in status.ledger]
    owned = sum(each.attributed_bytes for each in sums)
    parts = [part for each in sums for part in each.unattributed if part.reason is not UnattributedReason.CARRIER]
    kernels = sum(part.byte_count for part in parts if part.reason is UnattributedReason.KERNEL)
    whole = owned + sum(part.byte_count for part in parts)
    return (owned + kernels) / whole if whole else 0.0


def _names(status: Status) -> list[Check]:
    names = status.names
    if names is None:
        return []
    if not names.is_on:
        return [Check(name="names", verdict=Verdict.GOOD, fact=names_words(names))]
    if names.reason or not names.has_quic:
        fix = "in netmon's folder: pip install '.[collector]'   (brings what reads QUIC)" if not names.has_quic else ""
        return [Check(name="names", verdict=Verdict.WARNING, fact=names_words(names), fix=fix)]
    return [Check(name="names", verdict=Verdict.GOOD, fact=names_words(names))]


def _ledger(status: Status, socket: str) -> list[Check]:
    words = ledger_words(status.ledger)
    if not words:
        return []
    worst = max((abs(difference_share(each.total)) for each in status.ledger), default=0.0)
    if worst <= GOOD_DIFFERENCE_SHARE:
        return [Check(name="ledger", verdict=Verdict.GOOD, fact=words)]
    fix = f"See both sides:  {cli_command(socket, 'audit')}"
    return [Check(name="ledger", verdict=Verdict.WARNING, fact=words, fix=fix)]


def _caller(status: Status) -> Check:
    caller = status.caller
    who = "you" if caller.uid is None else f"uid {caller.uid}"
    may = "may start, stop and clear" if caller.may_control else "may not start, stop or clear"
    why = f" ({caller.reason})" if caller.reason else ""
    if caller.sees is Visibility.OWN:
        fact = f"{who} sees its own processes, the rest as one sum, and {may}{why}"
        fix = "Join the group:  sudo usermod -aG netmon $USER   (then log in again)"
        return Check(name="rights", verdict=Verdict.WARNING, fact=fact, fix=fix)
    return Check(name="rights", verdict=Verdict.GOOD, fact=f"{who} may see everything and {may}{why}")


def _degraded(status: Status, said: Sequence[Check]) -> list[Check]:
    facts = {check.fact for check in said}
    return [
        Check(name=each.code, verdict=Verdict.WARNING, fact=each.text, fix=each.remedy)
        for each in status.degraded
        if each.text not in facts
    ]
