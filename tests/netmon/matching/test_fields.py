"""Fields of closed sets of words, and values together."""

from dataclasses import replace

import pytest

from netmon.model import (
    Connection,
    ConnectionState,
    FilterField,
    Network,
    Range,
    Scope,
)
from tests.support.matching_rows import FACTS, NOW, OWNERLESS, ROW, passes, with_facts

_F = FilterField


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PROTOCOL, "tcp"),
        (_F.PROTOCOL, "t*"),
        (_F.STATE, "established"),
        (_F.STATE, "ESTAB*"),
        (_F.DIRECTION, "outbound"),
        (_F.SCOPE, "internet"),
        (_F.DOMAIN_SOURCE, "sni"),
        (_F.IS, "remote"),
        (_F.IS, "ACTIVE"),
    ],
)
def test_the_row_passes(field: FilterField, value: str | Range | Network) -> None:
    assert passes(field, value)
    assert not passes(field, value, negated=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PROTOCOL, "udp"),
        (_F.STATE, "listen"),
        (_F.DIRECTION, "inbound"),
        (_F.SCOPE, "lan"),
        (_F.DOMAIN_SOURCE, "dns"),
        (_F.IS, "local"),
        (_F.IS, "listen"),
        (_F.IS, "idle"),
        (_F.IS, "new"),
        (_F.IS, "closed"),
        (_F.IS, "unknown"),
        (_F.IS, "own"),
    ],
)
def test_the_row_does_not_pass(field: FilterField, value: str | Range | Network) -> None:
    assert not passes(field, value)
    assert passes(field, value, negated=True)


def test_one_of_several_values_is_enough() -> None:
    assert passes(_F.APPLICATION, "curl", "wget", "fire*")
    assert passes(_F.PORT, Range(minimum=22, maximum=22), Range(minimum=443, maximum=443))
    assert passes(_F.REMOTE_ADDRESS, "10.0.0.1", Network(text="2001:db8::/32"))
    assert passes(_F.IS, "listen", "remote")


def test_negated_none_of_them_may_fit() -> None:
    assert not passes(_F.APPLICATION, "curl", "firefox", negated=True)
    assert passes(_F.APPLICATION, "curl", "wget", negated=True)


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("local", with_facts(scope=Scope.LAN)),
        ("local", with_facts(scope=Scope.LOOPBACK)),
        ("listen", ROW._replace(state=ConnectionState.LISTEN)),
        ("idle", ROW._replace(last_time=NOW - 10.001)),
        ("idle", ROW._replace(last_time=NOW + 10.001)),  # of before the clock was set back
        ("idle", ROW._replace(last_time=None)),
        ("active", ROW._replace(last_time=NOW - 10.0)),
        ("new", with_facts(start_time=NOW - 9.9)),
        ("closed", ROW._replace(end_time=NOW - 1)),
        ("closed", ROW._replace(state=ConnectionState.CLOSED)),
        ("unknown", OWNERLESS),
        ("own", with_facts(is_netmon=True)),
    ],
)
def test_words_of_is(word: str, row: Connection) -> None:
    assert passes(_F.IS, word, row=row)


def test_what_was_there_before_is_not_new() -> None:
    row = with_facts(start_time=NOW - 1, started_before=True)
    assert not passes(_F.IS, "new", row=row)


@pytest.mark.parametrize("word", ["active", "idle"])
def test_neither_listeners_nor_closed_rows_are_active_or_idle(word: str) -> None:
    assert not passes(_F.IS, word, row=ROW._replace(state=ConnectionState.LISTEN))
    assert not passes(_F.IS, word, row=ROW._replace(end_time=NOW))


def test_what_is_not_known_has_no_word() -> None:
    row = ROW._replace(state=ConnectionState.UNSPECIFIED, facts=replace(FACTS, scope=Scope.UNSPECIFIED))
    assert not passes(_F.STATE, "*", row=row)
    assert not passes(_F.SCOPE, "*", row=row)
