from netmon.model import StreamLag
from netmon_collector.server.lag import lag_of


def test_nobody_is_behind_where_nobody_subscribes() -> None:
    assert lag_of("events", [], worst_seconds=0.0) == StreamLag(stream="events")


def test_sums_are_over_all_subscribers() -> None:
    assert lag_of("snapshots", [0, 0, 3, 1], worst_seconds=3.0) == StreamLag(
        stream="snapshots", subscriber_count=4, mean_behind_count=1.0, worst_behind_count=3, worst_lag_seconds=3.0
    )
