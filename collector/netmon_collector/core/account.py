"""One application's sums in the hands of one user, and how many connections it has."""

from netmon.model import Process
from netmon_collector.core.tally import Tally


class UserSums:
    """What one user's connections left behind: those that ended, and those whose rows were given up."""

    __slots__ = ("closed", "evicted", "flow_count")

    def __init__(self) -> None:
        """Start at zero."""
        self.closed = Tally()
        self.evicted = Tally()
        self.flow_count = 0


class Account:
    """One application of one user: its sums over all that it has and had, and what of them crosses a network now.

    ``uid`` None: whose it is could not be read. ``user`` holds that user's sums beyond single connections.
    """

    __slots__ = (
        "connection_count",
        "first_time",
        "flow_count",
        "id",
        "is_browser",
        "last_time",
        "listening_count",
        "name",
        "network_received_bytes",
        "network_sent_bytes",
        "path",
        "process_ids",
        "remotes",
        "tally",
        "uid",
        "user",
        "users",
    )

    def __init__(
        self,
        application_id: str,
        name: str,
        path: str,
        first_time: float,
        *,
        uid: int | None = None,
        user: UserSums | None = None,
    ) -> None:
        """Open an account at ``first_time`` (Unix seconds)."""
        self.uid = uid
        self.user = user or UserSums()
        self.id = application_id
        self.name = name
        self.path = path
        self.first_time = first_time
        self.last_time: float | None = None
        self.tally = Tally()
        self.flow_count = 0
        self.is_browser = False
        self.network_sent_bytes = 0
        self.network_received_bytes = 0
        self.begin_count()

    def begin_count(self) -> None:
        """Begin to count connections anew."""
        self.connection_count = 0
        self.listening_count = 0
        self.process_ids: set[str] = set()
        self.remotes: set[bytes] = set()
        self.users: set[str] = set()

    def count(self, process: Process, remote_address: bytes, *, is_listening: bool) -> None:
        """Count an open connection of one of its processes; ``remote_address`` is empty where it has no peer."""
        if is_listening:
            self.listening_count += 1
        else:
            self.connection_count += 1
        self.process_ids.add(process.id)
        if remote_address:
            self.remotes.add(remote_address)
        if process.user:
            self.users.add(process.user)
