from netmon_collector.finding_state import NO_HELPER


def test_where_the_main_process_finds_owners_there_is_nothing_to_say() -> None:
    assert NO_HELPER.look()
    assert not NO_HELPER.is_lost
    assert (NO_HELPER.pids, NO_HELPER.cpu_seconds, NO_HELPER.resident_bytes, NO_HELPER.degraded()) == ((), 0.0, 0, ())
    NO_HELPER.close()
