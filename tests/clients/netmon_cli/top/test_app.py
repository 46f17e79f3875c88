import os
import signal
from dataclasses import replace

import pytest

from netmon.model import ConnectionState, Degradation, Drops, MonitoringState, Omitted, PacketSource
from netmon_cli.top.choices import Choices
from netmon_cli.top.rows import HOLD_SECONDS
from netmon_client import parse_query
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.testing.samples import START_TIME
from tests.clients.netmon_cli.rows import ENDED, HOSTILE, LISTENER, NAMED, ROWS, STATUS, UPLOAD, VERSION_6, WEB
from tests.clients.netmon_cli.top.live import SECONDS, live, moving
from tests.support.eventually import eventually


async def test_it_shows_cards_rows_and_keys_on_a_small_terminal() -> None:
    async with live(ROWS) as view:
        await view.sees("● Live", "↓ Download", "10.1 MB/s", "Top application", "firefox", "10.1.2.3:22", "q Quit")
        assert max(map(len, view.lines)) <= 80
        assert len(view.lines) == 24
        assert "? Help" in view.lines[-1]


async def test_a_large_terminal_shows_more_columns_and_both_units() -> None:
    async with live(ROWS, size=(200, 50)) as view:
        await view.sees("ESTABLISHED", "192.168.1.5:50000", "https", "81.2 Mbit/s", "peak 10.1 MB/s", "Σ↑", "Direction")
        assert len(view.lines) == 50


async def test_domains_have_a_column_where_there_are_any() -> None:
    async with live([WEB], size=(120, 30)) as view:
        await view.sees("93.184.216.34")
        assert "Domain" not in view.text
        await view.tick(a_snapshot([NAMED], sequence=2))
        await view.sees("Domain", "example.org")
        await view.tick(a_snapshot([WEB], sequence=3))
        await view.sees("Domain")  # a column that was there stays


async def test_the_cursor_stays_on_its_connection_while_the_order_changes() -> None:
    async with live(moving(60, 0)) as view:
        await view.press("down", "down", "down")
        chosen = view.app.table.cursor
        assert chosen is not None
        name = f"app{chosen[1:]}"
        places: set[int] = set()
        for turn in range(1, 21):
            view.app.presenter.order.let_go()  # as after some seconds without a key
            await view.tick(a_snapshot(moving(60, turn), sequence=1 + turn))
            assert view.app.table.cursor == chosen
            assert name in view.cursor_line, view.text
            places.add(next(place for place, entry in enumerate(sheet_of(view)) if entry == chosen))
        assert len(places) > 5, "the order did not change"


def sheet_of(view: object) -> list[str]:
    return [entry.key for entry in view.app.table._sheet.entries]  # type: ignore[attr-defined]


async def test_the_order_rests_while_the_cursor_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("netmon_cli.top.app.monotonic", lambda: clock[0])
    async with live(moving(10, 0)) as view:
        await view.press("down")
        before = sheet_of(view)
        await view.tick(a_snapshot(moving(10, 1), sequence=2))
        assert sheet_of(view) == before
        await view.sees("(held)")
        clock[0] += HOLD_SECONDS + 1
        await view.tick(a_snapshot(moving(10, 2), sequence=3))
        assert sheet_of(view) != before
        await view.misses("(held)")


async def test_without_a_cursor_the_view_stays_at_the_top() -> None:
    async with live(moving(60, 0)) as view:
        for turn in range(1, 4):
            await view.tick(a_snapshot(moving(60, turn), sequence=1 + turn))
            assert view.app.table.scroll_offset.y == 0
            assert view.cursor_line == ""
        await view.press("end")
        assert view.app.table.scroll_offset.y > 0
        await view.press("escape")
        assert view.app.table.scroll_offset.y == 0
        assert view.cursor_line == ""


