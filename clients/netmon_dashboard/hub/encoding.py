"""Snapshots in, texts for tabs out: each tick is worked out once, and written once for all tabs.

Nothing here does I/O or reads a clock. A tab whose last message was of the step before takes the tick, every other one
the full state, which is written only when somebody asks for it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from netmon.model import BandwidthSample, Caller, Snapshot
from netmon_dashboard.hub.app_table import APP_DELTA_COLUMNS, AppChanges, AppTable
from netmon_dashboard.hub.domain_section import DomainSection
from netmon_dashboard.hub.greeting import limits
from netmon_dashboard.hub.marks import Marks
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.ring import Ring, Sample, Span
from netmon_dashboard.hub.row_table import RowChanges, RowTable
from netmon_dashboard.hub.selection import select
from netmon_dashboard.hub.summary import sample_of, summary_fields, unattributed_fields
from netmon_dashboard.hub.trace import Trace
from netmon_dashboard.hub.vocabulary import IconPort, Json, no_icon

_SPARE_APP_NUMBERS: Final = 1_024

_write: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def write(message: Json) -> str:
    """Give a message as compact JSON."""
    return _write(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A snapshot that was taken in: its messages' parts, as values."""

    snapshot: Snapshot
    number: int
    needs_full: bool
    summary: dict[str, Json]
    apps: AppChanges
    rows: RowChanges
    extras: dict[str, Json]
    omitted: tuple[int, int, int]
    is_omitted_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What makes the parts of a message, as far as they are wanted."""

    summary: Callable[[], Json]
    rows: Callable[[], Json] | None
    domains: Callable[[], Json] | None


class Encoder:
    """The state that tabs are shown. ``step`` counts what was taken in; it is the ``sequence`` of the messages."""

    def __init__(self, icon: IconPort = no_icon, *, after_step: int = 0) -> None:
        """Begin empty; ``after_step``: the last step of the encoder that this one takes the place of."""
        self.ring = Ring()
        self.marks = Marks()
        self.caller = Caller()
        """Who the collector took the dashboard for as the stream began: that is a limit too."""
        self._icon = icon
        self._app_numbers = Numbering()
        self._app_names: dict[str, str] = {}
        self._apps = AppTable(self._app_numbers, icon)
        self._rows = RowTable(self._apps.number)
        self._domains = DomainSection(self._number_of_known_app)
        self._trace = Trace()
        self._sparks = Trace(APP_DELTA_COLUMNS)
        self._step: _Step | None = None
        self._number = after_step
        self._unattributed: Json = None
        self._listeners: list[list[Json]] = []
        self._degraded: Json = None
        self._texts: dict[str, str] = {}

    @property
    def step(self) -> int:
        """Number of the newest step; that of the encoder before, or 0, before the first."""
        return self._number

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        return None if self._step is None else self._step.snapshot

    @property
    def needs_full(self) -> bool:
        """Whether the newest step can only be told by a full state: another instance, or cleared statistics."""
        return self._step is None or self._step.needs_full

    @property
    def kept_app_count(self) -> int:
        """How many applications have a number, those that only the series names among them."""
        return len(self._app_numbers)

    def seed(self, samples: tuple[BandwidthSample, ...]) -> None:
        """Take the collector's memory of the last minutes into the series; tabs see it with their next full state."""
        self.ring.seed(samples, self._number_of_app)
        self._texts.clear()

    def add(self, snapshot: Snapshot, *, is_counting: bool) -> None:
        """Take the next snapshot. ``is_counting``: monitoring runs, so that its tick is a point of the series."""
        before = self.snapshot
        is_new = before is None or before.instance_id != snapshot.instance_id
        if is_new:
            self._apps = AppTable(self._app_numbers, self._icon)
            self._rows = RowTable(self._apps.number, self._rows)
            self._domains = DomainSection(self._number_of_known_app)
            self._trace = Trace()
            self._sparks = Trace(APP_DELTA_COLUMNS)
            self._listeners = []
        self._number += 1
        selection = select(snapshot.connections, snapshot.omitted)
        apps = self._apps.update(snapshot.applications, self._rows.named_apps)
        if apps.gone:
            self._sparks.forget(frozenset(apps.gone))
        if snapshot.interval_seconds > 0:
            self._sparks.add(snapshot.time, snapshot.interval_seconds, apps.moved, apps.entries)
        known = [row.facts.id for row in snapshot.connections] if selection.rows is not snapshot.connections else ()
        rows = self._rows.update(selection.rows, known, snapshot.time)
        self._trace.add(snapshot.time, snapshot.interval_seconds, rows.moved, rows.entries)
        self._domains.add(snapshot)
        extras = self._extras(snapshot, rows)
        sample = sample_of(snapshot, self._app_numbers)
        if is_counting and self._add_sample(sample, snapshot):
            if top := sample.top():
                extras["top"] = top
        else:
            extras["counted"] = False
        marks = self.marks.take_untold()
        if marks:
            extras["marks"] = marks
        self._step = _Step(
            snapshot=snapshot,
            number=self._number,
            needs_full=is_new or (before is not None and before.statistics_epoch != snapshot.statistics_epoch),
            summary={**summary_fields(snapshot), "sequence": self._number},
            apps=apps,
            rows=rows,
            extras=extras,
            omitted=selection.omitted,
            is_omitted_new=self._step is None or self._step.omitted != selection.omitted,
        )
        self._texts.clear()

    def tick_text(self, *, with_rows: bool, with_domains: bool = False) -> str:
        """Give the newest step as differences from the one before. LookupError before the first."""
        parts = _Parts(
            summary=self._tick,
            rows=(lambda: _row_differences(self._current())) if with_rows else None,
            domains=self._domains.differences if with_domains else None,
        )
        return self._text("tick", parts)

    def full_text(self, *, with_rows: bool, with_domains: bool = False) -> str:
        """Give all that is to be shown. LookupError before the first step."""
        parts = _Parts(
            summary=self._full,
            rows=self._all_rows if with_rows else None,
            domains=self._domains.all if with_domains else None,
        )
        return self._text("full", parts)

    def _text(self, kind: str, parts: _Parts) -> str:
        """Give a message of the step as JSON. Each part, and each message, is written once for all tabs."""
        name, text = "summary", self._kept(f"{kind} summary", lambda: write(parts.summary()))
        for key, make in (("r", parts.rows), ("domains", parts.domains)):
            if make is not None:
                before, part = text, self._kept(f"{kind} part {key}", lambda make=make: write(make()))
                name = f"{name} {key}"
                text = self._kept(f"{kind} {name}", lambda b=before, k=key, p=part: f'{b[:-1]},"{k}":{p}}}')
        return text

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        found = self._texts.get(name)
        if found is None:
            found = self._texts[name] = make()
        return found

    def _tick(self) -> Json:
        step = self._current()
        return {"type": "tick", **step.summary, **_app_differences(step.apps), **step.extras}

    def span(self, from_time: float, to_time: float) -> Span:
        """Give who moved how much within a span of the series (Unix seconds)."""
        return self.ring.span(from_time, to_time)

    def trace(self, row: int) -> list[list[float]]:
        """Give time, interval, sent and received of a row's ticks with bytes, of the last minute."""
        return self._trace.points(row)

    def payload(self, row: int) -> tuple[int | None, int | None]:
        """Give the payload that the kernel counts of a row's socket, sent and received; None where it tells none."""
        found = self._rows.row(row)
        return (None, None) if found is None else (found.sent_payload_bytes, found.received_payload_bytes)

    def _current(self) -> _Step:
        if self._step is None:
            raise LookupError("no snapshot yet")
        return self._step

    def _extras(self, snapshot: Snapshot, rows: RowChanges) -> dict[str, Json]:
        """Give what a tick carries only when it changed."""
        extras: dict[str, Json] = {}
        unattributed = unattributed_fields(snapshot)
        if unattributed != self._unattributed:
            self._unattributed = extras["unattributed"] = unattributed
        if rows.are_listeners_touched:
            listeners = self._rows.listeners()
            if listeners != self._listeners:
                self._listeners = extras["listeners"] = listeners
        degraded = limits(self.caller, snapshot.degraded)
        if degraded != self._degraded:
            self._degraded = extras["degraded"] = degraded
        return extras

    def _add_sample(self, sample: Sample, snapshot: Snapshot) -> bool:
        """Add the tick's point to the series; tell whether it was none that is there already."""
        if sample.interval_seconds <= 0 or not self.ring.add(sample):
            return False
        for application in snapshot.applications:
            self._app_names[application.id] = application.name
        if len(self._app_numbers) > 2 * len(snapshot.applications) + _SPARE_APP_NUMBERS:
            self._sweep_app_numbers()
        return True

    def _sweep_app_numbers(self) -> None:
        used = self.ring.app_numbers() | {entry[0] for entry in self._apps.entries()}
        kept = {key for key in self._app_names if self._app_numbers.known(key) in used}
        self._app_numbers.keep(kept)
        self._app_names = {key: self._app_names[key] for key in kept}

    def _number_of_known_app(self, key: str) -> int | None:
        return self._apps.number(key)

    def _number_of_app(self, key: str, name: str) -> int:
        self._app_names[key] = name
        return self._app_numbers.number(key)

    def _full(self) -> Json:
        step = self._current()
        entries = self._apps.entries()
        present = {entry[0] for entry in entries}
        named = self.ring.app_numbers() - present
        numbered = ((self._app_numbers.known(key), name) for key, name in self._app_names.items())
        return {
            "type": "full",
            **step.summary,
            "epoch": round(step.snapshot.statistics_epoch, 3),
            "series": self.ring.series(),
            "names": {number: name for number, name in numbered if number in named},
            "marks": self.marks.all(step.snapshot.time),
            "apps": entries,
            "unattributed": self._unattributed,
            "listeners": self._listeners,
            "degraded": self._degraded,
        }

    def _all_rows(self) -> Json:
        return {
            "procs": self._rows.process_entries(),
            "rows": self._rows.entries(),
            "closed": self._rows.closed(),
            "omitted": self._current().omitted,
            # What the ticks of the last minute said of applications ("a"): a new tab's sparks are whole at once. Only
            # ticks that were heard: the collector's own memory names five applications a second.
            "sparks": self._sparks.ticks(),
        }


def _app_differences(changes: AppChanges) -> dict[str, Json]:
    parts = {"a": changes.moved, "c": changes.counts, "apps": changes.entries, "apps_gone": changes.gone}
    return {key: part for key, part in parts.items() if part}


def _row_differences(step: _Step) -> dict[str, Json]:
    changes = step.rows
    parts: dict[str, Json] = {
        "d": changes.moved,
        "s": changes.states,
        **changes.counts.parts(),
        "procs": changes.processes,
        "rows": changes.entries,
        "closed": changes.closed,
        "gone": changes.gone,
    }
    found = {key: part for key, part in parts.items() if part}
    if step.is_omitted_new:
        found["omitted"] = step.omitted
    return found
