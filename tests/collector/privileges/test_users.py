import grp
import pwd

import pytest

from netmon_collector.privileges.users import UNUSED, User, choose_users


def nobody_has(_: object) -> object:
    raise KeyError


def everybody_has(number: int) -> int:
    return number


def group_54321(name: str) -> grp.struct_group:
    return grp.struct_group((name, "x", 54_321, []))


def named(entries: dict[str, tuple[int, int]]) -> object:
    def find(name: str) -> pwd.struct_passwd:
        uid, gid = entries[name]
        return pwd.struct_passwd((name, "x", uid, gid, "", "/", "/bin/false"))

    return find


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", nobody_has)
    monkeypatch.setattr(grp, "getgrnam", nobody_has)


def test_the_named_users_are_taken_where_they_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", named({"netmon": (900, 901), "netmon-proc": (902, 903)}))
    assert choose_users() == (User(900, 901), User(902, 903))


def test_without_them_two_numbers_that_nobody_has_are() -> None:
    main, helper = choose_users()
    assert main.uid in UNUSED
    assert helper.uid in UNUSED
    assert main.uid != helper.uid
    for user in (main, helper):
        assert user.gid == user.uid
        with pytest.raises(KeyError):
            pwd.getpwuid(user.uid)
        with pytest.raises(KeyError):
            grp.getgrgid(user.gid)


def test_the_main_process_is_in_the_group_that_may_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grp, "getgrnam", group_54321)
    assert choose_users()[0].gid == 54_321


def test_user_0_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", named({"netmon": (0, 0), "netmon-proc": (0, 5)}))
    assert all(user.uid and user.gid for user in choose_users())


def test_where_all_numbers_are_taken_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwuid", everybody_has)
    with pytest.raises(LookupError, match="taken"):
        choose_users()
