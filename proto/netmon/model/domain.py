"""What was counted by domain, and what has none."""

from dataclasses import dataclass

from netmon.model.enums import DomainSource, UnnamedReason
from netmon.model.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainApplication:
    """What one application moved with one domain: IP bytes since the statistics were cleared.

    Empty id: what has no owner. ``connection_count``: those that are open now.
    """

    application_id: str
    application_name: str
    sent_bytes: int = 0
    received_bytes: int = 0
    connection_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainTraffic:
    """The sums of one domain over all connections that have and had it. Times are Unix seconds.

    ``name`` is the domain in full, ``source`` the surest that its connections had it from; ``is_others``: the row
    stands for all domains that were not kept apart. ``applications`` come busiest first.
    """

    name: str
    traffic: Traffic
    registrable_domain: str = ""
    source: DomainSource = DomainSource.UNSPECIFIED
    connection_count: int = 0
    applications: tuple[DomainApplication, ...] = ()
    first_time: float = 0.0
    last_time: float | None = None
    is_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnnamedTraffic:
    """The sums of what has no domain, for one reason, whatever the filter and the row limit."""

    reason: UnnamedReason
    traffic: Traffic
    connection_count: int = 0
