"""What history keeps and answers: usage by key and bucket, and what is missing.

Bytes are captured IP bytes (header and payload, no link header), seen from this machine's side. Times are Unix seconds.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from netmon.model.enums import Protocol, Scope
from netmon.model.filter import Filter
from netmon.model.history_enums import BucketSize, HistoryGapKind, UsageDimension


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryGap:
    """A stretch of time of which history holds nothing, or too little. ``until_time`` None: it lasts."""

    kind: HistoryGapKind
    since_time: float
    until_time: float | None = None
    dropped_packets: int = 0


class UsageKey(NamedTuple):
    """What usage is kept by. In grouped answers only the fields of the group's dimensions are set.

    ``is_folded``: stands for many small ones of a minute, whose hosts and domains are not kept, nor their application
    where it is empty. To callers who may not see everything all that is of other users is one: of the application
    `OTHER_USERS_ID`, and "(other users)" for each name, host and domain. The process is told in seconds alone, 0
    and None where there is none. A named tuple, since the recorder makes one for each row.
    """

    user: str = ""
    application_id: str = ""
    application_name: str = ""
    remote_host: str = ""
    domain: str = ""
    protocol: Protocol = Protocol.UNSPECIFIED
    scope: Scope = Scope.UNSPECIFIED
    interface: str = ""
    is_folded: bool = False
    pid: int = 0
    process_name: str = ""
    process_start_time: float | None = None


class UsageSums(NamedTuple):
    """IP bytes each way, packets both ways together, and connections that began."""

    sent_bytes: int = 0
    received_bytes: int = 0
    packet_count: int = 0
    connection_count: int = 0

    @property
    def total_bytes(self) -> int:
        """Bytes both ways together."""
        return self.sent_bytes + self.received_bytes

    def plus(self, other: "UsageSums") -> "UsageSums":
        """Give both together."""
        return UsageSums(
            self.sent_bytes + other.sent_bytes,
            self.received_bytes + other.received_bytes,
            self.packet_count + other.packet_count,
            self.connection_count + other.connection_count,
        )


NO_USAGE: Final = UsageSums()
"""Nothing at all."""

EVERY_KEY: Final = UsageKey()
"""The key of what is not grouped."""


class UsageRow(NamedTuple):
    """What one key moved in the bucket that starts at ``start_time``."""

    start_time: float
    key: UsageKey
    sums: UsageSums


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Whose days and months. Empty ``time_zone``: the recorder's own. Months begin on their first day, 1 to 31.

    In a month that is too short it is the last one; 0 stands for 1.
    """

    time_zone: str = ""
    month_first_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuery:
    """A question for usage. Ends of the range are widened to whole buckets; None: the last 24 hours, until now.

    ``group_by``: none to two different ones. ``top`` 0: 10 series. ``compare``: also the period before.
    """

    since_time: float | None = None
    until_time: float | None = None
    bucket: BucketSize = BucketSize.UNSPECIFIED
    group_by: tuple[UsageDimension, ...] = ()
    filter: Filter = field(default_factory=Filter)
    top: int = 0
    compare: bool = False
    calendar: Calendar = field(default_factory=Calendar)
    include_loopback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageBucket:
    """One bucket of a range. ``total`` None: nothing is known of it, which is no zero; so for ``previous``.

    ``recorded_seconds``: how much of it, up to now, was recorded.
    """

    start_time: float
    end_time: float
    is_running: bool = False
    recorded_seconds: float = 0.0
    total: UsageSums | None = None
    previous: UsageSums | None = None
    is_lower_bound: bool = False


class UsagePoint(NamedTuple):
    """What a series moved in the bucket of this index."""

    bucket_index: int
    sums: UsageSums


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSeries:
    """What one group moved: in all, in the period before (None: not asked for), and in each bucket where it did."""

    key: UsageKey = EVERY_KEY
    total: UsageSums = NO_USAGE
    previous: UsageSums | None = None
    points: tuple[UsagePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAnswer:
    """Usage of a range, as the range, bucket and calendar became. Series and rest together are ``total``.

    ``rest`` None: no group was left out of ``series``. ``oldest_time``: start of the oldest that is kept at this size.
    """

    since_time: float
    until_time: float
    bucket: BucketSize
    calendar: Calendar = field(default_factory=Calendar)
    buckets: tuple[UsageBucket, ...] = ()
    series: tuple[UsageSeries, ...] = ()
    rest: UsageSeries | None = None
    rest_count: int = 0
    total: UsageSums = NO_USAGE
    previous_total: UsageSums | None = None
    gaps: tuple[HistoryGap, ...] = ()
    previous_gaps: tuple[HistoryGap, ...] = ()
    previous_since_time: float | None = None
    previous_until_time: float | None = None
    oldest_time: float | None = None
