"""What became of the stream, and how the status line and the banner say it."""

import math
from enum import Enum

from netmon.model import MonitoringState, PacketSource, Snapshot, Status
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_client.feed import Disconnected, FeedItem, Heartbeat, Hello, Reconnected, Stale
from netmon_client.socket_path import check_command, cli_command, start_command
from netmon_client.words import clock_time

__all__ = ["Link", "LinkState"]


class LinkState(Enum):
    """How it stands with the collector."""

    WAITING = "waiting"
    LIVE = "live"
    STALE = "stale"
    LOST = "lost"


class Link:
    """Takes what the feed says. Times: ``now`` in monotonic seconds, all others Unix seconds, the collector's."""

    def __init__(self, socket: str, status: Status | None = None) -> None:
        is_stopped = status is not None and status.monitoring_state is MonitoringState.STOPPED
        self.state = LinkState.WAITING
        self.stopped_since = status.monitoring_since if status is not None and is_stopped else None
        self.newest_time = 0.0
        self.is_demo = False
        self.tick_seconds = status.interval_seconds if status is not None else 1.0
        self._socket = socket
        self._since = 0.0
        self._reason = ""
        self._retry_seconds = 1.0

    def take(self, item: FeedItem, now: float) -> None:
        """Take an item into account."""
        match item:
            case Disconnected():
                if self.state is LinkState.LIVE or self.state is LinkState.STALE:
                    self._since = now
                    self.state = LinkState.LOST
                self._reason, self._retry_seconds = item.reason, item.retry_seconds
            case Stale():
                self._since, self.state = now - item.seconds, LinkState.STALE
            case Hello():
                self.state = LinkState.LIVE
                self.is_demo = item.packet_source is PacketSource.RECORDING
            case Snapshot():
                self.state = LinkState.LIVE
                self._monitoring(item.monitoring_state, item.time)
                self.is_demo = item.packet_source is PacketSource.RECORDING
            case Heartbeat():
                self.state = LinkState.LIVE
                self._monitoring(item.monitoring_state, item.time)
            case Reconnected():
                self.state = LinkState.LIVE
            case _:
                return

    def _monitoring(self, state: MonitoringState, time: float) -> None:
        self.newest_time = max(time, self.newest_time) if time > self.newest_time - 60 else time
        if state is not MonitoringState.STOPPED:
            self.stopped_since = None
        elif self.stopped_since is None:
            self.stopped_since = time

    def chip(self, now: float, *, paused_at: float | None) -> Cell:
        """Say it in a few words. ``paused_at``: the time of the snapshot that is shown while the view is paused."""
        match self.state:
            case LinkState.WAITING:
                return Cell(text="◌ Waiting for the collector", style=Style.YELLOW)
            case LinkState.LOST:
                retry = max(1, math.ceil(self._retry_seconds))
                return Cell(text=f"✕ Collector unavailable, retry in {retry} s", style=Style.RED)
            case LinkState.STALE:
                return Cell(text=f"! Stale {now - self._since:.0f} s", style=Style.YELLOW)
            case LinkState.LIVE:
                if self.stopped_since is not None:
                    return Cell(text=f"○ Stopped since {clock_time(self.stopped_since)[:5]}", style=Style.GREY)
                if paused_at is not None:
                    behind = max(0.0, self.newest_time - paused_at)
                    return Cell(text=f"‖ Paused, {behind:.0f} s behind", style=Style.BLUE)
                return Cell(text="● Live", style=Style.GREEN)

    def banner(self, now: float, *, shown_time: float | None) -> list[Cell]:
        """Say what happened, why, and the next command, where something is wrong; nothing otherwise.

        ``shown_time``: of the snapshot that stays on the screen; None: there is none yet.
        """
        start = Cell(text=f"Start it:  {start_command(self._socket)}", style=Style.BOLD)
        match self.state:
            case LinkState.WAITING:
                return [Cell(text=_sentence(self._reason), style=Style.YELLOW), start] if self._reason else []
            case LinkState.LOST:
                shown = "" if shown_time is None else f" What is shown is of {clock_time(shown_time)}."
                lost = f"Lost {now - self._since:.0f} s ago.{shown} {_sentence(self._reason)}"
                return [Cell(text=lost, style=Style.RED), start]
            case LinkState.STALE:
                why = "The collector says nothing: it hangs, or the machine is overloaded."
                return [
                    Cell(text=why, style=Style.YELLOW),
                    Cell(text=f"Check it:  {check_command(self._socket)}", style=Style.BOLD),
                ]
            case LinkState.LIVE:
                if self.stopped_since is None:
                    return []
                stopped = "Monitoring is stopped for everybody on this machine: nothing is counted."
                return [
                    Cell(text=stopped, style=Style.GREY),
                    Cell(text=f"Start it:  {cli_command(self._socket, 'start')}", style=Style.BOLD),
                ]


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}." if reason else ""