async def test_a_filter_works_while_it_is_typed_and_an_error_keeps_the_last_good_one() -> None:
    async with live(ROWS) as view:
        await view.press("slash", *"app:curl")
        await view.sees("app:curl", "10.1.2.3")
        await view.misses("[2606:")
        await view.press("space", "quotation_mark")
        await view.sees("a quote that does not end at 10", "10.1.2.3")
        await view.press("enter")
        await view.sees("a quote that does not end at 10")  # what is no filter cannot be taken
        await view.press("backspace", *"aap:x")
        await view.sees('unknown field "aap" at 10: did you mean app?')
        await view.press(*["backspace"] * 6, "enter")
        await view.misses("did you mean")
        await view.sees("1 of 6 connections", "app:curl", "10.1.2.3")


async def test_escape_takes_back_what_was_typed() -> None:
    async with live(ROWS, Choices(filter=parse_query("app:curl"))) as view:
        await view.sees("10.1.2.3")
        await view.press("slash", *" is:nothing")
        await view.press("escape")
        await view.sees("app:curl", "10.1.2.3")
        assert view.app.presenter.choices.filter_text == "app:curl"
        await view.press("a")
        await view.sees("1 of 5 applications")


async def test_an_application_is_hidden_by_a_filter_that_one_can_see() -> None:
    async with live(ROWS) as view:
        await view.press("exclamation_mark")
        await view.sees("press ! again to hide its application")
        await view.press("exclamation_mark")
        await view.sees("!app:firefox", "4 of 6 connections")
        assert not [line for line in view.lines[6:] if "[2606:" in line]
        await view.press("exclamation_mark")
        await view.sees("!app:firefox,curl")


async def test_hiding_a_hostile_name_makes_a_filter_that_can_be_shown() -> None:
    async with live([HOSTILE, WEB], Choices(sort="received_rate")) as view:
        await view.press("down", "exclamation_mark")
        await view.misses("198.51.100.9")
        await view.sees("!app:ev?[31mil??2J?[bold]=cmd()[/bold]")
        await view.press("slash")
        assert "\x1b" not in view.text


async def test_pause_holds_the_picture_and_says_how_far_behind_it_is() -> None:
    async with live(moving(5, 0)) as view:
        await view.press("p")
        before = view.lines[7:12]
        newer = a_snapshot(moving(5, 3), sequence=2)
        await view.tick(replace(newer, time=newer.time + 11))
        await view.sees("Paused, 12 s behind")
        assert view.lines[7:12] == before
        await view.press("p")
        await view.sees("● Live")
        assert view.lines[7:12] != before


async def test_the_menu_sorts_and_the_same_choice_again_turns_round() -> None:
    async with live(ROWS) as view:
        await view.press("s")
        await view.sees("Sort by", "▾ speed, both ways", "↑ upload speed")
        await view.press("down", "down", "enter")
        await view.sees("▾ ↑ upload speed")
        assert sheet_of(view)[0] == "upload"
        await view.press("s", "enter")
        await view.sees("▴ ↑ upload speed")
        await view.press("S")
        assert view.app.presenter.choices.sort == "-sent_rate"


async def test_a_groups_by_application_and_back() -> None:
    async with live(ROWS) as view:
        await view.press("a")
        await view.sees("5 applications", "Conns", "(gone)")
        firefox = next(line for line in view.lines[7:] if "firefox" in line)
        assert "10.1 MB/s" in firefox
        await view.press("a")
        await view.sees("domain", "Connections")
        await view.press("a")
        await view.sees("6 connections")


async def test_details_show_all_of_the_row_and_go_on_with_it() -> None:
    async with live([NAMED, UPLOAD]) as view:
        await view.press("down", "enter")
        await view.sees("Details", "example.org", "Name from", "sni", "Process id", "/usr/bin/firefox")
        faster = NAMED._replace(traffic=NAMED.traffic._replace(received_bytes_per_second=77_000_000.0))
        await view.tick(a_snapshot([faster, UPLOAD], sequence=2))
        await view.sees("77.0 MB/s", "Details")
        await view.press("escape")
        await view.misses("Details   ", "Name from")


