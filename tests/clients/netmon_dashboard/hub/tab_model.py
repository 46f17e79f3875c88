"""A tab in Python: applies the messages that the browser's store applies, by the same contract."""

import json
from math import floor
from typing import Any

from netmon_dashboard.hub.vocabulary import APP_COLUMNS, DOMAIN_COLUMNS, PROCESS_COLUMNS, ROW_COLUMNS

SUMMARY = ("sequence", "time", "interval", "headline", "totals", "loopback", "active", "listening", "share", "dropped")

COUNTS = {"i": ("rtt_milliseconds",), "x": ("retransmits",), "p": ("sent_payload", "received_payload")}
"""Keys of a tick whose flat lists bear these columns of rows."""

Entry = dict[str, Any]


class TabModel:
    """What a tab shows. `apply` takes the text of a full or a tick."""

    def __init__(self) -> None:
        self.summary: dict[str, Any] = {}
        self.apps: dict[int, Entry] = {}
        self.processes: dict[int, Entry] = {}
        self.rows: dict[int, Entry] = {}
        self.unattributed: list[Any] = []
        self.listeners: list[Any] = []
        self.degraded: list[Any] = []
        self.marks: list[Any] = []
        self.series: list[Any] = []
        self.omitted: list[int] = []
        self.sparks: list[Any] = []
        self.domains: dict[int, Entry] = {}
        self.lanes: dict[int, dict[int, list[int]]] = {}
        self.unnamed: list[Any] = []
        self.browsers: list[Any] = []
        self.epoch = 0.0
        self.fulls = 0

    def apply(self, text: str) -> "TabModel":
        return self.take(json.loads(text))

    def take(self, message: dict[str, Any]) -> "TabModel":
        if message["type"] == "full":
            self._full(message)
        else:
            self._tick(message)
        self.summary = {key: message[key] for key in SUMMARY}
        return self

    def shown(self) -> dict[str, Any]:
        """All that a person could see, apart from the processes that no row names."""
        named = {row["process"] for row in self.rows.values()}
        return {
            "summary": self.summary,
            "apps": self.apps,
            "processes": {n: entry for n, entry in self.processes.items() if n in named},
            "rows": self.rows,
            "unattributed": self.unattributed,
            "listeners": self.listeners,
            "degraded": self.degraded,
            "marks": self.marks,
            "series": self.series,
            "omitted": self.omitted,
            "sparks": self.sparks,
            "domains": self.domains,
            "lanes": {begin: moved for begin, moved in self.lanes.items() if moved},
            "unnamed": self.unnamed,
            "browsers": self.browsers,
            "epoch": self.epoch,
        }

    def _full(self, full: dict[str, Any]) -> None:
        self.fulls += 1
        self.apps = named(APP_COLUMNS, full["apps"])
        self.unattributed, self.listeners = full["unattributed"], full["listeners"]
        self.degraded = full["degraded"]
        self.marks, self.series, self.epoch = full["marks"], full["series"], full["epoch"]
        rows = full.get("r", {"procs": [], "rows": [], "closed": [], "omitted": [], "sparks": []})
        self.processes = named(PROCESS_COLUMNS, rows["procs"])
        self.rows = named(ROW_COLUMNS, rows["rows"])
        self.omitted = rows["omitted"]
        self.sparks = [[time, interval, by_number(flat)] for time, interval, flat in rows["sparks"]]
        domains = full.get("domains", {"list": [], "lanes": [], "unnamed": [], "browsers": []})
        self.domains = named(DOMAIN_COLUMNS, domains["list"])
        self.lanes = {begin: by_number(flat) for begin, flat in domains["lanes"]}
        self.unnamed, self.browsers = domains["unnamed"], domains["browsers"]
        assert rows["closed"] == [[n, row["end"]] for n, row in self.rows.items() if row["end"] is not None]

    def _tick(self, tick: dict[str, Any]) -> None:
        assert tick["sequence"] == self.summary["sequence"] + 1
        for entry in (*self.apps.values(), *self.rows.values(), *self.domains.values()):
            entry["ds"] = entry["dr"] = 0
        for n, sent, received in groups(tick.get("a", []), 3):
            move(self.apps[n], sent, received)
        for n, *counts in groups(tick.get("c", []), 5):
            self.apps[n].update(zip(("connections", "listening", "processes", "remotes"), counts, strict=True))
        self.apps.update(named(APP_COLUMNS, tick.get("apps", [])))
        for n in tick.get("apps_gone", []):
            del self.apps[n]
            for *_, moved in self.sparks:
                moved.pop(n, None)
        self._rows(tick.get("r", {}), tick["time"])
        if "r" in tick:
            self._spark(tick)
        if "domains" in tick:
            self._domains(tick["domains"], tick["time"])
        self.unattributed = tick.get("unattributed", self.unattributed)
        self.listeners = tick.get("listeners", self.listeners)
        self.degraded = tick.get("degraded", self.degraded)
        marks = self.marks + tick.get("marks", [])
        self.marks = [mark for mark in marks if mark["time"] > tick["time"] - 900]
        if tick.get("counted", True):
            ends = [tick["time"], tick["interval"], *tick["headline"]]
            points = [*self.series, [*ends, tick["loopback"][0], tick["dropped"], tick.get("top", [])]]
            self.series = [point for point in points if point[0] > tick["time"] - 900]

    def _domains(self, changes: dict[str, Any], time: float) -> None:
        told_apart = {n for n, *_ in groups(changes.get("p", []), 4)}
        for n, sent, received in groups(changes.get("d", []), 3):
            move(self.domains[n], sent, received)
            self.domains[n]["last"] = time
            if n not in told_apart and len(self.domains[n]["apps"]) == 1:
                add(self.domains[n]["apps"][0], sent, received)
        for n, place, sent, received in groups(changes.get("p", []), 4):
            add(self.domains[n]["apps"][place], sent, received)
        for n, count in groups(changes.get("c", []), 2):
            self.domains[n]["connections"] = count
        self.domains.update(named(DOMAIN_COLUMNS, changes.get("list", [])))
        begin = 5 * floor(time / 5)
        self.lanes = {key: moved for key, moved in self.lanes.items() if begin - 300 < key <= begin}
        for n in changes.get("gone", []):
            del self.domains[n]
            for moved in self.lanes.values():
                moved.pop(n, None)
        for n, domain in self.domains.items():
            if domain["ds"] or domain["dr"]:
                sums = self.lanes.setdefault(begin, {}).setdefault(n, [0, 0])
                sums[:] = [sums[0] + domain["ds"], sums[1] + domain["dr"]]
        self.unnamed = changes.get("unnamed", self.unnamed)
        self.browsers = changes.get("browsers", self.browsers)

    def _spark(self, tick: dict[str, Any]) -> None:
        moved = {n: [app["ds"], app["dr"]] for n, app in self.apps.items() if app["ds"] or app["dr"]}
        ticks = [*self.sparks, [tick["time"], tick["interval"], moved]]
        self.sparks = [each for each in ticks if each[0] > tick["time"] - 60]

    def _rows(self, changes: dict[str, Any], time: float) -> None:
        for n, sent, received in groups(changes.get("d", []), 3):
            move(self.rows[n], sent, received)
            self.rows[n]["last"] = time
        for n, state in groups(changes.get("s", []), 2):
            self.rows[n]["state"] = state
        for key, columns in COUNTS.items():
            for n, *values in groups(changes.get(key, []), 1 + len(columns)):
                self.rows[n].update(zip(columns, values, strict=True))
        self.processes.update(named(PROCESS_COLUMNS, changes.get("procs", [])))
        self.rows.update(named(ROW_COLUMNS, changes.get("rows", [])))
        for n, end in groups(changes.get("closed", []), 2):
            self.rows[n]["end"] = end
        for n in changes.get("gone", []):
            del self.rows[n]
        self.omitted = changes.get("omitted", self.omitted)


def named(columns: tuple[str, ...], entries: list[list[Any]]) -> dict[int, Entry]:
    found = {entry[0]: dict(zip(columns, entry, strict=True)) for entry in entries}
    assert len(found) == len(entries), "a number stands for two entries"
    return found


def groups(flat: list[Any], size: int) -> list[list[Any]]:
    assert len(flat) % size == 0
    return [flat[place : place + size] for place in range(0, len(flat), size)]


def move(entry: Entry, sent: int, received: int) -> None:
    entry["sent"] += sent
    entry["received"] += received
    entry["ds"], entry["dr"] = sent, received


def add(part: list[Any], sent: int, received: int) -> None:
    part[2] += sent
    part[3] += received


def by_number(flat: list[int]) -> dict[int, list[int]]:
    return {n: bytes_moved for n, *bytes_moved in groups(flat, 3)}
