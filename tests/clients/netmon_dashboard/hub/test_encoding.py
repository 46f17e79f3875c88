"""A tab that follows the ticks shows what a tab that opens now shows, and both show what the snapshot says."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from netmon.model import ApplicationBandwidth, BandwidthSample, Connection, ConnectionState, Degradation, Snapshot
from netmon_dashboard.hub.encoding import Encoder, write
from netmon_dashboard.hub.marks import Mark, MarkKind
from netmon_dashboard.hub.socket_counts import payload_of, round_trip_milliseconds
from netmon_dashboard.hub.summary import since_epoch
from netmon_dashboard.hub.vocabulary import state_code
from tests.clients.netmon_dashboard.hub.tab_model import SUMMARY, TabModel
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine

BYTES = st.integers(0, 2**40)
SECONDS = st.none() | st.floats(0, 10, allow_nan=False)
COUNTS = st.none() | st.integers(0, 2**40)
PROGRAMS = st.sampled_from(["firefox", "ssh", "sp✨ <b>x</b>", None])
STATES = st.sampled_from([ConnectionState.ESTABLISHED, ConnectionState.CLOSE_WAIT, ConnectionState.LISTEN])


class TabsFollowTheMachine(RuleBasedStateMachine):
    """One tab watches rows from the beginning, one domains, one neither; and one opens anew after each tick."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = ToyMachine()
        self.encoder = Encoder()
        self.was_away = False
        self.with_rows, self.without_rows, self.with_domains = TabModel(), TabModel(), TabModel()
        self.snapshot: Snapshot | None = None
        self.ended: dict[str, Connection] = {}

    @initialize()
    def first_tick(self) -> None:
        self.machine.open(moved=(10, 20))
        self.tick(1.0)

    @rule(
        program=PROGRAMS,
        pid=st.integers(1, 3),
        is_local=st.booleans(),
        is_listener=st.booleans(),
        sent=BYTES,
        received=BYTES,
    )
    def open(self, program: str | None, pid: int, is_local: bool, is_listener: bool, sent: int, received: int) -> None:
        self.machine.open(program, pid=pid, is_local=is_local, is_listener=is_listener, moved=(sent, received))

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), sent=BYTES, received=BYTES)
    def move(self, data: st.DataObject, sent: int, received: int) -> None:
        self.machine.move(self.pick(data), sent, received)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), state=STATES)
    def change_state(self, data: st.DataObject, state: ConnectionState) -> None:
        self.machine.set_state(self.pick(data), state)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), seconds=SECONDS, count=COUNTS)
    def measure(self, data: st.DataObject, seconds: float | None, count: int | None) -> None:
        self.machine.measure(self.pick(data), seconds, count)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), sent=COUNTS, received=COUNTS)
    def count_payload(self, data: st.DataObject, sent: int | None, received: int | None) -> None:
        self.machine.count_payload(self.pick(data), sent, received)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), domain=st.sampled_from(["", "example.org", "www.example.org", "<img src=x>"]))
    def learn_a_name(self, data: st.DataObject, domain: str) -> None:
        self.machine.name(self.pick(data), domain)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data(), pid=st.integers(1, 3), program=st.sampled_from(["ssh", "curl"]))
    def find_another_owner(self, data: st.DataObject, pid: int, program: str) -> None:
        self.machine.give(self.pick(data), program, pid)

    @rule(program=PROGRAMS, pid=st.integers(1, 3), command_line=st.sampled_from(["-x", "--headless"]))
    def retitle(self, program: str | None, pid: int, command_line: str) -> None:
        if program is not None:
            self.machine.retitle(program, pid, command_line)

    @precondition(lambda self: self.machine.apps)
    @rule(data=st.data(), name=st.sampled_from(["Firefox", "Web"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        self.machine.rename_app(data.draw(st.sampled_from(sorted(self.machine.apps))), name)

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        self.machine.end(self.pick(data))

    @precondition(lambda self: self.ended)
    @rule(data=st.data(), sent=BYTES)
    def come_back(self, data: st.DataObject, sent: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.ended)))
        if key not in self.machine.rows:
            self.machine.open(id=key, moved=(sent, 0))

    @precondition(lambda self: self.machine.rows)
    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        self.machine.vanish(self.pick(data))

    @precondition(lambda self: self.machine.apps)
    @rule(data=st.data())
    def forget_an_application(self, data: st.DataObject) -> None:
        del self.machine.apps[data.draw(st.sampled_from(sorted(self.machine.apps)))]

    @rule()
    def clear(self) -> None:
        self.machine.clear()

    @rule()
    def restart(self) -> None:
        self.machine.restart()
        self.ended = {}

    @rule(kind=st.sampled_from(["restart", "gap"]))
    def mark(self, kind: MarkKind) -> None:
        self.encoder.marks.add(Mark(time=self.machine.time, kind=kind, text="something"))

    @rule(seconds=st.sampled_from([0.5, 1.0, 1.0004567, 1.0, 20.0]), is_skipped=st.booleans(), is_away=st.booleans())
    def tick(self, seconds: float, is_skipped: bool = False, is_away: bool = False) -> None:
        if is_skipped and self.snapshot is not None:
            self.machine.tick(seconds)  # of which nobody hears: a gap
        self.snapshot = snapshot = self.machine.tick(seconds)
        self.encoder.add(snapshot, is_counting=True)
        for tab, with_rows in ((self.with_rows, True), (self.without_rows, False)):
            write_text = self.encoder.full_text if self.encoder.needs_full else self.encoder.tick_text
            tab.apply(write_text(with_rows=with_rows))
        # While nobody is on the page of the domains, nobody asks for them; who comes back takes the full state.
        if not is_away:
            write_text = self.encoder.full_text if self.encoder.needs_full or self.was_away else self.encoder.tick_text
            self.with_domains.apply(write_text(with_rows=False, with_domains=True))
            self.domains_are_those_of_the_snapshot(snapshot)
        self.was_away = is_away
        self.remember_ended(snapshot)
        self.tabs_that_follow_show_what_a_new_tab_shows()
        self.rows_are_those_of_the_snapshot_and_of_the_last_minute(snapshot)
        self.each_row_names_its_process_and_application(snapshot)
        self.applications_are_those_of_the_snapshot(snapshot)

    def remember_ended(self, snapshot: Snapshot) -> None:
        self.ended |= {row.facts.id: row for row in snapshot.connections if row.end_time is not None}
        present = {row.facts.id for row in snapshot.connections}
        self.ended = {
            key: row
            for key, row in self.ended.items()
            if (row.end_time or 0) + 60 > snapshot.time and (key not in present or row in snapshot.connections)
        }

    def tabs_that_follow_show_what_a_new_tab_shows(self) -> None:
        assert self.with_rows.shown() == self.fresh(with_rows=True).shown()
        assert self.without_rows.shown() == self.fresh(with_rows=False).shown()
        if not self.was_away:
            fresh = TabModel().apply(self.encoder.full_text(with_rows=False, with_domains=True))
            assert self.with_domains.shown() == fresh.shown()

    def rows_are_those_of_the_snapshot_and_of_the_last_minute(self, snapshot: Snapshot) -> None:
        expected = {row.facts.id: row for row in snapshot.connections}
        shown = {row["id"]: row for row in self.with_rows.rows.values()}
        assert shown.keys() == expected.keys() | self.ended.keys()
        for key, row in expected.items():
            assert shown[key]["sent"] == row.traffic.sent_bytes - row.traffic.cleared_sent_bytes
            assert shown[key]["received"] == row.traffic.received_bytes - row.traffic.cleared_received_bytes
            assert shown[key]["ds"] == row.traffic.interval_sent_bytes
            assert shown[key]["dr"] == row.traffic.interval_received_bytes
            assert shown[key]["state"] == state_code(row.state)
            assert shown[key]["domain"] == row.facts.domain
            assert shown[key]["rtt_milliseconds"] == round_trip_milliseconds(row.round_trip_seconds)
            assert shown[key]["retransmits"] == row.retransmitted_packets
            assert (shown[key]["sent_payload"], shown[key]["received_payload"]) == payload_of(row)
            assert (shown[key]["end"] is None) == (row.end_time is None)

    def each_row_names_its_process_and_application(self, snapshot: Snapshot) -> None:
        tab, apps = self.with_rows, {app.id for app in snapshot.applications}
        for row in snapshot.connections:
            shown = next(each for each in tab.rows.values() if each["id"] == row.facts.id)
            if row.process is not None:
                assert tab.processes[shown["process"]]["name"] == row.process.name
                assert tab.processes[shown["process"]]["pid"] == row.process.pid
                assert tab.processes[shown["process"]]["command_line"] == row.process.command_line
            if shown["app"] is not None:
                assert tab.apps[shown["app"]]["id"] == row.facts.application_id
            elif row.facts.application_id:
                assert row.facts.application_id not in apps or row.process is not None

    def applications_are_those_of_the_snapshot(self, snapshot: Snapshot) -> None:
        shown = {app["id"]: app for app in self.with_rows.apps.values()}
        for app in snapshot.applications:
            entry = shown[app.id]
            assert entry["name"] == app.name
            assert entry["sent"] == app.traffic.sent_bytes - app.traffic.cleared_sent_bytes
            assert (entry["ds"], entry["connections"]) == (app.traffic.interval_sent_bytes, app.connection_count)

    def domains_are_those_of_the_snapshot(self, snapshot: Snapshot) -> None:
        tab = self.with_domains
        shown = {domain["name"]: domain for domain in tab.domains.values()}
        assert shown.keys() == {domain.name for domain in snapshot.domains}
        for domain in snapshot.domains:
            entry, traffic = shown[domain.name], domain.traffic
            assert (entry["sent"], entry["received"]) == since_epoch(traffic)
            assert (entry["ds"], entry["dr"]) == (traffic.interval_sent_bytes, traffic.interval_received_bytes)
            assert entry["connections"] == domain.connection_count
            parts = {(part.application_name, part.sent_bytes, part.received_bytes) for part in domain.applications}
            assert {tuple(part[1:]) for part in entry["apps"]} == parts
            for number, name, *_ in entry["apps"]:
                assert number is None or tab.apps[number]["name"] in {name, "Firefox", "Web"}

    def fresh(self, *, with_rows: bool) -> TabModel:
        return TabModel().apply(self.encoder.full_text(with_rows=with_rows))

    def pick(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.machine.rows)))


