from netmon_collector.host.takers import LIMIT, Takers


def test_who_took_the_last_one_is_the_likeliest_to_take_the_next() -> None:
    takers = Takers()
    assert takers.of(1) == takers.of(0) == 0
    takers.note(1, 10)
    takers.note(2, 20)
    assert (takers.of(1), takers.of(2), takers.of(3)) == (10, 20, 0)
    takers.note(1, 11)
    assert takers.of(1) == 11


def test_of_a_socket_on_its_way_the_last_of_all_takers_is_known() -> None:
    takers = Takers()
    takers.note(1, 10)
    takers.note(0, 20)
    assert (takers.of(0), takers.of(1)) == (20, 10)


def test_of_too_many_the_oldest_is_forgotten() -> None:
    takers = Takers()
    for giver in range(1, LIMIT + 1):
        takers.note(giver, 7)
    assert (takers.of(1), takers.of(2), takers.of(LIMIT), takers.of(0)) == (0, 7, 7, 7)