async def test_listening_sockets_come_with_l_and_ended_rows_stay_struck_for_a_moment() -> None:
    async with live(ROWS) as view:
        await view.sees("✕ curl")
        assert "sshd" not in view.text
        await view.press("l")
        await view.sees("sshd", "on 0.0.0.0:22", "with listening")
        rows = [row for row in ROWS if row is not ENDED]
        for sequence, after in ((2, 2.0), (3, 6.0)):
            snapshot = replace(a_snapshot(rows, sequence=sequence), time=START_TIME + 21 + after)
            await view.tick(snapshot)
            assert ("✕ curl" in view.text) is (after < 5), view.text
        await view.press("c")
        await view.sees("✕ curl", "with ended")


async def test_a_new_row_is_marked_once() -> None:
    async with live([WEB]) as view:
        await view.tick(a_snapshot([WEB, UPLOAD], sequence=2))
        await view.sees("+ curl")
        await view.tick(a_snapshot([WEB, UPLOAD], sequence=3))
        await view.sees("  curl")
        assert "+ curl" not in view.text


async def test_n_counts_sums_from_now() -> None:
    async with live([WEB]) as view:
        await view.sees("20.0 MB")
        await view.press("n")
        await view.sees("Σ since")
        assert "20.0 MB" not in view.text
        more = WEB._replace(traffic=WEB.traffic._replace(received_bytes=WEB.traffic.received_bytes + 5_000_000))
        await view.tick(a_snapshot([more], sequence=2))
        await view.sees("5.00 MB")
        await view.press("n")
        await view.sees("25.0 MB")


async def test_u_changes_units() -> None:
    async with live([WEB]) as view:
        await view.press("u")
        await view.sees("80.0 Mbit/s", "kbit/s")
        await view.press("u")
        await view.sees("9.54 MiB/s")
        await view.press("u")
        await view.sees("10.0 MB/s")


async def test_the_refresh_rate_is_asked_for_anew() -> None:
    async with live([WEB]) as view:
        await view.press("minus")
        await view.sees("each 2 s")
        await eventually(lambda: view.fake.calls.count("StreamSnapshots") == 2, seconds=SECONDS, what="a second stream")
        await view.press("plus", "plus")  # the fake collector ticks once a second
        await view.misses("each ")


async def test_y_copies_the_row() -> None:
    async with live([WEB]) as view:
        await view.press("down", "y")
        await view.sees("copied")
        assert "93.184.216.34:https" in view.app.clipboard


async def test_help_lists_the_keys_and_what_is_degraded() -> None:
    snapshot = replace(a_snapshot([WEB]), degraded=(Degradation(code="x", text="owners are [b]slow", remedy="Do it"),))
    async with live([snapshot], size=(100, 40)) as view:
        await view.sees("degraded (? tells)")
        await view.press("question_mark")
        await view.sees("Keys", "hide the row's application", "owners are [b]slow", "Do it")
        await view.press("escape")
        await view.misses("Keys")


async def test_a_lost_collector_dims_the_last_data_and_is_found_again() -> None:
    async with live([WEB]) as view:
        view.fake.kill()
        await view.sees("Collector unavailable, retry in 1 s", "Lost", "What is shown is of", "Start it:", "firefox")
        assert view.app.presenter.is_past
        view.fake.restart()
        await view.sees("● Live", "back after", "a new instance: sums begin anew")
        await view.misses("Start it:")


async def test_silence_is_stale() -> None:
    async with live([WEB]) as view:
        view.fake.hang()
        await view.sees("! Stale", "it hangs, or the machine is overloaded", "firefox")
        view.fake.resume()
        await view.sees("● Live")


async def test_stopped_demo_and_lost_packets_are_said() -> None:
    snapshot = replace(
        a_snapshot([WEB]),
        monitoring_state=MonitoringState.STOPPED,
        packet_source=PacketSource.RECORDING,
        drops=Drops(interval_dropped_packets=12),
    )
    status = replace(STATUS, monitoring_state=MonitoringState.STOPPED, monitoring_since=START_TIME)
    async with live([snapshot], size=(120, 30), status=status) as view:
        await view.sees(
            " DEMO ", "○ Stopped since 22:13", f"netmon-cli --socket {view.fake.socket} start", "12 packets lost"
        )


