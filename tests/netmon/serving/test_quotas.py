import resource
from collections.abc import Generator

import pytest

from netmon.serving import Credentials, GateLimits
from netmon.serving.quotas import ConnectionQuotas, within_descriptors

LIMITS = GateLimits(connection_limit=10, connections_a_user=3, kept_for_masters=4)


@pytest.fixture
def few_files() -> Generator[None, None, None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def quotas() -> ConnectionQuotas:
    return ConnectionQuotas(LIMITS, lambda who: who.uid in (0, 1000) or 44 in who.gids)


def user(uid: int, *gids: int) -> Credentials:
    return Credentials(uid=uid, pid=1, gids=frozenset(gids))


def test_a_user_has_so_many_and_no_more_until_one_is_given_back() -> None:
    counted = quotas()
    assert [counted.take(user(7)) for _ in range(4)] == [True, True, True, False]
    assert counted.take(user(8))
    counted.give_back(user(7))
    assert counted.take(user(7))
    assert (counted.count_of(7), counted.count) == (3, 4)


def test_strangers_never_take_what_is_kept_for_root_and_who_started_it() -> None:
    counted = quotas()
    assert sum(counted.take(user(uid)) for uid in range(7, 20)) == 6
    assert not counted.take(user(99))
    assert [counted.take(user(uid)) for uid in (0, 0, 1000, 1000, 0)] == [True, True, True, True, False]


def test_a_member_of_the_group_is_no_stranger() -> None:
    counted = quotas()
    assert sum(counted.take(user(uid)) for uid in range(7, 20)) == 6
    assert [counted.take(user(uid, 44)) for uid in (21, 22, 23, 24, 25)] == [True] * 4 + [False]
    counted.give_back(user(21, 44))
    assert not counted.take(user(99))
    assert counted.take(user(25, 44))


def test_root_and_who_started_it_take_nothing_of_what_strangers_have() -> None:
    counted = quotas()
    assert [counted.take(user(uid)) for uid in (0, 0, 0, 1000, 1000, 1000)] == [True] * 6
    assert [counted.take(user(uid)) for uid in (7, 8, 9, 10, 11)] == [True, True, True, True, False]


@pytest.mark.usefixtures("few_files")
def test_the_usual_limit_of_open_files_is_raised_for_them() -> None:
    limits = within_descriptors(GateLimits())
    assert limits == GateLimits()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 1024 * 3 + 256


def test_where_there_are_fewer_files_there_are_fewer_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(kind: int) -> tuple[int, int]:
        return (1024, 1024)

    def ask(kind: int, limits: tuple[int, int]) -> None:
        assert limits == (1024, 1024)

    monkeypatch.setattr(resource, "getrlimit", told)
    monkeypatch.setattr(resource, "setrlimit", ask)
    assert within_descriptors(GateLimits()) == GateLimits(connection_limit=256, kept_for_masters=128)
