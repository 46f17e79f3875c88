"""For whom an answer is."""

from netmon.serving import Caller

__all__ = ["only_uid_of"]


def only_uid_of(caller: Caller) -> int | None:
    """Give the user whose own alone is shown; None: everything is.

    A caller who cannot be told has a number that no process has, and so sees nothing but sums.
    """
    return None if caller.sees_all else caller.uid
