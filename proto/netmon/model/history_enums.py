"""The closed sets of words of history. Numbers are those of the wire, which a test compares."""

from enum import IntEnum, unique


@unique
class UsageDimension(IntEnum):
    """What usage is kept by, and can be grouped by. The short name in texts stands in brackets."""

    UNSPECIFIED = 0
    USER = 1
    APPLICATION = 2
    REMOTE_HOST = 3
    DOMAIN = 4
    PROTOCOL = 5
    SCOPE = 6
    INTERFACE = 7
    PROCESS = 8


@unique
class BucketSize(IntEnum):
    """How long a bucket is."""

    UNSPECIFIED = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    MONTH = 4
    RANGE = 5
    SECOND = 6


@unique
class HistoryGapKind(IntEnum):
    """Why history holds nothing, or too little, of a stretch of time."""

    UNSPECIFIED = 0
    RECORDER_OFF = 1
    COLLECTOR_OFF = 2
    STOPPED = 3
    SUSPENDED = 4
    DROPS = 5
    MISSED = 6
    STORAGE = 7
    NOT_KEPT = 8
    CLOCK = 9


@unique
class EntityOrder(IntEnum):
    """How entities are ordered."""

    UNSPECIFIED = 0
    NAME = 1
    FIRST_SEEN = 2
    LAST_SEEN = 3


@unique
class StorageState(IntEnum):
    """Whether history takes what comes."""

    UNSPECIFIED = 0
    WRITING = 1
    DISK_FULL = 2
    QUOTA_REACHED = 3
    FAILED = 4


@unique
class RecordingState(IntEnum):
    """Whether the recorder records."""

    UNSPECIFIED = 0
    RECORDING = 1
    WAITING = 2
    STOPPED = 3


@unique
class AlertMeasure(IntEnum):
    """What an alert measures."""

    UNSPECIFIED = 0
    TOTAL_BYTES = 1
    SENT_BYTES = 2
    RECEIVED_BYTES = 3
    CONNECTIONS = 4
