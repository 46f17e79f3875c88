"""Callers as a test wants them."""

from netmon.serving import Caller, Credentials

STRANGER = Caller(uid=4711, pid=1, sees_all=False, may_control=False, why="not in group netmon")
MEMBER = Caller(uid=4712, pid=1, sees_all=True, may_control=True, why="member of group netmon")


class OneCaller:
    """Takes every connection for that of one caller."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def find(self, who: Credentials, now: float) -> Caller:
        return self.caller
