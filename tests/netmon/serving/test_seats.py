from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from netmon.serving import Exhausted, SeatLimits, Seats
from tests.support.callers import MEMBER, STRANGER

LIMITS = SeatLimits(subscriber_limit=6, subscribers_a_user=3, kept_for_those_who_see_all=2)


def test_a_seat_is_free_again_when_its_holder_has_gone_also_by_a_fault() -> None:
    seats = Seats(LIMITS)
    with suppress(RuntimeError), seats.take(MEMBER):
        assert seats.taken_count == 1
        raise RuntimeError
    assert seats.taken_count == 0


def test_a_user_has_so_many_and_the_next_is_refused_with_the_reason() -> None:
    seats = Seats(LIMITS)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(seats.take(STRANGER))
        with pytest.raises(Exhausted, match="user 4711 has 3 subscribers already") as error, seats.take(STRANGER):
            ...
        assert error.value.reason == "TOO_MANY_SUBSCRIBERS"
        held.enter_context(seats.take(replace(STRANGER, uid=5)))
    assert seats.taken_count == 0


def test_what_the_seats_are_of_is_said_in_the_refusal() -> None:
    seats = Seats(SeatLimits(subscribers_a_user=0), "exports")
    with pytest.raises(Exhausted, match="user 4711 has 0 exports already") as error, seats.take(STRANGER):
        ...
    assert error.value.reason == "TOO_MANY_EXPORTS"


def test_strangers_leave_room_for_those_who_see_everything() -> None:
    seats = Seats(LIMITS)
    with ExitStack() as held:
        for uid in range(4):
            held.enter_context(seats.take(replace(STRANGER, uid=uid)))
        with pytest.raises(Exhausted, match="4 subscribers like this"), seats.take(STRANGER):
            ...
        held.enter_context(seats.take(MEMBER))
        held.enter_context(seats.take(MEMBER))
        with pytest.raises(Exhausted, match="6 subscribers are served already"), seats.take(MEMBER):
            ...
