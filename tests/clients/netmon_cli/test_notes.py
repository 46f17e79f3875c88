from dataclasses import replace

import pytest

from netmon.model import (
    Drops,
    MonitoringState,
    Omitted,
    OtherUsers,
    PacketSource,
    Scope,
    ScopeTraffic,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
)
from netmon_cli.columns.column import Look
from netmon_cli.notes import headline, joined, partial_note, snapshot_notes
from netmon_cli.render.palette import Palette
from netmon_cli.render.table import Cell
from netmon_client.testing import a_snapshot
from netmon_client.words import clock_time, percent
from tests.clients.netmon_cli.rows import SNAPSHOT

LOOK = Look(now=SNAPSHOT.time)


def headline_text(**changes: object) -> str:
    return joined(headline(replace(SNAPSHOT, **changes), LOOK), None, Palette())  # type: ignore[arg-type]


def test_the_headline_says_speed_and_share() -> None:
    text = headline_text(attributed_share=0.9996)
    assert text.startswith(clock_time(SNAPSHOT.time))
    assert text.endswith("↓ 10.1 MB/s  ↑ 822 kB/s  6 connections  99.9 % with an owner")


def test_a_recording_a_stop_and_loopback_are_said() -> None:
    assert headline_text(packet_source=PacketSource.RECORDING).startswith(" DEMO ")
    assert headline_text(monitoring_state=MonitoringState.STOPPED).startswith("Stopped")
    loopback = ScopeTraffic(scope=Scope.LOOPBACK, traffic=Traffic(sent_bytes_per_second=5.0))
    assert headline_text(scopes=(loopback,)).endswith("loopback 5 B/s")


def test_cells_that_do_not_fit_are_left_out_from_the_end() -> None:
    cells = [Cell(text="12:00:00"), Cell(text="first"), Cell(text="second")]
    assert joined(cells, 15, Palette()) == "12:00:00  first"
    assert joined(cells, 5, Palette()) == "12:0…"
    assert joined(cells, 19, Palette(), cut_last=True) == "12:00:00  first  s…"


def test_bytes_without_an_owner_come_with_their_reasons_the_largest_first() -> None:
    parts = (
        UnattributedTraffic(reason=UnattributedReason.KERNEL, traffic=Traffic(sent_bytes=1000)),
        UnattributedTraffic(reason=UnattributedReason.GONE, traffic=Traffic(sent_bytes=9000)),
    )
    (note,) = snapshot_notes(replace(a_snapshot(), unattributed=parts), LOOK)
    assert note.text == (
        "No owner: 10.0 kB (9.00 kB gone before it could be looked up, 1.00 kB answered by the kernel, no process)"
    )


def test_who_sees_their_own_alone_is_told_how_much_the_rest_is_and_how_to_see_it() -> None:
    others = OtherUsers(connection_count=12, traffic=Traffic(sent_bytes=4000, received_bytes=1000))
    partial = replace(a_snapshot(), other_users=others)
    text = "Other users: 12 connections, 5.00 kB as one sum; in group netmon you would see them (netmon-cli doctor)"
    assert [note.text for note in partial_note(partial, LOOK)] == [text]
    assert [note.text for note in snapshot_notes(partial, LOOK)] == [text]
    assert partial_note(a_snapshot(), LOOK) == []


def test_what_was_cleared_is_no_longer_told() -> None:
    cleared = Traffic(sent_bytes=9000, cleared_sent_bytes=9000)
    part = UnattributedTraffic(reason=UnattributedReason.GONE, traffic=cleared)
    assert snapshot_notes(replace(a_snapshot(), unattributed=(part,)), LOOK) == []


def test_loss_and_omission_are_told() -> None:
    snapshot = replace(
        a_snapshot(),
        drops=Drops(interval_dropped_packets=1),
        omitted=Omitted(connection_count=2, traffic=Traffic(sent_bytes=5)),
    )
    assert [note.text for note in snapshot_notes(snapshot, LOOK)] == [
        "! 1 packet lost in this interval: sums are lower bounds",
        "Left out by filter or row limit: 2 connections, 5 B",
    ]


@pytest.mark.parametrize(("share", "text"), [(1.0, "100 %"), (0.99999, "99.9 %"), (0.5, "50.0 %"), (0.0, "0.0 %")])
def test_nearly_all_is_not_all(share: float, text: str) -> None:
    assert percent(share) == text
