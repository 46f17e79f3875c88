"""Who sees how much of a tick."""

import pytest

from netmon.model import ConnectionOpened, Event
from netmon_collector.core.audiences import VEIL_LIMIT, Audiences
from netmon_collector.core.makings import KEPT_TICKS
from tests.support.wire import HERE, PEER, Machine, process, tcp_row

ALICE, BOB = 1_000, 1_001
HERS, HIS = process(10, uid=ALICE), process(20, uid=BOB)
WEB = (PEER, 443)


def shared() -> Machine:
    machine = Machine()
    for port, owner in ((1, HERS), (2, HIS), (3, None)):
        machine.tcp((HERE, port), WEB)
        if owner is not None:
            machine.list_sockets(tcp_row((HERE, port), WEB, owner), processes=(owner,), is_complete=False)
    machine.tick()
    return machine


def test_before_the_first_tick_nobody_sees_anything() -> None:
    for uid in (None, ALICE):
        with pytest.raises(LookupError):
            Audiences().tick_of(uid)


def test_who_sees_everything_gets_the_tick_itself_and_nothing_is_worked_out_for_them() -> None:
    audiences = shared().monitor._audiences
    assert audiences.tick_of(None) is audiences.tick
    assert audiences._own == {}


def test_what_a_user_sees_is_worked_out_once_a_tick() -> None:
    machine = shared()
    audiences = machine.monitor._audiences
    first = audiences.tick_of(ALICE)
    assert audiences.tick_of(ALICE) is first
    machine.tick()
    assert audiences.tick_of(ALICE) is not first


def test_rows_in_which_nothing_changed_stay_the_same_object_for_a_user_too() -> None:
    machine = shared()
    for _ in range(2):
        machine.tick()
    first = machine.monitor._audiences.tick_of(ALICE).snapshot.connections[0]
    machine.tick()
    assert machine.monitor._audiences.tick_of(ALICE).snapshot.connections[0] is first


def test_only_so_many_users_are_remembered() -> None:
    audiences = Audiences()
    first = audiences.veil(0)
    assert audiences.veil(0) is first
    for uid in range(1, VEIL_LIMIT + 1):
        audiences.veil(uid)
    assert audiences.veil(0) is not first


def test_an_audience_is_told_what_it_sees_and_what_not() -> None:
    audience = shared().monitor._audiences.audience(ALICE, row_limit=100)
    assert [row.process.pid for row in audience.snapshot.connections if row.process is not None] == [10]
    assert [row.process.pid if row.process is not None else None for row in audience.hidden] == [20, None]


def test_what_a_user_who_only_follows_events_was_shown_is_forgotten_at_ticks() -> None:
    machine = shared()
    rows = machine.monitor._audiences.tick_of(None).snapshot.connections
    veil = machine.monitor.veil(ALICE)
    for number, row in enumerate(rows):
        veil.event(Event(sequence=number, time=1.0, kind=ConnectionOpened(connection=row)))
    assert len(veil._facts) == 1
    for _ in range(2 * KEPT_TICKS):
        machine.tick()
    assert machine.monitor.veil(ALICE) is veil
    assert len(veil._facts) == 0
