from dataclasses import replace

from netmon_cli.columns.column import Look
from netmon_cli.top.board import Moment
from netmon_cli.top.cards import connection_lines, other_rate, top_application, top_lines
from netmon_client.testing import a_connection, a_snapshot
from tests.clients.netmon_cli.rows import HOSTILE, LISTENER, SNAPSHOT, WEB
from tests.clients.netmon_cli.top.live import live

LOOK = Look(now=0.0)


def test_the_other_unit_is_bits_for_bytes_and_bytes_for_bits() -> None:
    assert other_rate(1000, "si") == "8.00 kbit/s"
    assert other_rate(1000, "iec") == "8.00 kbit/s"
    assert other_rate(1000, "bit") == "1.00 kB/s"


def test_connections_are_counted_with_their_applications_and_listeners() -> None:
    first, second = connection_lines(Moment(snapshot=SNAPSHOT))
    assert first[0].text == "6 in 4 apps"
    assert second[0].text == "1 listening"


def test_the_top_application_is_the_one_that_moves_most() -> None:
    assert (application := top_application(Moment(snapshot=SNAPSHOT))) is not None
    assert application.name == "firefox"
    first, second = top_lines(Moment(snapshot=SNAPSHOT), LOOK, 30)
    assert (first[0].text, second[0].text) == ("firefox", "↓ 10.1 MB/s ↑ 20.6 kB/s")


def test_where_nothing_moves_there_is_no_top_application() -> None:
    still = Moment(snapshot=a_snapshot([LISTENER]))
    assert top_application(still) is None
    assert top_lines(still, LOOK, 30)[1][0].text == "nothing moves"


def test_a_hostile_name_is_cleaned_and_cut() -> None:
    first, _ = top_lines(Moment(snapshot=a_snapshot([HOSTILE])), LOOK, 16)
    assert len(first[0].text) == 16
    assert first[0].text.startswith("ev\\x1b[")


async def test_speed_is_drawn_over_the_last_minute() -> None:
    quiet = a_connection("web", process=WEB.process, sent=0, received=1_000_000)
    async with live([WEB]) as view:
        await view.tick(a_snapshot([quiet], sequence=2))
        await view.sees("500 kB/s")
        assert "█" in view.text
        snapshot = replace(a_snapshot([quiet], sequence=3), time=SNAPSHOT.time + 100)
        await view.tick(snapshot)
        await view.sees("4.00 Mbit/s")
