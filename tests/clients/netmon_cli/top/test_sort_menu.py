import pytest

from netmon_cli.top.choices import Subject
from netmon_cli.top.rows import sort_keys
from netmon_cli.top.sort_menu import _OFFERED, chosen_sort, sort_words
from tests.clients.netmon_cli.rows import ROWS
from tests.clients.netmon_cli.top.live import live


@pytest.mark.parametrize("subject", ["connections", "apps", "domains"])
def test_every_key_that_is_offered_is_known(subject: Subject) -> None:
    assert set(_OFFERED[subject]) <= set(sort_keys(subject))


def test_numbers_begin_with_the_largest_and_names_with_a() -> None:
    assert chosen_sort("total", "-rate") == "-total"
    assert chosen_sort("app", "-rate") == "app"
    assert chosen_sort("app", "app") == "-app"


def test_a_key_without_words_is_its_own_word() -> None:
    assert sort_words("-lport") == "▾ lport"
    assert sort_words("domain") == "▴ domain"


async def test_escape_changes_nothing() -> None:
    async with live(ROWS) as view:
        await view.press("s", "down", "escape")
        assert view.app.presenter.choices.sort == "-rate"
        await view.misses("Sort by")


async def test_applications_have_their_own_keys() -> None:
    async with live(ROWS) as view:
        await view.press("a", "s")
        await view.sees("processes", "listening sockets")
        assert "domain" not in view.text
