"""Alerts: saved questions, asked each minute of what is recorded."""

from netmon_recorder.alerts.bells import Bells
from netmon_recorder.alerts.desk import AlertDesk

__all__ = ["AlertDesk", "Bells"]
