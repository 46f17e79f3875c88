from netmon_recorder.alerts import Bells


async def test_all_who_listen_hear_a_ring_once() -> None:
    bells = Bells()
    first, second = bells.listen(), bells.listen()
    bells.ring()
    assert [await first.wait(5), await second.wait(5)] == [True, True]
    assert not await first.wait(0.01)


async def test_a_bell_that_is_given_back_is_not_rung() -> None:
    bells = Bells()
    bell = bells.listen()
    bell.close()
    assert bells.count == 0
    bells.ring()
    assert not await bell.wait(0.01)
