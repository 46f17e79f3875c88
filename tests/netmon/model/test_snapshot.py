"""Whether a snapshot shows everything."""

from dataclasses import replace

from netmon.model import OtherUsers
from tests.support.busy_machine import busy_snapshot


def test_a_snapshot_is_partial_where_it_tells_of_other_users_even_if_they_moved_nothing() -> None:
    whole = busy_snapshot(1)
    assert not whole.is_partial
    assert replace(whole, other_users=OtherUsers()).is_partial
