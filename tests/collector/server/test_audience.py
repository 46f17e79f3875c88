"""For whom an answer is."""

from dataclasses import replace

from netmon.serving import Caller
from netmon_collector.server.audience import only_uid_of
from tests.support.callers import MEMBER, STRANGER

NOBODY = Caller(uid=-1, pid=-1, sees_all=False, may_control=False, why="cannot be told")


def test_who_sees_everything_is_shown_everything_whoever_it_is() -> None:
    assert only_uid_of(MEMBER) is None
    assert only_uid_of(replace(NOBODY, sees_all=True)) is None


def test_anybody_else_is_shown_their_own_and_who_cannot_be_told_what_nobody_has() -> None:
    assert only_uid_of(STRANGER) == STRANGER.uid
    assert only_uid_of(NOBODY) == -1
