"""The words of netmon as frozen values. Standard library only: every part may import it.

Shapes and units stand with each class; counters are captured IP bytes unless a name says payload. The words of history
are loaded when they are first asked for: who only looks at what is now does not wait for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from netmon.model.connection import Application, Connection, ConnectionFacts, Endpoint, Process
from netmon.model.domain import DomainApplication, DomainTraffic, UnnamedTraffic
from netmon.model.enums import (
    AttemptResult,
    CaptureState,
    ConnectionState,
    Direction,
    DomainSource,
    FilterField,
    GapCause,
    InterfaceChange,
    MonitoringState,
    OwnerConfidence,
    OwnerMethod,
    PacketSource,
    Protocol,
    Remainder,
    RowOrder,
    Scope,
    Section,
    UnattributedReason,
    UnnamedReason,
    Visibility,
)
from netmon.model.event import (
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    Event,
    EventKind,
    InterfaceChanged,
    MonitoringChanged,
    StatisticsCleared,
)
from netmon.model.explanation import Advice, Explanation, OwnerAttempt
from netmon.model.filter import Filter, Network, Range, Term
from netmon.model.ledger import InterfaceLedger, LedgerReason, LedgerSums
from netmon.model.load import ProcessCost, Queue, ServiceLimits, StreamLag
from netmon.model.snapshot import (
    OTHER_USERS_ID,
    ApplicationBandwidth,
    BandwidthSample,
    Degradation,
    Drops,
    Gap,
    Omitted,
    OtherUsers,
    Snapshot,
    View,
)
from netmon.model.status import Caller, InterfaceStatus, NamesStatus, OwnerWay, Status
from netmon.model.traffic import InterfaceTraffic, ScopeTraffic, Traffic, UnattributedTraffic

if TYPE_CHECKING:
    from netmon.model.history import (
        EVERY_KEY,
        NO_USAGE,
        Calendar,
        HistoryGap,
        UsageAnswer,
        UsageBucket,
        UsageKey,
        UsagePoint,
        UsageQuery,
        UsageRow,
        UsageSeries,
        UsageSums,
    )
    from netmon.model.history_alert import AlertFiring, AlertRule, AlertState, AlertTest, QuietHours
    from netmon.model.history_entity import (
        BrowserDomains,
        BrowserQuery,
        BrowserUsage,
        Entity,
        EntityPage,
        EntityQuery,
        ExportBatch,
        ExportEnd,
        ExportHeader,
        ExportItem,
        ExportQuery,
        Timeline,
        TimelineLane,
        TimelineQuery,
        TimelineSpan,
    )
    from netmon.model.history_enums import (
        AlertMeasure,
        BucketSize,
        EntityOrder,
        HistoryGapKind,
        RecordingState,
        StorageState,
        UsageDimension,
    )
    from netmon.model.history_storage import (
        AggregationReport,
        CacheReport,
        CleanupPlan,
        CleanupProgress,
        CleanupSelection,
        RecorderStatus,
        RetentionPolicy,
        StorageStatus,
        StorageTier,
    )

__all__ = [
    "EVERY_KEY",
    "NO_USAGE",
    "OTHER_USERS_ID",
    "Advice",
    "AggregationReport",
    "AlertFiring",
    "AlertMeasure",
    "AlertRule",
    "AlertState",
    "AlertTest",
    "Application",
    "ApplicationBandwidth",
    "AttemptResult",
    "BandwidthSample",
    "BrowserDomains",
    "BrowserQuery",
    "BrowserUsage",
    "BucketSize",
    "CacheReport",
    "Calendar",
    "Caller",
    "CaptureState",
    "CleanupPlan",
    "CleanupProgress",
    "CleanupSelection",
    "Connection",
    "ConnectionClosed",
    "ConnectionFacts",
    "ConnectionNamed",
    "ConnectionOpened",
    "ConnectionReattributed",
    "ConnectionState",
    "Degradation",
    "Direction",
    "DomainApplication",
    "DomainSource",
    "DomainTraffic",
    "Drops",
    "Endpoint",
    "Entity",
    "EntityOrder",
    "EntityPage",
    "EntityQuery",
    "Event",
    "EventKind",
    "Explanation",
    "ExportBatch",
    "ExportEnd",
    "ExportHeader",
    "ExportItem",
    "ExportQuery",
    "Filter",
    "FilterField",
    "Gap",
    "GapCause",
    "HistoryGap",
    "HistoryGapKind",
    "InterfaceChange",
    "InterfaceChanged",
    "InterfaceLedger",
    "InterfaceStatus",
    "InterfaceTraffic",
    "LedgerReason",
    "LedgerSums",
    "MonitoringChanged",
    "MonitoringState",
    "NamesStatus",
    "Network",
    "Omitted",
    "OtherUsers",
    "OwnerAttempt",
    "OwnerConfidence",
    "OwnerMethod",
    "OwnerWay",
    "PacketSource",
    "Process",
    "ProcessCost",
    "Protocol",
    "Queue",
    "QuietHours",
    "Range",
    "RecorderStatus",
    "RecordingState",
    "Remainder",
    "RetentionPolicy",
    "RowOrder",
    "Scope",
    "ScopeTraffic",
    "Section",
    "ServiceLimits",
    "Snapshot",
    "StatisticsCleared",
    "Status",
    "StorageState",
    "StorageStatus",
    "StorageTier",
    "StreamLag",
    "Term",
    "Timeline",
    "TimelineLane",
    "TimelineQuery",
    "TimelineSpan",
    "Traffic",
    "UnattributedReason",
    "UnattributedTraffic",
    "UnnamedReason",
    "UnnamedTraffic",
    "UsageAnswer",
    "UsageBucket",
    "UsageDimension",
    "UsageKey",
    "UsagePoint",
    "UsageQuery",
    "UsageRow",
    "UsageSeries",
    "UsageSums",
    "View",
    "Visibility",
]

_HISTORY = (
    "netmon.model.history",
    "netmon.model.history_alert",
    "netmon.model.history_entity",
    "netmon.model.history_enums",
    "netmon.model.history_storage",
)


def __getattr__(name: str) -> object:
    """Load a name of history's from the module that defines it."""
    if name in __all__:
        for module in _HISTORY:
            value = getattr(import_module(module), name, None)
            if value is not None:
                globals()[name] = value
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
