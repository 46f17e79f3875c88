"""The SDK of netmon: all that a client of the collector needs.

Names are loaded when they are first asked for, so that a program that only prints its help pays for nothing: neither
gRPC nor the model is imported with this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netmon_client.aio import AsyncClient, connect_async
    from netmon_client.answers import Bandwidth, MonitoringChange, Refreshed
    from netmon_client.client import Client, connect
    from netmon_client.errors import (
        CollectorUnreachable,
        IncompatibleVersion,
        InvalidRequest,
        NetmonError,
        NotPermitted,
        RecorderUnreachable,
        ServerFault,
        StreamLost,
    )
    from netmon_client.feed import (
        Disconnected,
        End,
        Feed,
        FeedItem,
        Heartbeat,
        Hello,
        Reconnected,
        Stale,
    )
    from netmon_client.following import Timing
    from netmon_client.history_aio import AsyncHistoryClient, connect_history_async
    from netmon_client.history_answers import Alerts, HistoryStatus, PutAlert
    from netmon_client.history_client import HistoryClient, connect_history
    from netmon_client.query import QueryError, format_filter, parse_query
    from netmon_client.socket_path import default_recorder_path, default_socket_path

_MODULES = {
    "AsyncHistoryClient": "history_aio",
    "HistoryClient": "history_client",
    "connect_history": "history_client",
    "connect_history_async": "history_aio",
    "Alerts": "history_answers",
    "HistoryStatus": "history_answers",
    "PutAlert": "history_answers",
    "RecorderUnreachable": "errors",
    "default_recorder_path": "socket_path",
    "AsyncClient": "aio",
    "connect_async": "aio",
    "Bandwidth": "answers",
    "MonitoringChange": "answers",
    "Refreshed": "answers",
    "Client": "client",
    "connect": "client",
    "CollectorUnreachable": "errors",
    "IncompatibleVersion": "errors",
    "InvalidRequest": "errors",
    "NetmonError": "errors",
    "NotPermitted": "errors",
    "ServerFault": "errors",
    "StreamLost": "errors",
    "Disconnected": "feed",
    "End": "feed",
    "Feed": "feed",
    "FeedItem": "feed",
    "Heartbeat": "feed",
    "Hello": "feed",
    "Reconnected": "feed",
    "Stale": "feed",
    "Timing": "following",
    "QueryError": "query",
    "format_filter": "query",
    "parse_query": "query",
    "default_socket_path": "socket_path",
}

__all__ = [
    "Alerts",
    "AsyncClient",
    "AsyncHistoryClient",
    "Bandwidth",
    "Client",
    "CollectorUnreachable",
    "Disconnected",
    "End",
    "Feed",
    "FeedItem",
    "Heartbeat",
    "Hello",
    "HistoryClient",
    "HistoryStatus",
    "IncompatibleVersion",
    "InvalidRequest",
    "MonitoringChange",
    "NetmonError",
    "NotPermitted",
    "PutAlert",
    "QueryError",
    "Reconnected",
    "RecorderUnreachable",
    "Refreshed",
    "ServerFault",
    "Stale",
    "StreamLost",
    "Timing",
    "connect",
    "connect_async",
    "connect_history",
    "connect_history_async",
    "default_recorder_path",
    "default_socket_path",
    "format_filter",
    "parse_query",
]


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
