"""Answers of the recorder that hold more than one thing of the model."""

from dataclasses import dataclass

from netmon.model import AlertFiring, AlertRule, AlertState, RecorderStatus, StorageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStatus:
    """State of the recorder, and of what it keeps history in."""

    recorder: RecorderStatus
    storage: StorageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAlert:
    """The rule as it was saved, and whether it replaced one."""

    rule: AlertRule
    is_replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Rules by name, and the last firings, newest first."""

    alerts: tuple[AlertState, ...] = ()
    firings: tuple[AlertFiring, ...] = ()
