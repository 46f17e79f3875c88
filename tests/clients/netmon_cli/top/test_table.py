from netmon_client.testing import a_snapshot
from tests.clients.netmon_cli.rows import ROWS, UPLOAD, WEB
from tests.clients.netmon_cli.top.live import live, moving


async def test_every_line_fills_the_width_and_the_headings_stay() -> None:
    async with live(moving(100, 0), size=(90, 20)) as view:
        await view.press("end")
        table = view.app.table
        drawn = [table.render_line(y).cell_length for y in range(table.size.height)]
        assert drawn == [89] * table.size.height  # the scrollbar has the last cell
        assert all(line[:89].rstrip().endswith((" B", "kB", "MB")) for line in view.lines[8:-1]), view.text
        head = next(line for line in view.lines if line.startswith("  App"))
        assert "Remote" in head
        assert "> app" in view.lines[-2]


async def test_only_rows_in_view_are_made() -> None:
    async with live(moving(2000, 0)) as view:
        assert len(view.app.table._cells) <= 24
        await view.press("end")
        assert len(view.app.table._cells) <= 24


async def test_keys_move_by_row_page_and_end() -> None:
    async with live(moving(100, 0)) as view:
        table = view.app.table
        await view.press("down", "j", "k", "down")
        assert table._cursor_place == 1
        await view.press("pagedown")
        page = table.size.height - 2
        assert table._cursor_place == 1 + page
        await view.press("pageup", "pageup")
        assert table._cursor_place == 0
        await view.press("G")
        assert table._cursor_place == 99
        await view.press("g")
        assert table._cursor_place == 0


async def test_a_cursor_out_of_view_is_followed_and_one_in_view_leaves_the_scroll_alone() -> None:
    async with live(moving(100, 0)) as view:
        table = view.app.table
        await view.press(*["pagedown"] * 3, "up")
        before = table.scroll_offset.y
        await view.tick(a_snapshot(moving(100, 0), sequence=2))
        assert table.scroll_offset.y == before
        view.app.presenter.order.let_go()
        await view.tick(a_snapshot(moving(100, 5), sequence=3))
        top = table.scroll_offset.y
        assert top <= table._cursor_place < top + table.size.height - 1


async def test_the_sorted_column_stands_out() -> None:
    async with live([WEB, UPLOAD]) as view:
        await view.press("s", "down", "enter")
        head = view.app.table.render_line(0)
        coloured = [segment for segment in head if segment.style is not None and segment.style.color is not None]
        marked = [
            each.text for each in coloured if each.style and each.style.color and each.style.color.name == "#e6c07b"
        ]
        assert marked == ["↓"]


async def test_a_window_that_changes_its_size_is_filled_anew() -> None:
    async with live(ROWS) as view:
        await view.pilot.resize_terminal(160, 40)
        await view.sees("Local", "State", "peak")
        await view.pilot.resize_terminal(50, 12)
        await view.sees("App", "firefox")
        assert max(map(len, view.lines)) <= 50
