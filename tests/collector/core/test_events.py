"""The ring of events."""

from netmon.model import StatisticsCleared
from netmon_collector.core.events import EventRing


def ring(count: int, *, limit: int = 100) -> EventRing:
    made = EventRing(limit=limit, seconds=60.0)
    for number in range(count):
        made.add(StatisticsCleared(statistics_epoch=float(number)), now=float(number), wall_time=1_000.0 + number)
    return made


def sequences(made: EventRing, after: int | None) -> list[int]:
    return [event.sequence for event in made.after(after).events]


def test_events_are_numbered_from_one_and_given_after_a_sequence() -> None:
    made = ring(5)
    assert sequences(made, 0) == [1, 2, 3, 4, 5]
    assert sequences(made, 3) == [4, 5]
    assert sequences(made, 5) == sequences(made, 99) == sequences(made, None) == []
    assert made.after(2).lost_count == 0


def test_what_is_no_longer_held_is_counted() -> None:
    made = ring(10, limit=4)
    assert sequences(made, 2) == [7, 8, 9, 10]
    assert made.after(2).lost_count == 4
    assert made.after(6).lost_count == 0


def test_old_events_are_forgotten_and_the_numbers_go_on() -> None:
    made = ring(3)
    made.expire(61.5)
    assert sequences(made, 0) == [3]
    assert made.after(0).lost_count == 2
    made.expire(1_000.0)
    assert made.after(0).events == ()
    assert made.after(0).lost_count == 3
    made.add(StatisticsCleared(statistics_epoch=0.0), 1_000.0, 0.0)
    assert made.newest_sequence == 4


def test_events_of_connections_on_probation_displace_only_their_own_and_every_hole_is_told() -> None:
    made = EventRing(limit=100, lone_limit=2, seconds=60.0)
    for number, is_lone in enumerate((False, True, True, False, True, True, False)):
        made.add(StatisticsCleared(statistics_epoch=0.0), now=float(number), wall_time=0.0, is_lone=is_lone)
    readings: list[tuple[int, list[int]]] = []
    sequence = 0
    while sequence < made.newest_sequence:
        slice_ = made.after(sequence)
        readings.append((slice_.lost_count, [event.sequence for event in slice_.events]))
        sequence = slice_.events[-1].sequence
    assert readings == [(0, [1]), (2, [4, 5, 6, 7])]
    made.expire(64.5)
    assert made.after(0).lost_count == 5
    assert sequences(made, 0) == [6, 7]
    made.expire(65.5)
    assert made.oldest_sequence == 7
    made.expire(1_000.0)
    assert (made.oldest_sequence, made.after(5).lost_count, made.after(5).events) == (8, 2, ())