async def test_a_collector_with_more_rows_than_it_sends_gets_the_filter() -> None:
    crowded = replace(a_snapshot([WEB]), omitted=Omitted(connection_count=7000))
    async with live([crowded]) as view:
        await view.sees("7,000 more left out")
        await view.press("slash", *"app:curl", "enter")
        await eventually(lambda: view.fake.calls.count("StreamSnapshots") == 2, seconds=SECONDS, what="a second stream")


async def test_names_from_outside_are_text() -> None:
    hostile = a_process(7, "[red]x[/red][@click=app.quit]y[/]\x1b[2J\u202e" + "z" * 200)
    row = a_connection("h", process=hostile, domain="[link=file:///etc/passwd]d[/link]", received=1_000_000)
    async with live([row], size=(200, 40)) as view:
        await view.sees("[red]x", "[link=file:///etc/passwd]d[/link]")
        await view.press("down", "d")
        await view.sees("[red]x[/red][@click=app.quit]y[/]\\x1b[2J\\u202e")
        await view.press("escape", "a")
        await view.sees("[red]x")
        assert "\x1b" not in view.text
        assert "\u202e" not in view.text


async def test_without_colour_the_cursor_is_still_seen() -> None:
    async with live([WEB, UPLOAD], colour=False) as view:
        await view.press("down")
        assert view.cursor_line.startswith("> firefox")
        strips = view.app.screen._compositor.render_strips()
        *line, _scrollbar = next(strip for strip in strips if strip.text.startswith("> "))
        assert all(segment.style is not None and segment.style.reverse for segment in line)


async def test_a_mouse_chooses_a_row() -> None:
    async with live(ROWS) as view:
        await view.pilot.click("#table", offset=(10, 2))
        await view.sees("> curl")
        await view.pilot.click("#table", offset=(10, 3), times=2)
        await view.sees("Details")


async def test_rows_that_are_gone_leave_the_cursor_where_it_was() -> None:
    async with live([WEB, VERSION_6, UPLOAD]) as view:
        await view.press("down", "down")
        assert view.app.table.cursor == "upload"
        await view.tick(a_snapshot([WEB, VERSION_6], sequence=2))
        assert view.app.table.cursor == "v6"
        await view.tick(a_snapshot([], sequence=3))
        assert view.app.table.cursor is None
        await view.sees("Nothing yet.")


async def test_nothing_matches_is_said() -> None:
    async with live(ROWS, Choices(filter=parse_query("app:nobody"))) as view:
        await view.sees("No connection matches. / changes the filter", "0 of 6 connections")


async def test_q_ends_it_with_code_0() -> None:
    async with live([LISTENER]) as view:
        await view.press("q")
        assert view.app.return_code == 0


async def test_ctrl_c_and_sigterm_end_it_with_their_codes() -> None:
    async with live([WEB]) as view:
        await view.press("ctrl+c")
        assert view.app.return_code == 130
    async with live([WEB]) as view:
        os.kill(os.getpid(), signal.SIGTERM)
        await eventually(lambda: view.app.return_code == 143, seconds=SECONDS, what="the end")


async def test_an_error_that_is_final_ends_it() -> None:
    async with live([WEB]) as view:
        view.fake.kill()
        view.fake.start(other_version=True)
        await eventually(lambda: view.app.presenter.failure is not None, seconds=SECONDS, what="the error")
        assert "does not know this call" in str(view.app.presenter.failure)


async def test_a_state_that_a_filter_names_shows_listeners_too() -> None:
    async with live(ROWS, Choices(filter=parse_query("is:listen"))) as view:
        await view.sees("sshd", "1 of 8 connections")
    assert LISTENER.state is ConnectionState.LISTEN
