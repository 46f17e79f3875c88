"""The closed sets of words of the model. Numbers are those of the wire, which a test compares."""

from enum import IntEnum, unique


@unique
class Scope(IntEnum):
    """Where the other end of a connection is."""

    UNSPECIFIED = 0
    LOOPBACK = 1
    LAN = 2
    INTERNET = 3


@unique
class UnattributedReason(IntEnum):
    """Why traffic has no owner; UNSPECIFIED where it has one."""

    UNSPECIFIED = 0
    PENDING = 1
    GONE = 2
    KERNEL = 3
    FORWARDED = 4
    OTHER_NAMESPACE = 5
    NO_PRIVILEGE = 6
    PROTOCOL = 7
    FRAGMENT = 8
    TABLE_FULL = 9
    NO_LOOKUP = 10
    CARRIER = 11
    NO_HELPER = 12


@unique
class Protocol(IntEnum):
    """Transport protocol."""

    UNSPECIFIED = 0
    TCP = 1
    UDP = 2
    ICMP = 3
    SCTP = 4
    OTHER = 5


@unique
class ConnectionState(IntEnum):
    """State of a connection: the kernel's for TCP, activity for the rest."""

    UNSPECIFIED = 0
    LISTEN = 1
    SYN_SENT = 2
    SYN_RECV = 3
    ESTABLISHED = 4
    FIN_WAIT_1 = 5
    FIN_WAIT_2 = 6
    CLOSE_WAIT = 7
    CLOSING = 8
    LAST_ACK = 9
    TIME_WAIT = 10
    CLOSED = 11
    ACTIVE = 12
    IDLE = 13


@unique
class Direction(IntEnum):
    """Who opened a connection."""

    UNSPECIFIED = 0
    OUTBOUND = 1
    INBOUND = 2
    FORWARDED = 3


@unique
class OwnerMethod(IntEnum):
    """How the owner of a connection was found."""

    UNSPECIFIED = 0
    EXACT = 1
    LISTENER = 2
    WILDCARD = 3
    CREATOR = 4
    USER = 5
    SIBLING = 6


@unique
class OwnerConfidence(IntEnum):
    """How sure an owner is."""

    UNSPECIFIED = 0
    CERTAIN = 1
    INFERRED = 2


@unique
class AttemptResult(IntEnum):
    """What came of an attempt to find the owner of a connection.

    OVERRULED: it named somebody, and the owner so far, who is known more surely, stays.
    """

    UNSPECIFIED = 0
    FOUND = 1
    CORRECTED = 2
    OVERRULED = 3
    NOTHING_KNOWN = 4
    NOT_LISTED = 5
    NO_PROCESS = 6
    TOO_YOUNG = 7
    LEFT_OUT = 8


@unique
class DomainSource(IntEnum):
    """Where a domain was learnt."""

    UNSPECIFIED = 0
    SNI = 1
    QUIC = 2
    DNS = 3
    HOSTS_FILE = 4


@unique
class UnnamedReason(IntEnum):
    """Why a connection has no domain; UNSPECIFIED where it has one or none is to be expected.

    Beside a domain: why the connection did not tell it by itself.
    """

    UNSPECIFIED = 0
    OLDER = 1
    NOT_SEEN = 2
    NO_SERVER_NAME = 3
    ENCRYPTED_HELLO = 4
    ENCRYPTED_DNS = 5
    NOT_ASKED = 6
    SWITCHED_OFF = 7
    OTHER_USERS = 8


@unique
class Remainder(IntEnum):
    """What a row without endpoints stands for; UNSPECIFIED on ordinary rows."""

    UNSPECIFIED = 0
    CLOSED = 1
    EVICTED = 2
    OTHER_USERS = 3


@unique
class MonitoringState(IntEnum):
    """Whether the collector counts."""

    UNSPECIFIED = 0
    RUNNING = 1
    STOPPED = 2


@unique
class PacketSource(IntEnum):
    """Where the packets come from."""

    UNSPECIFIED = 0
    LIVE = 1
    RECORDING = 2


@unique
class GapCause(IntEnum):
    """Why a subscriber missed something."""

    UNSPECIFIED = 0
    SLOW_READER = 1
    STOPPED = 2
    SUSPENDED = 3
    EXPIRED = 4
    OVERLOAD = 5


@unique
class InterfaceChange(IntEnum):
    """What became of an interface."""

    UNSPECIFIED = 0
    OPENED = 1
    CLOSED = 2
    DOWN = 3
    UP = 4
    FAILED = 5


@unique
class CaptureState(IntEnum):
    """State of the capture on one interface."""

    UNSPECIFIED = 0
    CAPTURING = 1
    DOWN = 2
    LEFT_OUT = 3
    FAILED = 4


@unique
class Visibility(IntEnum):
    """What a caller sees."""

    UNSPECIFIED = 0
    ALL = 1
    OWN = 2


@unique
class Section(IntEnum):
    """A part of a snapshot that a caller may ask for."""

    UNSPECIFIED = 0
    CONNECTIONS = 1
    APPLICATIONS = 2
    INTERFACES = 3
    DOMAINS = 4


@unique
class RowOrder(IntEnum):
    """How rows are ordered, and which a row limit keeps. UNSPECIFIED: by the bytes of the interval, then by total."""

    UNSPECIFIED = 0
    TOTAL = 1
    NEWEST = 2


@unique
class FilterField(IntEnum):
    """What a filter term looks at."""

    UNSPECIFIED = 0
    TEXT = 1
    APPLICATION = 2
    PID = 3
    USER = 4
    UNIT = 5
    EXECUTABLE = 6
    PROTOCOL = 7
    PORT = 8
    LOCAL_PORT = 9
    REMOTE_PORT = 10
    ADDRESS = 11
    LOCAL_ADDRESS = 12
    REMOTE_ADDRESS = 13
    DOMAIN = 14
    STATE = 15
    DIRECTION = 16
    SCOPE = 17
    INTERFACE = 18
    SENT_BYTES = 19
    RECEIVED_BYTES = 20
    RATE = 21
    TOTAL = 22
    AGE = 23
    DOMAIN_SOURCE = 24
    SENT_RATE = 25
    RECEIVED_RATE = 26
    IS = 27
