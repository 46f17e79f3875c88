"""A flood of SYNs beside two thousand real connections. `make bench BENCH=flood` has the full size."""

import pytest

from tests.support.flooded import flooded

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FILLING, SYNS, PER_SECOND, CONNECTIONS = 10_000, 20_000, 20_000, 2_000
MEMORY_BYTES = 20_000_000


def test_a_flood_of_syns_takes_no_real_connection_and_every_packet_is_accounted_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = flooded(filling=FILLING, syns=SYNS, per_second=PER_SECOND, connections=CONNECTIONS)
    with capsys.disabled():
        print(f"\n{found}")  # noqa: T201 -- the figures are what the next reader wants
    assert found.syns == SYNS
    assert found.kept == CONNECTIONS
    assert found.uncounted_packets == 0
    assert found.answers > 0
    assert found.filled_bytes + found.grown_bytes <= MEMORY_BYTES
