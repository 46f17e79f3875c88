from dataclasses import replace

import pytest

from netmon.model import GapCause, OwnerWay, Protocol, Remainder, UnattributedReason
from netmon_client.aggregate import group_connections
from netmon_client.words import (
    brief_reason,
    brief_remainder,
    counted,
    gap_words,
    group_words,
    owner_words,
    protocol_name,
    reason_words,
    remainder_words,
    ways_words,
)
from tests.clients.netmon_cli.rows import PING, REST, WEB


@pytest.mark.parametrize("reason", UnattributedReason)
def test_every_reason_is_said_in_words(reason: UnattributedReason) -> None:
    assert "_" not in reason_words(reason)
    assert len(brief_reason(reason)) <= 11


@pytest.mark.parametrize("cause", GapCause)
def test_every_gap_has_its_why(cause: GapCause) -> None:
    assert gap_words(cause)


def test_remainders_say_what_they_stand_for() -> None:
    assert remainder_words(Remainder.OTHER_USERS) == "other users"
    assert brief_remainder(Remainder.CLOSED) == "ended"
    assert remainder_words(Remainder.UNSPECIFIED) == ""


def test_protocols_without_a_name_have_their_number() -> None:
    assert protocol_name(Protocol.TCP, 6) == "tcp"
    assert protocol_name(Protocol.OTHER, 47) == "ip 47"


def test_an_owner_is_explained_and_its_absence_too() -> None:
    assert owner_words(WEB) == "exact socket"
    assert owner_words(PING) == "gone before it could be looked up"


def test_groups_of_what_nobody_owns_are_said_in_the_same_words() -> None:
    labels = {group.label for group in group_connections([PING, REST], "application")}
    assert {group_words(label) for label in labels} == {"gone before it could be looked up", "ended connections"}
    assert group_words("no unit") == "no unit"


def test_one_is_no_plural() -> None:
    assert [counted(number, "row") for number in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]


def test_the_ways_of_finding_owners_are_said_with_why_no_better_one_is_used() -> None:
    listed = OwnerWay(name="sock_diag", in_use=True, reason="for sockets that were there before the collector")
    better = OwnerWay(name="ebpf", in_use=False, reason="the right to load it is missing")
    assert ways_words([better, listed]) == "sock_diag lists, not eBPF (the right to load it is missing)"
    assert ways_words([replace(better, in_use=True, reason=""), listed]) == "eBPF, sock_diag lists"
    assert ways_words([better]) == ""