TestTabsFollowTheMachine = TabsFollowTheMachine.TestCase
# Work without a wait: on a machine that is busy otherwise it takes minutes, and a cut-off reads as a flaky strategy.
setattr(TestTabsFollowTheMachine, "pytestmark", [pytest.mark.timeout(600)])  # noqa: B010 -- unittest's class has none
TestTabsFollowTheMachine.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


class Desk:
    """A machine, its encoder, and the messages of the newest tick."""

    def __init__(self) -> None:
        self.machine, self.encoder = ToyMachine(), Encoder()

    def tick(self, *, is_counting: bool = True) -> None:
        self.encoder.add(self.machine.tick(), is_counting=is_counting)

    def said(self, *, with_rows: bool = True) -> dict[str, Any]:
        return json.loads(self.encoder.tick_text(with_rows=with_rows))

    def full(self, *, with_rows: bool = True) -> dict[str, Any]:
        return json.loads(self.encoder.full_text(with_rows=with_rows))


def test_an_application_that_comes_back_begins_a_new_spark_in_every_tab() -> None:
    machine = TabsFollowTheMachine()
    machine.first_tick()
    (app,) = machine.machine.apps
    former = machine.machine.apps.pop(app)
    machine.machine.vanish("c1")
    machine.tick(1.0)
    machine.clear()
    machine.tick(1.0)
    machine.machine.apps[app] = former
    machine.tick(1.0)
    assert [moved for _, _, moved in machine.with_rows.sparks] == [{}, {}, {}, {}]


