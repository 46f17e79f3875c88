from netmon_collector.finding_state import NO_HELPER


def test_where_the_main_process_finds_owners_there_is_nothing_to_say() -> None:
    assert NO_HELPER.look()
    assert not NO_HELPER.is_lost
    assert (NO_HELPER.pids, NO_HELPER.costs, NO_HELPER.degraded()) == ((), (), ())
    NO_HELPER.close()
