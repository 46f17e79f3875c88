"""Hours in seconds: what a recording holds is that of the last minutes, however many connections there were."""

import gc
import tracemalloc

from tests.support.played_recording import Played

MINUTES = 24
CONNECTIONS_A_MINUTE = 100


def live_a_minute(played: Played, minute: int) -> None:
    """Open, move and end connections of programs and to hosts that change, then take the minute's batch."""
    for number in range(CONNECTIONS_A_MINUTE):
        count = minute * CONNECTIONS_A_MINUTE + number
        key = played.machine.open(
            domain=f"d{count}.example", application_id=f"exe:{count}", interface=f"eth{count % 5}"
        )
        played.machine.move(key, 1_000 + count, 20_000 + count)
        if number % 10:
            played.machine.end(key)
    played.tick(20.0)
    played.machine.pass_minute()
    played.tick(40.0)
    for key in [key for key, row in played.machine.rows.items() if row.end_time is None]:
        played.machine.end(key)
    played.recording.batch(played.machine.time)
    played.recording.written()


def test_a_recording_is_full_after_some_minutes_and_grows_no_more() -> None:
    played = Played()
    played.meet()
    sizes: list[int] = []
    tracemalloc.start()
    try:
        for minute in range(MINUTES):
            live_a_minute(played, minute)
            if minute in (MINUTES // 4, MINUTES - 1):
                gc.collect()  # freed tuples are kept by the interpreter until then
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    full, later = sizes
    assert full > 100_000, "it knows where the counters of the last minutes stood"
    assert later - full < 60_000, "of 1,700 connections more"
