from netmon_collector.core.fragments import LIFETIME_SECONDS, MAX_DATAGRAMS, FirstFragment, FragmentTable


def first(source_port: int = 1, *, time: float = 0.0) -> FirstFragment:
    return FirstFragment(ip_protocol=17, source_port=source_port, destination_port=2, time=time)


def test_a_later_fragment_finds_its_first_one() -> None:
    table = FragmentTable()
    table.remember(b"a", first(1))
    table.remember(b"b", first(2))
    assert table.find(b"a", 1.0) == first(1)
    assert table.find(b"a", 2.0) == first(1)
    assert table.find(b"c", 1.0) is None


def test_a_first_fragment_is_forgotten_when_its_time_is_over() -> None:
    table = FragmentTable()
    table.remember(b"a", first(time=100.0))
    assert table.find(b"a", 100.0 + LIFETIME_SECONDS)
    assert table.find(b"a", 100.1 + LIFETIME_SECONDS) is None
    assert len(table) == 0


def test_a_clock_that_stepped_back_makes_no_entry_live_for_ever() -> None:
    table = FragmentTable()
    table.remember(b"a", first(time=5000.0))
    assert table.find(b"a", 1400.0) is None


def test_a_reused_identification_belongs_to_its_newest_datagram() -> None:
    table = FragmentTable()
    table.remember(b"a", first(1))
    table.remember(b"a", first(2))
    assert table.find(b"a", 0.0) == first(2)
    assert len(table) == 1


def test_a_flood_keeps_the_table_bounded_and_the_newest_in_it() -> None:
    table = FragmentTable()
    for number in range(20 * MAX_DATAGRAMS):
        table.remember(number.to_bytes(4, "big"), first(number % 65536))
        assert len(table) <= MAX_DATAGRAMS
    assert table.find((20 * MAX_DATAGRAMS - 1).to_bytes(4, "big"), 0.0)
    assert table.find((0).to_bytes(4, "big"), 0.0) is None


def test_an_entry_that_is_seen_again_is_the_newest() -> None:
    table = FragmentTable(max_datagrams=2)
    for key in (b"a", b"b", b"a", b"c"):
        table.remember(key, first())
    assert table.find(b"a", 0.0)
    assert table.find(b"b", 0.0) is None
