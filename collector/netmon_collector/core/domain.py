"""One domain: what each application of each user moved with it. Times are Unix seconds."""

from typing import NamedTuple

from netmon.model import DomainSource, UnnamedReason
from netmon_collector.core.tally import Tally

__all__ = ["OTHERS_NAME", "SHARE_LIMIT", "Domain", "DomainShare", "ShareKey"]

SHARE_LIMIT = 32
"""How many applications of one user are kept apart in a domain; further ones are summed up."""

USER_LIMIT = 256
"""How many shares a domain has at the most, whatever there are of users."""

OTHERS_NAME = "(others)"
OTHERS_ID = "others"


class ShareKey(NamedTuple):
    """Whose a share is. Empty id: what has no owner.

    ``untold``: the domain is known from what others asked for, so that its owner's user may not be told it; the value
    is why there is no name for them. None: it may be told.
    """

    application_id: str
    uid: int | None
    untold: UnnamedReason | None = None


class DomainShare:
    """What one application of one user moved with one domain. Times are Unix seconds."""

    __slots__ = (
        "application_name",
        "connection_count",
        "domain",
        "first_time",
        "flow_count",
        "key",
        "last_time",
        "source",
        "tally",
    )

    def __init__(self, domain: "Domain", key: ShareKey, application_name: str) -> None:
        """Open an empty one."""
        self.domain = domain
        self.key = key
        self.application_name = application_name
        self.tally = Tally()
        self.flow_count = 0
        self.connection_count = 0
        self.source = DomainSource.UNSPECIFIED
        self.first_time = float("inf")
        self.last_time: float | None = None

    @property
    def total_bytes(self) -> int:
        """All bytes that it moved, both ways."""
        return self.tally.sent_bytes + self.tally.received_bytes

    def meet(self, source: DomainSource, first_time: float, last_time: float | None) -> None:
        """Take note of a connection, or of another share: the surest source, the first and the last time."""
        if source and (not self.source or source < self.source):
            self.source = source
        self.first_time = min(self.first_time, first_time)
        if last_time is not None:
            self.last_time = max(self.last_time or last_time, last_time)
        self.domain.revision += 1


class Domain:
    """One domain: what was moved with it, by application and user."""

    __slots__ = ("is_others", "name", "registrable_domain", "revision", "shares")

    def __init__(self, name: str, registrable_domain: str, *, is_others: bool = False) -> None:
        """Open one without sums."""
        self.name = name
        self.registrable_domain = registrable_domain
        self.is_others = is_others
        self.shares: dict[ShareKey, DomainShare] = {}
        self.revision = 0
        """Grows with each change but what is counted."""

    @property
    def flow_count(self) -> int:
        """How many tracked connections count into it."""
        return sum(share.flow_count for share in self.shares.values())

    @property
    def total_bytes(self) -> int:
        """All bytes that it moved, both ways."""
        return sum(share.total_bytes for share in self.shares.values())

    def shares_of(self, uid: int | None) -> list[DomainShare]:
        """Give the shares of a user's applications."""
        return [share for share in self.shares.values() if share.key.uid == uid]

    def share(self, key: ShareKey, application_name: str) -> DomainShare:
        """Give the share of an application of a user."""
        share = self.shares.get(key)
        if share is None:
            # What others have must not decide it: by a limit for all of them a user could tell that they were there.
            if len(self.shares_of(key.uid)) >= SHARE_LIMIT or len(self.shares) >= USER_LIMIT:
                key = ShareKey(OTHERS_ID, key.uid, key.untold)
                if key not in self.shares and len(self.shares) >= USER_LIMIT:
                    key = _NOBODYS
                application_name = OTHERS_NAME
            share = self.shares.get(key)
            if share is None:
                share = self.shares[key] = DomainShare(self, key, application_name)
        return share


_NOBODYS = ShareKey(OTHERS_ID, None)
