"""The services of the recorder, ready to be hosted."""

from netmon.serving import Service, build_service
from netmon.serving.reflection import reflection_service
from netmon.v1 import history_service_pb2
from netmon_recorder.service.alert_calls import AlertCalls
from netmon_recorder.service.history_service import StorageUpkeep, UsageAnswers
from netmon_recorder.service.ports import ServiceParts
from netmon_recorder.service.workers import Workers


class HistoryService(UsageAnswers, StorageUpkeep, AlertCalls):
    """All methods of the contract."""

    def __init__(self, parts: ServiceParts, workers: Workers) -> None:
        UsageAnswers.__init__(self, parts, workers)
        AlertCalls.__init__(self, parts, workers)


def build_services(parts: ServiceParts, workers: Workers) -> tuple[Service, ...]:
    """Give HistoryService and reflection over it, for a ``netmon.serving.ServiceHost``."""
    descriptor = history_service_pb2.DESCRIPTOR.services_by_name["HistoryService"]
    service = build_service(descriptor, HistoryService(parts, workers))
    return (service, reflection_service([service.name]))
