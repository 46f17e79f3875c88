"""What is set on the stage is what is served."""

from netmon.model import ConnectionOpened, Event, MonitoringState
from netmon_client.answers import Bandwidth
from netmon_client.testing import a_connection, a_snapshot, a_status
from netmon_client.testing.stage import Stage


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