def test_before_the_first_snapshot_there_is_nothing_to_say() -> None:
    encoder = Encoder()
    assert (encoder.step, encoder.snapshot, encoder.needs_full) == (0, None, True)
    for text in (encoder.tick_text, encoder.full_text):
        with pytest.raises(LookupError):
            text(with_rows=False)


def test_a_tick_in_which_nothing_happened_says_nothing_but_its_sums() -> None:
    desk = Desk()
    desk.machine.open()
    desk.tick()
    desk.tick()
    assert set(desk.said()) == {"type", *SUMMARY, "r"}
    assert desk.said()["r"] == {}


def test_each_text_is_written_once_for_all_tabs() -> None:
    desk = Desk()
    desk.machine.open(moved=(1, 2))
    desk.tick()
    for text in (desk.encoder.tick_text, desk.encoder.full_text):
        assert text(with_rows=True) is text(with_rows=True)
        assert text(with_rows=False) is text(with_rows=False)
        assert text(with_rows=True).startswith(text(with_rows=False)[:-1])


def test_a_tick_of_500_moving_rows_of_50_applications_stays_within_its_bytes() -> None:
    desk = Desk()
    keys = [desk.machine.open(f"program{number % 50}", pid=number) for number in range(500)]
    desk.tick()
    for _ in range(3):
        for number, key in enumerate(keys):
            desk.machine.move(key, 1_000 + 37 * number, 123_456 + 991 * number)
        desk.tick()
        assert len(desk.encoder.tick_text(with_rows=True).encode()) <= 15_000
        assert len(desk.encoder.tick_text(with_rows=False).encode()) <= 2_000


