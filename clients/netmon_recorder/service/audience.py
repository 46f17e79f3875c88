"""What a caller may see of history."""

import pwd

from netmon.serving import Caller
from netmon_recorder.store import Onlooker

__all__ = ["guest_of", "onlooker_of"]


def onlooker_of(caller: Caller) -> Onlooker | None:
    """Give whose part alone a caller sees; None: all of it. The system is asked for names, which may block."""
    if caller.sees_all:
        return None
    try:
        return Onlooker(uid=caller.uid, user=pwd.getpwuid(caller.uid).pw_name)
    except (KeyError, OverflowError):  # a user without a name, or one who cannot be told: nobody is -1
        return Onlooker(uid=caller.uid, user=str(caller.uid))


def guest_of(caller: Caller) -> int | None:
    """Give whose turn is taken by what a caller asks; None: nobody's, those who see all wait for no guest."""
    return None if caller.sees_all else caller.uid
