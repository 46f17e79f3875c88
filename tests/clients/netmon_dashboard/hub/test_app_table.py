"""What a tick says of applications; that it suffices is shown in test_encoding.py."""

from dataclasses import replace

from netmon.model import Application, Traffic
from netmon_dashboard.hub.app_table import AppTable
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.vocabulary import APP_COLUMNS, no_icon

FIREFOX = Application(id="exe:firefox", name="firefox", path="/usr/bin/firefox", traffic=Traffic())


def moving(sent: int, received: int, total: int) -> Application:
    traffic = Traffic(
        sent_bytes=total, received_bytes=total, interval_sent_bytes=sent, interval_received_bytes=received
    )
    return replace(FIREFOX, traffic=traffic)


def unneeded() -> set[int | None]:
    return set()


def test_a_new_application_is_told_whole_and_a_moving_one_in_three_numbers() -> None:
    table = AppTable(Numbering(), no_icon)
    (entry,) = table.update([FIREFOX], unneeded).entries
    assert dict(zip(APP_COLUMNS, entry, strict=True))["name"] == "firefox"
    changes = table.update([moving(5, 5, 5)], unneeded)
    assert (changes.moved, changes.entries, changes.counts) == ([1, 5, 5], [], [])
    assert table.update([moving(0, 0, 5)], unneeded).moved == []


def test_other_counts_are_told_without_the_rest() -> None:
    table = AppTable(Numbering(), no_icon)
    table.update([FIREFOX], unneeded)
    changes = table.update([replace(FIREFOX, connection_count=3, process_count=2, remote_count=9)], unneeded)
    assert (changes.counts, changes.entries) == ([1, 3, 0, 2, 9], [])


def test_bytes_that_came_in_no_tick_are_told_whole() -> None:
    table = AppTable(Numbering(), no_icon)
    table.update([FIREFOX], unneeded)
    assert table.update([moving(5, 5, 50)], unneeded).entries[0][8] == 50


def test_an_application_stays_while_it_is_needed() -> None:
    table = AppTable(Numbering(), no_icon)
    table.update([FIREFOX], unneeded)
    assert table.update([], lambda: {1}).gone == []
    assert (table.update([], unneeded).gone, table.entries(), table.number(FIREFOX.id)) == ([1], [], None)


def test_an_icon_that_is_found_later_is_told_when_it_is_found() -> None:
    found: list[str] = []

    def icon(path: str, name: str, /) -> str:
        return found[0] if found else ""

    table = AppTable(Numbering(), icon)
    assert table.update([FIREFOX], unneeded).entries[0][4] == ""
    assert table.update([FIREFOX], unneeded).entries == []
    found.append("/netmon/icon/abc")
    assert table.update([FIREFOX], unneeded).entries[0][4] == "/netmon/icon/abc"
