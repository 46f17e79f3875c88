"""Where a stream of firings goes on after a loss, and when: decisions alone, no clock, no wait, no gRPC."""

from collections.abc import Sequence

from netmon.model import AlertFiring
from netmon_client.errors import CollectorUnreachable, NetmonError
from netmon_client.following import Timing


class FiringPosition:
    """After the last firing that was seen, or that there was at the beginning."""

    def __init__(self, after_sequence: int | None, timing: Timing) -> None:
        self.after_sequence = after_sequence
        self._timing = timing
        self._retry_seconds = timing.first_retry_seconds
        self._was_there = False

    def connected(self, newest: Sequence[AlertFiring]) -> None:
        """Take in the newest firing, asked for with each connection: so none is missed before the first that comes."""
        sequence = newest[0].sequence if newest else 0
        if self.after_sequence is None:
            self.after_sequence = sequence
        elif sequence < self.after_sequence and self._was_there:
            self.after_sequence = 0  # another history was begun meanwhile: all in it is new

    def note(self, firing: AlertFiring | None) -> None:
        """Take what came into account."""
        self._was_there = True
        self._retry_seconds = self._timing.first_retry_seconds
        if firing is not None:
            self.after_sequence = firing.sequence

    def failed(self, error: NetmonError) -> float:
        """Give the seconds until the next try; raise what cannot be mended, and an absence from the beginning on."""
        if not self._was_there or not isinstance(error, CollectorUnreachable):
            raise error
        seconds = self._retry_seconds
        self._retry_seconds = min(2 * seconds, self._timing.longest_retry_seconds)
        return seconds
