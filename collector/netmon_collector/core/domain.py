"""One domain: what each application moved with it. Times are Unix seconds."""

from netmon.model import DomainSource
from netmon_collector.core.tally import Tally

__all__ = ["OTHERS_NAME", "SHARE_LIMIT", "Domain", "DomainShare"]

SHARE_LIMIT = 32
"""How many applications of one domain are kept apart; further ones are summed up."""

OTHERS_NAME = "(others)"
OTHERS_ID = "others"


class DomainShare:
    """What one application moved with one domain."""

    __slots__ = ("application_id", "application_name", "connection_count", "domain", "flow_count", "tally")

    def __init__(self, domain: "Domain", application_id: str, application_name: str) -> None:
        """Open an empty one."""
        self.domain = domain
        self.application_id = application_id
        self.application_name = application_name
        self.tally = Tally()
        self.flow_count = 0
        self.connection_count = 0


class Domain:
    """One domain: what was moved with it, by application. Times are Unix seconds."""

    __slots__ = ("first_time", "is_others", "last_time", "name", "registrable_domain", "revision", "shares", "source")

    def __init__(self, name: str, registrable_domain: str, first_time: float, *, is_others: bool = False) -> None:
        """Open one without sums."""
        self.name = name
        self.registrable_domain = registrable_domain
        self.source = DomainSource.UNSPECIFIED
        self.first_time = first_time
        self.last_time: float | None = None
        self.is_others = is_others
        self.shares: dict[str, DomainShare] = {}
        self.revision = 0
        """Grows with each change but what is counted."""

    @property
    def flow_count(self) -> int:
        """How many tracked connections count into it."""
        return sum(share.flow_count for share in self.shares.values())

    @property
    def total_bytes(self) -> int:
        """All bytes that it moved, both ways."""
        return sum(share.tally.sent_bytes + share.tally.received_bytes for share in self.shares.values())

    def share(self, application_id: str, application_name: str) -> DomainShare:
        """Give the share of an application."""
        share = self.shares.get(application_id)
        if share is None:
            if len(self.shares) >= SHARE_LIMIT:
                application_id, application_name = OTHERS_ID, OTHERS_NAME
            share = self.shares.setdefault(application_id, DomainShare(self, application_id, application_name))
        return share

    def meet(self, source: DomainSource, first_time: float, last_time: float | None) -> None:
        """Take note of a connection, or of another domain's: the surest source, the first and the last time."""
        if source and (not self.source or source < self.source):
            self.source = source
        self.first_time = min(self.first_time, first_time)
        if last_time is not None:
            self.last_time = max(self.last_time or last_time, last_time)
        self.revision += 1
