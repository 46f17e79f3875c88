"""Answers that are no part of the model: what the calls of a client give beside it."""

from dataclasses import dataclass

from netmon.model import BandwidthSample, Gap, MonitoringState


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """The last minutes, oldest sample first; ``gaps`` tell what is missing between samples."""

    samples: tuple[BandwidthSample, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringChange:
    """The state after a start or a stop, and whether the call changed it."""

    state: MonitoringState
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh found."""

    socket_count: int
    process_count: int
    interface_count: int
