"""The collector's gRPC door: two services over the core, and the hub that hands each tick to all subscribers."""

from netmon_collector.server.hub import Hub
from netmon_collector.server.limits import Limits
from netmon_collector.server.ports import Control, SnapshotSource, StatusSource
from netmon_collector.server.services import build_services

__all__ = ["Control", "Hub", "Limits", "SnapshotSource", "StatusSource", "build_services"]
