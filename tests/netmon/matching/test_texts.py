"""Fields that look at texts."""

from dataclasses import replace

import pytest

from netmon.model import (
    FilterField,
    Network,
    Range,
)
from tests.support.matching_rows import OWNERLESS, ROW, passes

_F = FilterField


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.TEXT, "fire"),
        (_F.TEXT, "FOX-BIN"),
        (_F.TEXT, "4711"),
        (_F.TEXT, "192.168.1.20:40123"),
        (_F.TEXT, "[2001:db8::7]:443"),
        (_F.TEXT, "example"),
        (_F.TEXT, "estab"),
        (_F.TEXT, "fi*x-b?n"),
        (_F.APPLICATION, "firefox"),
        (_F.APPLICATION, "firefox-bin"),
        (_F.APPLICATION, "*FOX"),
        (_F.APPLICATION, "f?refox"),
        (_F.USER, "anna"),
        (_F.USER, "1000"),
        (_F.UNIT, "*.scope"),
        (_F.EXECUTABLE, "/usr/lib/firefox/*"),
        (_F.DOMAIN, "www.example.com"),
        (_F.DOMAIN, "example.COM"),
        (_F.DOMAIN, "com"),
        (_F.DOMAIN, "example.com."),
        (_F.DOMAIN, "exam*.com"),
        (_F.DOMAIN, "*.example.com"),
        (_F.INTERFACE, "wlan*"),
    ],
)
def test_the_row_passes(field: FilterField, value: str | Range | Network) -> None:
    assert passes(field, value)
    assert not passes(field, value, negated=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.TEXT, "chrome"),
        (_F.TEXT, "firefox\nwww"),
        (_F.TEXT, "firefox*443"),
        (_F.APPLICATION, "fire"),
        (_F.USER, "root"),
        (_F.USER, ""),
        (_F.UNIT, ""),
        (_F.EXECUTABLE, "firefox"),
        (_F.DOMAIN, "ample.com"),
        (_F.DOMAIN, "a.www.example.com"),
        (_F.DOMAIN, ""),
        (_F.INTERFACE, "eth0"),
    ],
)
def test_the_row_does_not_pass(field: FilterField, value: str | Range | Network) -> None:
    assert not passes(field, value)
    assert passes(field, value, negated=True)


@pytest.mark.parametrize("field", [_F.APPLICATION, _F.USER, _F.UNIT, _F.EXECUTABLE, _F.DOMAIN])
def test_the_empty_pattern_says_has_none(field: FilterField) -> None:
    assert passes(field, "", row=OWNERLESS)
    assert not passes(field, "", row=ROW)
    assert not passes(field, "firefox", row=OWNERLESS)


def test_a_script_is_found_by_its_own_name() -> None:
    facts = replace(ROW.facts, application_name="python3 → backup.py")
    assert passes(_F.APPLICATION, "backup.py", row=ROW._replace(facts=facts))
    assert not passes(_F.APPLICATION, "backup", row=ROW._replace(facts=facts))
