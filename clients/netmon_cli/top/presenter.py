"""All of the live view but the drawing: takes what the feed says and what the user does, gives what is to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from netmon.matching import check_filter
from netmon.model import Degradation, Filter, PacketSource, Snapshot, Status
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.render.table import Cell
from netmon_cli.since import SinceNow
from netmon_cli.top.board import Board, Moment
from netmon_cli.top.choices import Choices, hiding, subject_after, turned
from netmon_cli.top.link import Link, LinkState
from netmon_cli.top.rows import Entry, Listing, Order, application_of, listing_of, sort_keys
from netmon_cli.top.sheet import Columns, Sheet
from netmon_cli.top.status_line import caption_cells, refresh_words, status_cells
from netmon_cli.top.watch import Failure, Past, Watched
from netmon_client.feed import Hello, Reconnected

__all__ = ["Presenter", "Request"]

_NOTE_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of the collector."""

    interval_seconds: float
    filter: Filter


class Presenter:
    """The state of one view. ``now`` is in monotonic seconds everywhere."""

    def __init__(self, choices: Choices, socket: str, status: Status | None = None) -> None:
        self.choices = choices
        self.moment: Moment | None = None
        self.link = Link(socket, status)
        self.order = Order()
        self.failure: Exception | None = None
        self.is_paused = False
        self.newest: Moment | None = None
        self._raw: Snapshot | None = None
        self._board = Board()
        self._since: SinceNow | None = None
        self._columns = Columns()
        self._listing = Listing(entries=[], count=0, of_count=0)
        self._is_crowded = False
        self._note = ""
        self._note_until = 0.0

    @property
    def request(self) -> Request:
        """What is to be asked of the collector.

        The filter is applied here, so that another one shows its rows at once; only a collector that has more
        rows than it sends is given it too.
        """
        condition = self.choices.filter if self._is_crowded else Filter()
        return Request(interval_seconds=self.choices.interval_seconds, filter=condition)

    @property
    def degraded(self) -> tuple[Degradation, ...]:
        """What works less well than it could."""
        return self.moment.snapshot.degraded if self.moment else ()

    @property
    def look(self) -> Look:
        """How values are shown."""
        time = self.moment.snapshot.time if self.moment else 0.0
        return Look(now=time, units=self.choices.units, numeric=self.choices.numeric)

    def begin_request(self) -> None:
        """Another subscription begins: what it has first is not new."""
        self._board.begin_view()

    def take(self, items: Sequence[Watched], now: float) -> bool:
        """Take what the feed said; tell whether there is more to draw than the lines around the table."""
        before = self.moment, self.is_past
        for item in items:
            match item:
                case Past():
                    self._board.add_past(item.samples)
                case Failure():
                    self.failure = item.error
                case _:
                    self.link.take(item, now)
            if isinstance(item, Snapshot):
                self._take_snapshot(item)
            elif isinstance(item, Hello) and item.interval_seconds > self.choices.interval_seconds:
                self.choices = replace(self.choices, interval_seconds=item.interval_seconds)
            elif isinstance(item, Reconnected):
                begun = ", a new instance: sums begin anew" if item.instance_changed else ""
                self.say(f"back after {item.after_seconds:.0f} s{begun}", now)
        return before[0] is not self.moment or before[1] != self.is_past

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._raw = snapshot
        if snapshot.omitted.connection_count and not self.request.filter.terms:
            self._is_crowded = True
        shown = self._since.apply(snapshot) if self._since else snapshot
        self.newest = self._board.take(shown)
        if not self.is_paused or self.moment is None:
            self.moment = self.newest

    def sheet(self, now: float) -> Sheet:
        """Give the table."""
        if self.moment is None:
            return Sheet(look=self.look)
        self._listing = listing_of(self.moment, self.choices)
        entries = self.order.arrange(self._listing.entries, self.choices.sort, now)
        return Sheet(
            columns=self._columns.of(
                self.choices.subject,
                entries,
                self.look,
                has_packets=not is_without_packets(self.moment.snapshot.degraded),
            ),
            entries=entries,
            look=self.look,
            sort=self.choices.sort,
            empty=self._nothing(self.moment.snapshot),
            is_past=self.is_past,
        )

    @property
    def is_past(self) -> bool:
        """Whether what is shown is the last that was heard, and not of now."""
        return self.link.state in (LinkState.LOST, LinkState.STALE) or self.link.stopped_since is not None

    def status(self, now: float) -> list[Cell]:
        """Give the first line."""
        snapshot = self.moment.snapshot if self.moment else None
        paused_at = snapshot.time if snapshot is not None and self.is_paused else None
        note = self._note if now < self._note_until else ""
        return status_cells(
            self.link.chip(now, paused_at=paused_at),
            snapshot,
            is_demo=self.link.is_demo,
            note=note,
            refresh=refresh_words(self.choices.interval_seconds),
        )

    def banner(self, now: float) -> list[Cell]:
        """Give what is wrong and what to do, a line each; nothing where all is well."""
        return self.link.banner(now, shown_time=self.moment.snapshot.time if self.moment else None)

    def caption(self, now: float) -> list[Cell]:
        """Give the line above the table, for the `sheet` that was given last."""
        if self.moment is None:
            return []
        return caption_cells(self._listing, self.moment.snapshot, self.choices, is_held=self.order.is_held(now))

    def say(self, text: str, now: float) -> None:
        """Show a note for a few seconds."""
        self._note, self._note_until = text, now + _NOTE_SECONDS

    # What the user does.

    def pause(self) -> None:
        """Hold the picture, or go on with the newest."""
        self.is_paused = not self.is_paused
        if not self.is_paused:
            self.moment = self.newest

    def set_filter(self, condition: Filter) -> None:
        """Show what passes."""
        self.choices = replace(self.choices, filter=condition)
        self.order.let_go()

    def hide(self, entry: Entry, now: float) -> None:
        """Hide the application of a row."""
        name = application_of(entry.row)
        if not name:
            self.say("this row has no application to hide", now)
            return
        condition = hiding(self.choices.filter, name)
        try:
            check_filter(condition)
        except ValueError:
            self.say("too many to hide one more; / changes the filter", now)
            return
        self.set_filter(condition)
        self.say(f"{name} is hidden; / changes the filter", now)

    def set_sort(self, sort: str) -> None:
        """Sort so."""
        self.choices = replace(self.choices, sort=sort)
        self.order.let_go()

    def turn_sort(self) -> None:
        """Sort the other way round."""
        self.set_sort(turned(self.choices.sort))

    def group(self) -> None:
        """Show applications in place of connections, then domains, then connections again."""
        subject = subject_after(self.choices.subject)
        sort = self.choices.sort if self.choices.sort.removeprefix("-") in sort_keys(subject) else "-rate"
        self.choices = replace(self.choices, subject=subject, sort=sort)
        self.order.let_go()

    def toggle_listening(self) -> None:
        """Show or hide listening sockets."""
        self.choices = replace(self.choices, listening=not self.choices.listening)

    def toggle_ended(self) -> None:
        """Show or hide what ended in the last minute."""
        self.choices = replace(self.choices, ended=not self.choices.ended)

    def toggle_since(self) -> None:
        """Count sums from now on, or from where the collector counts."""
        begins = self._since is None
        self._since = SinceNow() if begins else None
        self.is_paused = False
        self._board.forget_ended()
        if self._raw is not None:
            self._take_snapshot(self._raw)
        self.choices = replace(self.choices, since=self._raw.time if begins and self._raw else None)

    def change_units(self) -> None:
        """Go on to the next units."""
        self.choices = self.choices.next_units()

    def change_interval(self, step: int) -> None:
        """Refresh faster or slower."""
        self.choices = self.choices.refreshed(step, self.link.tick_seconds)

    def _nothing(self, snapshot: Snapshot) -> str:
        if self.choices.filter.terms and self._listing.of_count:
            return f"No {self.choices.subject[:-1].replace('app', 'application')} matches. / changes the filter"
        if snapshot.packet_source is PacketSource.RECORDING:
            return "Nothing yet in this recording."
        return "Nothing yet."
