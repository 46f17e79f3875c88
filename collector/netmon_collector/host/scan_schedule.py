"""When to list sockets: soon when a connection waits for its owner, seldom when nothing does.

Pure: times are monotonic seconds and come as arguments.
"""

FIRST_PACKET_DELAY_SECONDS = 0.05
"""How long a connection waits for others to share the listing with it."""
MIN_INTERVAL_SECONDS = 0.25
MIN_IDLE_INTERVAL_SECONDS = 2.0
MAX_INTERVAL_SECONDS = 30.0
QUIET_INTERVAL_SECONDS = 10.0
"""The idle interval while nobody made or closed a socket, as far as one is told."""


class ScanSchedule:
    """Holds the CPU that listings cost below a share of one core.

    ``cpu_share_idle`` is spent when nothing waits, ``cpu_share_busy`` at most while something does. After a listing the
    next one waits until its cost is paid for at that share, within fixed bounds; what could not be paid for within
    the upper bound of 30 s is carried over, so that the busy share holds over any time of several listings.

    The idle share is half of the 1 % of a core that all may take with psutil, whose listing takes 14 to 32 ms.
    """

    def __init__(self, *, is_told: bool = False, cpu_share_idle: float = 0.005, cpu_share_busy: float = 0.02) -> None:
        """Shares of one core, each above 0 and at most 1. Raises ``ValueError`` for others.

        ``is_told``: somebody calls ``heard`` when a process makes or closes sockets. While nobody does, little is new.
        """
        if not 0 < cpu_share_idle <= cpu_share_busy <= 1:
            raise ValueError("the shares must lie above 0 and at most 1, idle not above busy")
        self._cpu_share_idle = cpu_share_idle
        self._cpu_share_busy = cpu_share_busy
        self._last_time: float | None = None
        self._cost_seconds = 0.0
        self._is_forced = False
        self._has_news = not is_told
        self._is_told = is_told

    def heard(self) -> bool:
        """Say that a process made or used a socket, and give whether that was news since the last listing began."""
        was_news, self._has_news = self._has_news, True
        return not was_news

    def begun(self) -> None:
        """Say that a listing begins: it shows all that was heard of."""
        self._has_news = not self._is_told

    def force(self) -> None:
        """Ask for a listing at once."""
        self._is_forced = True

    def due(self, now: float, oldest_pending: float | None = None) -> bool:
        """Whether to list now; ``oldest_pending`` is when the oldest connection without an owner was first seen."""
        return now >= self.next_time(now, oldest_pending)

    def next_time(self, now: float, oldest_pending: float | None = None) -> float:
        """When to list next if nothing changes; never before ``now``."""
        if self._last_time is None or self._is_forced:
            return now
        return max(now, min(self._idle_time(), self._pending_time(oldest_pending)))

    @property
    def idle_interval_seconds(self) -> float:
        """How long the next listing waits when nothing asks for it, since the last one."""
        wanted = self._cost_seconds / self._cpu_share_idle
        least = MIN_IDLE_INTERVAL_SECONDS if self._has_news else QUIET_INTERVAL_SECONDS
        return min(max(wanted, least), MAX_INTERVAL_SECONDS)

    def finished(self, now: float, cost_seconds: float) -> None:
        """Say that a listing ended at ``now`` and took ``cost_seconds`` of CPU."""
        debt = 0.0
        if self._last_time is not None:
            paid = (now - self._last_time) * self._cpu_share_busy
            debt = max(0.0, self._cost_seconds - paid)
        self._cost_seconds = max(0.0, cost_seconds) + debt
        self._last_time = now
        self._is_forced = False

    def _idle_time(self) -> float:
        return (self._last_time or 0.0) + self.idle_interval_seconds

    def _pending_time(self, oldest_pending: float | None) -> float:
        if oldest_pending is None or self._last_time is None:
            return float("inf")
        pause = max(MIN_INTERVAL_SECONDS, self._cost_seconds / self._cpu_share_busy)
        return max(oldest_pending + FIRST_PACKET_DELAY_SECONDS, self._last_time + pause)
