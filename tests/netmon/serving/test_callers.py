import asyncio
import grp
import os
import pwd
from pathlib import Path
from typing import cast

import pytest

from netmon.model import Visibility
from netmon.serving import (
    NOBODY,
    Caller,
    CallerPolicy,
    Context,
    Credentials,
    NotPermitted,
    caller_of,
    check_control,
    set_caller,
    told,
)
from netmon.serving.callers import is_member
from netmon.v1 import monitor_service_pb2 as pb
from netmon.v1 import status_pb2
from tests.support.callers import MEMBER, STRANGER, OneCaller
from tests.support.served_collector import served
from tests.support.tick_source import TickSource

NO_CONTEXT = cast("Context", None)


def a_user_in(group: str) -> int:
    """Give a user whose primary group has this name."""
    gid = grp.getgrnam(group).gr_gid
    return next(user.pw_uid for user in pwd.getpwall() if user.pw_gid == gid)


def a_process_of(uid: int, *gids: int) -> Credentials:
    return Credentials(uid=uid, pid=7, gids=frozenset(gids))


async def test_root_who_started_it_and_its_own_user_see_all_and_may_control() -> None:
    policy = CallerPolicy(starter_uid=4711)
    assert await policy.find(a_process_of(0), 0.0) == Caller(uid=0, pid=7, sees_all=True, may_control=True, why="root")
    starter = await policy.find(a_process_of(4711), 0.0)
    assert (starter.sees_all, starter.may_control, starter.why) == (True, True, "started it (SUDO_UID)")
    own = await policy.find(a_process_of(os.geteuid()), 0.0)
    assert own.may_control


async def test_a_member_of_the_group_sees_all_and_may_control_and_a_stranger_neither() -> None:
    uid = a_user_in("daemon")
    member = await CallerPolicy(group="daemon").find(a_process_of(uid), 0.0)
    assert (member.sees_all, member.may_control, member.why) == (True, True, "member of group daemon")
    stranger = await CallerPolicy(group="mail").find(a_process_of(uid), 0.0)
    assert (stranger.uid, stranger.sees_all, stranger.may_control) == (uid, False, False)
    assert stranger.why == "not in group mail"


def test_a_user_without_a_name_and_a_group_that_is_not_there_have_no_members() -> None:
    assert not is_member(a_process_of(3_999_999_999), "daemon")
    assert not is_member(a_process_of(a_user_in("daemon")), "no-such-group")


async def test_who_has_the_group_for_a_process_alone_is_a_member_too() -> None:
    gid = grp.getgrnam("daemon").gr_gid
    policy = CallerPolicy(group="daemon")
    assert (await policy.find(a_process_of(4711, gid, 5), 0.0)).sees_all
    assert not (await policy.find(a_process_of(4711, 5), 0.0)).sees_all, "what one process has is not its user's"


async def test_where_strangers_are_not_let_in_they_are_told_who_is() -> None:
    policy = CallerPolicy(group="daemon", admits_strangers=False)
    assert (await policy.find(a_process_of(0), 0.0)).sees_all
    with pytest.raises(NotPermitted, match="not in group daemon"):
        await policy.find(a_process_of(4711), 0.0)


async def test_a_membership_is_kept_for_some_seconds_and_asked_for_anew_then(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False, True]

    def answer(who: Credentials, group: str) -> bool:
        return answers.pop(0)

    monkeypatch.setattr("netmon.serving.callers.is_member", answer)
    policy = CallerPolicy()
    assert not (await policy.find(a_process_of(4711), 0.0)).sees_all
    assert not (await policy.find(a_process_of(4711), 4.9)).sees_all
    assert (await policy.find(a_process_of(4711), 5.0)).sees_all


async def test_a_membership_that_cannot_be_found_out_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(who: Credentials, group: str) -> bool:
        raise OSError("the directory is away")

    monkeypatch.setattr("netmon.serving.callers.is_member", fail)
    caller = await CallerPolicy().find(a_process_of(4711), 0.0)
    assert (caller.sees_all, caller.may_control, caller.why) == (False, False, "group netmon does not answer")


async def test_outside_of_a_call_the_caller_is_nobody_who_may_nothing() -> None:
    assert caller_of(NO_CONTEXT) == NOBODY
    assert not NOBODY.sees_all
    assert not NOBODY.may_control


async def test_each_call_has_a_caller_of_its_own() -> None:
    async def call(caller: Caller) -> Caller:
        set_caller(caller)
        await asyncio.sleep(0)
        return caller_of(NO_CONTEXT)

    assert await asyncio.gather(call(MEMBER), call(STRANGER)) == [MEMBER, STRANGER]
    assert caller_of(NO_CONTEXT) == NOBODY


def test_who_may_not_control_is_told_who_may() -> None:
    check_control(MEMBER)
    with pytest.raises(NotPermitted, match=r"user 4711 may not do this \(not in group netmon\): root, who started"):
        check_control(STRANGER)
    with pytest.raises(NotPermitted, match="an unknown user may not do this"):
        check_control(NOBODY)


def test_a_caller_is_told_its_number_what_it_sees_and_why() -> None:
    stranger = told(STRANGER)
    assert (stranger.uid, stranger.sees, stranger.may_control) == (4711, Visibility.OWN, False)
    assert stranger.reason == "not in group netmon"
    assert told(MEMBER).sees is Visibility.ALL
    assert told(NOBODY).uid is None


async def test_the_status_says_who_the_caller_is_taken_for(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource(), callers=OneCaller(STRANGER)) as both:
        caller = (await both.monitor().GetStatus(pb.GetStatusRequest())).status.caller
        assert caller.uid == 4711
        assert caller.sees == status_pb2.VISIBILITY_OWN
        assert not caller.may_control
