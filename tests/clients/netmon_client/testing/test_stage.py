"""What is set on the stage is what is served."""

import gc
import weakref
from dataclasses import fields

from netmon.model import ConnectionOpened, Event, MonitoringState, Snapshot
from netmon_client.answers import Bandwidth
from netmon_client.testing import a_connection, a_snapshot, a_status
from netmon_client.testing.stage import Stage


class WatchedSnapshot(Snapshot):
    """One that can be asked whether somebody keeps it."""


def a_stage() -> Stage:
    return Stage((a_snapshot(sequence=3),), (), a_status(), Bandwidth(), 1.0)


def test_the_newest_snapshot_bears_the_running_instance() -> None:
    stage = a_stage()
    stage.publish(a_snapshot(sequence=4))
    stage.begin_instance("b")
    assert (stage.newest.sequence, stage.newest.instance_id, stage.status.instance_id) == (4, "b", "b")


def test_a_new_instance_has_no_events() -> None:
    stage = a_stage()
    assert stage.newest_event_sequence == 0
    stage.publish_event(Event(sequence=9, time=1.0, kind=ConnectionOpened(connection=a_connection())))
    assert stage.newest_event_sequence == 9
    stage.begin_instance("b")
    assert stage.newest_event_sequence == 0


def test_a_change_of_monitoring_is_told_from_none() -> None:
    stage = a_stage()
    assert stage.set_monitoring(MonitoringState.STOPPED)
    assert not stage.set_monitoring(MonitoringState.STOPPED)
    assert stage.status.monitoring_state is MonitoringState.STOPPED


def test_what_nobody_waits_for_is_not_kept() -> None:
    stage = a_stage()
    sent = WatchedSnapshot(**{each.name: getattr(a_snapshot(), each.name) for each in fields(Snapshot)})
    fate = weakref.ref(sent)
    stage.publish(sent)
    del sent
    stage.publish(a_snapshot(sequence=5))
    gc.collect()
    assert fate() is None
