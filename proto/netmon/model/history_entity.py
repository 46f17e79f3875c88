"""What history knows of things rather than of time: entities, timelines, browsers; and what it exports.

Times are Unix seconds; None in a question is the default that the contract gives.
"""

from dataclasses import dataclass, field

from netmon.model.filter import Filter
from netmon.model.history import NO_USAGE, Calendar, HistoryGap, UsageKey, UsageRow, UsageSeries, UsageSums
from netmon.model.history_enums import BucketSize, EntityOrder, UsageDimension


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityQuery:
    """A question for the entities of one dimension; sums are of the range. ``page_size`` 0: 100."""

    dimension: UsageDimension
    since_time: float | None = None
    until_time: float | None = None
    filter: Filter = field(default_factory=Filter)
    order: EntityOrder = EntityOrder.UNSPECIFIED
    page_size: int = 0
    page_token: str = ""
    include_loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something that history knows. First and last time are of all that is kept, the rest is of the range."""

    key: UsageKey
    first_time: float
    last_time: float
    total: UsageSums = NO_USAGE
    application_count: int = 0
    domain_count: int = 0
    remote_host_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPage:
    """A page of entities; an empty ``next_page_token`` ends the listing."""

    entities: tuple[Entity, ...] = ()
    next_page_token: str = ""
    total_count: int = 0
    since_time: float = 0.0
    until_time: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineQuery:
    """A question for when things were active: one lane a value (identities of applications, else names).

    ``joined_seconds``: silence up to which two spans are one; 0: a grain.
    """

    dimension: UsageDimension
    values: tuple[str, ...]
    since_time: float | None = None
    until_time: float | None = None
    filter: Filter = field(default_factory=Filter)
    joined_seconds: float = 0.0
    include_loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSpan:
    """A stretch of time in which something was active."""

    start_time: float
    end_time: float
    sums: UsageSums = NO_USAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLane:
    """When one thing was active, oldest span first."""

    key: UsageKey
    spans: tuple[TimelineSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """When things were active, in the order of the question. Spans are as exact as ``grain_seconds``."""

    since_time: float
    until_time: float
    grain_seconds: int
    lanes: tuple[TimelineLane, ...] = ()
    gaps: tuple[HistoryGap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserQuery:
    """A question for the domains of browsers. ``top`` 0: 10 a browser."""

    since_time: float | None = None
    until_time: float | None = None
    filter: Filter = field(default_factory=Filter)
    top: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserUsage:
    """One browser: its bytes, those of them that have a domain, and its domains, biggest first."""

    application_id: str
    application_name: str
    total: UsageSums = NO_USAGE
    named: UsageSums = NO_USAGE
    domains: tuple[UsageSeries, ...] = ()
    rest_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserDomains:
    """Browsers and what they talked to, biggest first."""

    since_time: float
    until_time: float
    browsers: tuple[BrowserUsage, ...] = ()
    gaps: tuple[HistoryGap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportQuery:
    """What to export. No ``group_by``: rows of every dimension."""

    since_time: float | None = None
    until_time: float | None = None
    bucket: BucketSize = BucketSize.UNSPECIFIED
    group_by: tuple[UsageDimension, ...] = ()
    filter: Filter = field(default_factory=Filter)
    calendar: Calendar = field(default_factory=Calendar)
    include_loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHeader:
    """First item of an export: what it became, and how many rows will come at the most.

    ``estimated_row_count`` is 0, not told, for a caller who sees their own part alone.
    """

    since_time: float
    until_time: float
    bucket: BucketSize
    calendar: Calendar = field(default_factory=Calendar)
    estimated_row_count: int = 0
    gaps: tuple[HistoryGap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBatch:
    """Some rows of an export, by time, or none; all before ``done_until_time`` has come."""

    rows: tuple[UsageRow, ...]
    done_until_time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEnd:
    """Last item of an export."""

    row_count: int


ExportItem = ExportHeader | ExportBatch | ExportEnd
