"""How a netmon service is served: the socket and who may open it, options, health, errors, the end.

``netmon.serving.reflection`` stands apart: it needs grpcio-reflection, which the bare installation lacks.
"""

from netmon.serving.callers import (
    NOBODY,
    UNKNOWN,
    Caller,
    CallerPolicy,
    Callers,
    caller_of,
    check_control,
    set_caller,
    told,
)
from netmon.serving.control_desk import ControlDesk, ControlRate
from netmon.serving.credentials import Credentials
from netmon.serving.directory import UnsafeDirectory
from netmon.serving.errors import (
    REASON_KEY,
    Context,
    Exhausted,
    InvalidRequest,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    ServiceError,
    Unavailable,
    refuse,
)
from netmon.serving.host import HostTimes, ServiceHost
from netmon.serving.lock import AlreadyRunning
from netmon.serving.options import CLIENT_OPTIONS, MESSAGE_LIMIT_BYTES, SERVER_OPTIONS
from netmon.serving.quotas import GateLimits
from netmon.serving.seats import SeatLimits, Seats
from netmon.serving.service import Service, build_service
from netmon.serving.socket import ServiceSocket, SocketAccess, access_for_invoker
from netmon.serving.supervisor import Supervisor
from netmon.serving.under_way import CallLimits, send

__all__ = [
    "CLIENT_OPTIONS",
    "MESSAGE_LIMIT_BYTES",
    "NOBODY",
    "REASON_KEY",
    "SERVER_OPTIONS",
    "UNKNOWN",
    "AlreadyRunning",
    "CallLimits",
    "Caller",
    "CallerPolicy",
    "Callers",
    "Context",
    "ControlDesk",
    "ControlRate",
    "Credentials",
    "Exhausted",
    "GateLimits",
    "HostTimes",
    "InvalidRequest",
    "NotFound",
    "NotPermitted",
    "PreconditionFailed",
    "SeatLimits",
    "Seats",
    "Service",
    "ServiceError",
    "ServiceHost",
    "ServiceSocket",
    "SocketAccess",
    "Supervisor",
    "Unavailable",
    "UnsafeDirectory",
    "access_for_invoker",
    "build_service",
    "caller_of",
    "check_control",
    "refuse",
    "send",
    "set_caller",
    "told",
]
