"""What can go wrong for a client, one class for each thing that a caller can do about it."""


class NetmonError(Exception):
    """Anything that keeps a client from its answer.

    ``what`` happened, ``why`` where it is known, and ``remedy``: the exact next command, where there is one.
    ``exit_code`` is what a command-line program should end with.
    """

    exit_code = 1

    def __init__(self, what: str, *, why: str = "", remedy: str = "", reason: str = "") -> None:
        super().__init__(f"{what} ({why})" if why else what)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.reason = reason
        """The collector's stable word for it (metadata ``netmon-reason``); empty where it gave none."""


class CollectorUnreachable(NetmonError):
    """Nobody answers: start the collector, or try again later.

    ``is_there``: somebody is, who was too slow or has no room; what else runs over the same connection goes on.
    """

    exit_code = 3

    def __init__(self, what: str, *, why: str = "", remedy: str = "", reason: str = "", is_there: bool = False) -> None:
        super().__init__(what, why=why, remedy=remedy, reason=reason)
        self.is_there = is_there


class RecorderUnreachable(CollectorUnreachable):
    """Nobody answers for history: start the recorder, or do without it; the live views need none."""


class NotPermitted(NetmonError):
    """The caller may not do this: ask for access."""

    exit_code = 4


class IncompatibleVersion(NetmonError):
    """The two sides speak different versions: update one of them."""

    exit_code = 5


class InvalidRequest(NetmonError):
    """The collector refused what was asked for: ask for something else."""

    exit_code = 2


class StreamLost(NetmonError):
    """A stream ended before its time, and reconnecting was not wanted: open it again."""

    exit_code = 7


class ServerFault(NetmonError):
    """The collector failed: report it, with ``fault_id``, which stands in its log."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "", reason: str = "", fault_id: str = "") -> None:
        super().__init__(what, why=why, remedy=remedy, reason=reason)
        self.fault_id = fault_id
