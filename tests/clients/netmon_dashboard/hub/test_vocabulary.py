"""Every code that a message may hold has its words in the hello."""

from enum import IntEnum

import pytest

from netmon.model import (
    CaptureState,
    ConnectionState,
    Direction,
    DomainSource,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    Remainder,
    Scope,
    UnattributedReason,
)
from netmon_dashboard.hub.row_entries import (
    APP,
    DELTA_RECEIVED,
    DELTA_SENT,
    END,
    LAST,
    PROCESS,
    RECEIVED,
    SENT,
    STATE,
)
from netmon_dashboard.hub.vocabulary import APP_COLUMNS, ROW_COLUMNS, code, no_icon, state_code, words


@pytest.mark.parametrize(
    "kind",
    [
        CaptureState,
        Direction,
        DomainSource,
        OwnerConfidence,
        OwnerMethod,
        Protocol,
        Remainder,
        Scope,
        UnattributedReason,
    ],
)
def test_a_code_is_the_name_in_lower_case_and_nothing_where_nothing_is_known(kind: type[IntEnum]) -> None:
    codes = [code(member) for member in kind]
    assert codes[0] == ""
    assert codes[1:] == [member.name.lower() for member in kind][1:]


def test_each_state_has_a_code_and_a_look() -> None:
    looks = words()["states"]
    assert set(looks) == {state_code(state) for state in ConnectionState}
    assert looks["established"] == {"glyph": "●", "colour": "green", "name": "ESTABLISHED", "brief": "ESTAB"}


def test_reasons_methods_and_remainders_have_words() -> None:
    said = words()
    assert said["reasons"]["gone"] == "gone before it could be looked up"
    assert said["methods"]["exact"] == "exact socket"
    assert said["remainders"]["other_users"] == "other users"
    assert all(text for kind in ("reasons", "methods", "remainders") for text in said[kind].values())


def test_positions_are_those_of_the_columns() -> None:
    names = ("app", "process", "state", "last", "end", "sent", "received", "ds", "dr")
    places = (APP, PROCESS, STATE, LAST, END, SENT, RECEIVED, DELTA_SENT, DELTA_RECEIVED)
    assert [ROW_COLUMNS[place] for place in places] == list(names)
    assert APP_COLUMNS[4] == "icon"


def test_who_knows_no_icons_gives_none() -> None:
    assert no_icon("/usr/bin/firefox", "firefox") == ""
