from netmon.model import AlertFiring, AlertMeasure, AlertRule
from netmon_client import connect_history
from netmon_client.testing import FakeRecorder

FIRING = AlertFiring(
    sequence=1, name="backup", time=7200.0, window_since_time=3600.0, measure=AlertMeasure.TOTAL_BYTES, value=6, bound=5
)


def test_a_follower_is_told_of_what_fires_and_each_sign_of_life() -> None:
    with FakeRecorder(heartbeat_seconds=0.05) as fake, connect_history(fake.socket) as client:
        firings = client.firings()
        assert next(firings) is None
        fake.fire(FIRING)
        assert next(firing for firing in firings if firing is not None) == FIRING
        assert next(firings) is None
        firings.close()  # type: ignore[attr-defined] -- a generator


def test_what_fired_before_comes_to_who_asks_for_it_and_is_counted() -> None:
    rule = AlertRule(name="backup", measure=AlertMeasure.TOTAL_BYTES, bound=5, window_seconds=3600.0)
    with FakeRecorder(rules=[rule], firings=[FIRING]) as fake, connect_history(fake.socket) as client:
        firings = client.firings(after_sequence=0)
        assert next(firing for firing in firings if firing is not None) == FIRING
        firings.close()  # type: ignore[attr-defined] -- a generator
        (state,) = client.alerts().alerts
        assert (state.firing_count, state.last_firing) == (1, FIRING)
