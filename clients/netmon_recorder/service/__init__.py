"""The recorder's gRPC door: HistoryService over the store and the alerts."""

from netmon_recorder.service.ports import ServiceParts
from netmon_recorder.service.services import build_services
from netmon_recorder.service.workers import Workers

__all__ = ["ServiceParts", "Workers", "build_services"]
