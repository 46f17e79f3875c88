from dataclasses import replace

from netmon.model import Degradation, Drops, Omitted, OtherUsers
from netmon_cli.render.table import Cell
from netmon_cli.top.choices import Choices
from netmon_cli.top.rows import Listing
from netmon_cli.top.status_line import caption_cells, keys_of, refresh_words, status_cells
from netmon_client import parse_query
from netmon_client.testing import a_snapshot
from tests.clients.netmon_cli.rows import SNAPSHOT

CHIP = Cell(text="● Live")


def caption(choices: Choices, *, count: int = 3, of_count: int = 9, is_held: bool = False) -> list[str]:
    listing = Listing(entries=[], count=count, of_count=of_count)
    return [cell.text for cell in caption_cells(listing, SNAPSHOT, choices, is_held=is_held)]


def test_before_the_first_snapshot_there_is_the_chip_alone() -> None:
    assert status_cells(CHIP, None, is_demo=False, note="", refresh="") == [CHIP]


def test_what_matters_most_comes_first() -> None:
    snapshot = replace(
        SNAPSHOT, drops=Drops(interval_dropped_packets=1), degraded=(Degradation(code="x", text="slow"),)
    )
    texts = [cell.text for cell in status_cells(CHIP, snapshot, is_demo=True, note="copied", refresh="each 2 s")]
    assert texts[:5] == [
        " DEMO ",
        "● Live",
        "copied",
        "! 1 packet lost: sums are lower bounds",
        "! degraded (? tells)",
    ]
    assert "each 2 s" in texts


def test_who_sees_their_own_alone_is_told_so() -> None:
    words = "other users as one sum: group netmon sees them"
    for others, is_said in ((OtherUsers(), True), (None, False)):
        cells = status_cells(CHIP, replace(SNAPSHOT, other_users=others), is_demo=False, note="", refresh="")
        assert (words in [cell.text for cell in cells]) is is_said


def test_the_caption_says_how_many_of_how_many_in_which_order() -> None:
    assert caption(Choices(), count=9) == ["9 connections", "▾ speed, both ways"]
    assert caption(Choices(sort="app"), is_held=True) == ["3 of 9 connections", "▴ application (held)"]
    assert caption(Choices(subject="apps"), count=1, of_count=1)[0] == "1 application"


def test_the_caption_says_what_was_chosen() -> None:
    choices = Choices(filter=parse_query("app:x"), since=0.0, listening=True, ended=True, units="iec")
    texts = caption(choices)
    assert texts[2] == "app:x"
    assert texts[3].startswith("Σ since ")
    assert texts[4:] == ["with listening", "with ended", "KiB/s"]


def test_rows_that_the_collector_left_out_are_said() -> None:
    snapshot = replace(a_snapshot(), omitted=Omitted(connection_count=1234))
    cells = caption_cells(Listing(entries=[], count=0, of_count=0), snapshot, Choices(), is_held=False)
    assert cells[-1].text == "1,234 more left out"


def test_the_key_of_the_group_says_where_it_leads() -> None:
    assert dict(keys_of("connections"))["a"] == "Apps"
    assert dict(keys_of("apps"))["a"] == "Domains"
    assert dict(keys_of("domains"))["a"] == "Connections"


def test_only_an_unusual_refresh_rate_is_said() -> None:
    assert refresh_words(1.0) == ""
    assert refresh_words(0.5) == "each 0.5 s"
