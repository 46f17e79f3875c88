"""What both sources share."""

from netmon_collector.live import LiveSource
from netmon_collector.playback import Playback
from netmon_collector.source import CaptureRefused, SomethingMissing, Source, new_instance_id


def test_each_run_has_another_identity() -> None:
    identities = {new_instance_id() for _ in range(100)}
    assert len(identities) == 100
    assert all(len(identity) == 16 for identity in identities)


def test_this_machine_and_a_recording_are_sources() -> None:
    wanted = {name for name in vars(Source) if not name.startswith("_")}
    assert wanted - {"monitor"} <= set(dir(LiveSource)) & set(dir(Playback))


def test_what_goes_wrong_is_told_apart() -> None:
    assert issubclass(CaptureRefused, PermissionError)
    assert not issubclass(SomethingMissing, OSError)
