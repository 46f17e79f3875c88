from netmon.model import Degradation
from netmon_cli.top.help import help_text
from tests.clients.netmon_cli.rows import ROWS
from tests.clients.netmon_cli.top.live import live


def test_what_is_degraded_stands_below_the_keys_as_text() -> None:
    text = help_text([Degradation(code="x", text="[b]slow\x1b", remedy="mend it")]).plain
    assert "! [b]slow\\x1b\n  mend it" in text
    assert "What works less well" not in help_text([]).plain


def test_every_key_of_the_view_is_listed() -> None:
    text = help_text([]).plain
    for key in "q?/!saplncuy+-d":
        assert any(key in line.split("  ")[0] for line in text.splitlines()), key


async def test_it_fits_80_by_24() -> None:
    async with live(ROWS) as view:
        await view.press("question_mark")
        await view.sees("all that is known of the row", "copy the row", "quit", "captured IP bytes")
        await view.press("q")
        await view.misses("all that is known of the row")
        assert view.app.is_running
