"""Who takes the sockets that a process opens and hands on at once (SCM_RIGHTS, unix(7))."""

from typing import Final

__all__ = ["Takers"]

LIMIT: Final = 64


class Takers:
    """Pids of those that were found with a socket which another one had before. Only a hint: pids are used again.

    A giver's pid of 0 stands for one that is not known: a socket on its way is nobody's.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._takers: dict[int, int] = {}

    def note(self, giver_pid: int, taker_pid: int) -> None:
        """Take who holds a socket now, and who did before; of too many the oldest are forgotten."""
        for pid in (giver_pid, 0):
            self._takers.pop(pid, None)
            self._takers[pid] = taker_pid
        if len(self._takers) > LIMIT:
            del self._takers[next(iter(self._takers))]

    def of(self, giver_pid: int) -> int:
        """Give who took the last socket that this one handed on; 0: nobody is known to."""
        return self._takers.get(giver_pid, 0)