def test_the_busiest_of_a_tick_leave_loopback_out_as_the_series_does() -> None:
    desk = Desk()
    for place, program in enumerate(("a", "b", "c", "d")):
        desk.machine.open(program, moved=(100 + place, 0))
    desk.machine.open("local", is_local=True, moved=(10_000, 10_000))
    desk.tick()
    tick = desk.said()
    names = {app[0]: app[2] for app in desk.full()["apps"]}
    assert [(names[number], sent) for number, sent, _ in tick["top"]] == [("d", 103), ("c", 102), ("b", 101)]
    assert desk.full()["series"][-1][6] == tick["top"]


def test_a_tick_while_nothing_is_counted_is_no_point_of_the_series() -> None:
    desk = Desk()
    desk.tick()
    desk.tick(is_counting=False)
    assert desk.said()["counted"] is False
    assert len(desk.full()["series"]) == 1


def test_limits_are_told_as_they_come() -> None:
    desk = Desk()
    desk.tick()
    desk.machine.degraded = (Degradation(code="names.overload", text="3 packets were left out"),)
    desk.tick()
    limits = [{"code": "names.overload", "text": "3 packets were left out", "remedy": ""}]
    assert desk.said()["degraded"] == desk.full()["degraded"] == limits
    desk.tick()
    assert "degraded" not in desk.said()


def test_what_the_collector_remembers_names_applications_that_are_gone() -> None:
    desk = Desk()
    gone = ApplicationBandwidth(application_id="exe:gone", application_name="gone", sent_bytes=5, received_bytes=6)
    now = desk.machine.time
    sample = BandwidthSample(
        time=now, interval_seconds=1.0, sent_bytes=5, received_bytes=6, loopback_bytes=0, applications=(gone,)
    )
    desk.encoder.seed((sample,))
    desk.machine.open("here", moved=(1, 1))
    desk.tick()
    full = desk.full()
    assert full["names"] == {"1": "gone"}
    assert [point[6] for point in full["series"]] == [[[1, 5, 6]], [[2, 1, 1]]]
    assert desk.encoder.span(0.0, 2e9).apps == {1: (5, 6), 2: (1, 1)}


def test_numbers_of_applications_live_through_a_restart_since_the_series_does() -> None:
    desk = Desk()
    desk.machine.open("firefox", moved=(1, 1))
    desk.tick()
    before = desk.full()["apps"][0][0]
    desk.machine.restart()
    desk.machine.open("ssh", moved=(1, 1))
    desk.machine.open("firefox", moved=(1, 1))
    desk.tick()
    assert {app[2]: app[0] for app in desk.full()["apps"]}["firefox"] == before


def test_what_listened_before_a_restart_is_not_listed_after_it() -> None:
    desk = Desk()
    desk.machine.open(is_listener=True)
    desk.tick()
    assert len(desk.full()["listeners"]) == 1
    desk.machine.restart()
    desk.machine.open()
    desk.tick()
    assert desk.full()["listeners"] == []


def test_over_5000_rows_the_busiest_are_sent_and_the_rest_is_told() -> None:
    desk = Desk()
    for number in range(5_100):
        desk.machine.open(None, moved=(number, 0))
    snapshot = desk.machine.tick()
    desk.encoder.add(snapshot, is_counting=True)
    full = desk.full()["r"]
    assert (len(full["rows"]), full["omitted"]) == (2_000, [3_100, 0, 0])
    number = next(row[0] for row in full["rows"] if row[1] == "c5100")
    desk.machine.move("c1", 10**9, 0)
    desk.tick()
    tick = desk.said()["r"]
    assert [row[1] for row in tick["rows"]] == ["c1"]
    assert len(tick["gone"]) == 1
    assert number not in tick["gone"]


def test_numbers_of_applications_that_nothing_names_any_more_are_given_up() -> None:
    desk = Desk()
    for number in range(1_200):
        desk.machine.apps.clear()
        desk.machine.rows.clear()
        desk.machine.open(f"program{number}", moved=(1, 1))
        desk.tick()
    assert desk.encoder.kept_app_count <= 1_100


def test_text_is_compact_and_as_it_is() -> None:
    assert write({"a": [1, "é", None, 1.5]}) == '{"a":[1,"é",null,1.5]}'
