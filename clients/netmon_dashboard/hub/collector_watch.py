"""The state of the collector as its stream tells it: decisions alone, no stream, no clock, no tab."""

from typing import Final

from netmon.model import MonitoringState, PacketSource
from netmon_client import Disconnected, Hello, NetmonError, NotPermitted, Reconnected
from netmon_client.units import format_age
from netmon_dashboard.hub import texts
from netmon_dashboard.hub.marks import Mark
from netmon_dashboard.hub.texts import CollectorState, StateText

BACK_SAID_SECONDS: Final = 10.0
"""How long a state says that the collector is back, before it is just live."""


class CollectorWatch:
    """Fed what the stream says; ``state`` is what tabs are to show. ``now`` is in Unix seconds throughout."""

    def __init__(self, socket: str, now: float) -> None:
        """Begin before the first answer; ``socket``: the collector's path, for the commands that are said."""
        self._socket = socket
        self.state = CollectorState(said=texts.connecting(), since=now)
        self.is_counting = False
        self._instance_id = ""
        self._was_live = False
        self._is_recording = False
        self._back: StateText | None = None
        self._monitoring = MonitoringState.UNSPECIFIED
        self._stopped_since: float | None = None
        self._marks: list[Mark] = []

    def take_marks(self) -> list[Mark]:
        """Give the marks since the last call."""
        marks, self._marks = self._marks, []
        return marks

    def reconnected(self, item: Reconnected, now: float) -> None:
        """It is back; a hello follows."""
        self._back = texts.live(away_seconds=item.after_seconds, is_restarted=item.instance_changed)
        if item.instance_changed:
            self._restarted(now, f" after {format_age(item.after_seconds)}")

    def greeted(self, hello: Hello, now: float) -> None:
        """It answers. Where the stream ended for good in between (another version), only this tells a restart."""
        if self._instance_id not in {"", hello.instance_id}:
            self._restarted(now)
        self._instance_id = hello.instance_id
        self._is_recording = hello.packet_source is PacketSource.RECORDING

    def _restarted(self, now: float, after: str = "") -> None:
        self._instance_id = ""
        self._monitoring = MonitoringState.UNSPECIFIED
        self._stopped_since = None
        self._marks.append(Mark(time=now, kind="restart", text=f"The collector was started anew{after}"))

    def alive(self, monitoring: MonitoringState, now: float, *, since: float | None = None) -> None:
        """It said something, and whether it counts; ``since``: when that began, where it is known."""
        before, self._monitoring = self._monitoring, monitoring
        self._was_live = True
        if monitoring is MonitoringState.STOPPED:
            if before is MonitoringState.RUNNING:
                self._marks.append(Mark(time=now, kind="stopped", text="Monitoring was stopped"))
            if since is not None or self._stopped_since is None:
                self._stopped_since = now if since is None else since
            if self.state.said.state != "stopped":
                self._set(texts.stopped(self._stopped_since, self._socket), self._stopped_since)
            self.is_counting = False
            self._back = None
            return
        if before is MonitoringState.STOPPED:
            self._marks.append(Mark(time=now, kind="started", text="Monitoring runs again"))
        self._stopped_since = None
        self.is_counting = True
        self._live(now)

    def _live(self, now: float) -> None:
        """Be live; for some seconds that begins with how long it was away."""
        if self._back is not None:
            said, self._back = self._back, None
            self._set(said, now)
        # A snapshot may be older than the greeting that brought it; a recording that begins again is so by far.
        elif self.state.said.state != "live" or abs(now - self.state.since) >= BACK_SAID_SECONDS:
            self._set(texts.live(is_recording=self._is_recording), now)

    def silent(self, seconds: float, now: float) -> None:
        """Nothing came for so long."""
        self._set(texts.stale(self._socket), now - seconds)

    def lost(self, item: Disconnected, error: NetmonError | None, now: float, *, is_said_again: bool) -> None:
        """The stream ended; ``error``: what a call says that was tried since, None where none was or it succeeded.

        A directory that is opened last is closed for a moment while the collector starts: one refusal is no news.
        """
        if isinstance(error, NotPermitted) and is_said_again:
            said = texts.failed(error, self._socket, was_live=self._was_live)
        else:
            remedy = "" if self._was_live else item.remedy  # what was there and is gone is to be started
            said = texts.unavailable(error, self._socket, was_live=self._was_live, reason=item.reason, remedy=remedy)
        self._set(said, now, now + item.retry_seconds)

    def failed(self, error: NetmonError, now: float, retry_seconds: float) -> None:
        """The stream cannot be followed, for a reason that only somebody else can mend."""
        self._set(texts.failed(error, self._socket, was_live=self._was_live), now, now + retry_seconds)

    def faulted(self, now: float, retry_seconds: float) -> None:
        """The dashboard itself failed, and begins anew."""
        self._set(texts.faulted(), now, now + retry_seconds)

    def _set(self, said: StateText, since: float, retry_at: float | None = None) -> None:
        if said.state == self.state.said.state:
            since = self.state.since  # said in other words; it began when it began
        self.state = CollectorState(said=said, since=since, retry_at=retry_at)
