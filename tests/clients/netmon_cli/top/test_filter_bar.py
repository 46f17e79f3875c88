from netmon_cli.top.filter_bar import read_filter
from netmon_client import format_filter
from tests.clients.netmon_cli.rows import ROWS
from tests.clients.netmon_cli.top.live import live


def test_a_text_is_a_filter_or_has_a_reason() -> None:
    condition, problem = read_filter("app:firefox")
    assert condition is not None
    assert (format_filter(condition), problem) == ("app:firefox", "")
    assert read_filter("aap:x") == (None, 'unknown field "aap" at 1: did you mean app?')


async def test_it_is_there_only_while_one_types() -> None:
    async with live(ROWS) as view:
        assert "Filter " not in view.text.replace("/ Filter ", "")
        await view.press("slash")
        await view.sees("Filter app:firefox is:remote !port:53")  # an example, as long as the field is empty
        await view.press("q", "exclamation_mark")  # keys are text here
        await view.sees("Filter q!")
        await view.press("escape")
        assert "Filter q!" not in view.text
        assert not view.app.presenter.choices.filter.terms
