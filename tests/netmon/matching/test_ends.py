"""Fields that look at the ends of a connection."""

import pytest

from netmon.model import (
    Endpoint,
    FilterField,
    Network,
    Protocol,
    Range,
)
from tests.support.matching_rows import passes, with_facts

_F = FilterField


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PORT, Range(minimum=443, maximum=443)),
        (_F.PORT, Range(minimum=40000, maximum=41000)),
        (_F.LOCAL_PORT, "40???"),
        (_F.REMOTE_PORT, "443"),
        (_F.ADDRESS, "192.168.1.*"),
        (_F.ADDRESS, Network(text="192.168.0.0/16")),
        (_F.ADDRESS, Network(text="2001:db8::/32")),
        (_F.LOCAL_ADDRESS, "::ffff:192.168.1.20"),
        (_F.REMOTE_ADDRESS, "2001:0DB8:0::0007"),
        (_F.REMOTE_ADDRESS, Network(text="2001:db8::7/128")),
    ],
)
def test_the_row_passes(field: FilterField, value: str | Range | Network) -> None:
    assert passes(field, value)
    assert not passes(field, value, negated=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (_F.PORT, "44"),
        (_F.LOCAL_PORT, "443"),
        (_F.REMOTE_PORT, Range(maximum=443, maximum_excluded=True)),
        (_F.LOCAL_ADDRESS, Network(text="2001:db8::/32")),
        (_F.LOCAL_ADDRESS, Network(text="10.0.0.0/8")),
        (_F.REMOTE_ADDRESS, "192.168.1.20"),
    ],
)
def test_the_row_does_not_pass(field: FilterField, value: str | Range | Network) -> None:
    assert not passes(field, value)
    assert passes(field, value, negated=True)


@pytest.mark.parametrize("field", [_F.PID, _F.PORT, _F.ADDRESS])
def test_what_is_not_there_fits_no_number_and_no_address(field: FilterField) -> None:
    bare = with_facts(process=None, local=None, remote=None)
    assert not passes(field, "*", row=bare)
    assert passes(field, "*", row=bare, negated=True)


def test_an_end_without_a_port_fits_no_port() -> None:
    row = with_facts(protocol=Protocol.ICMP, local=Endpoint(address="10.0.0.1"), remote=Endpoint(address="10.0.0.2"))
    assert not passes(_F.PORT, Range(), row=row)


def test_a_zone_may_be_left_out() -> None:
    row = with_facts(local=Endpoint(address="fe80::1%eth0", port=1))
    assert passes(_F.LOCAL_ADDRESS, "fe80::1", row=row)
    assert passes(_F.LOCAL_ADDRESS, "FE80:0::1%eth0", row=row)
    assert passes(_F.LOCAL_ADDRESS, Network(text="fe80::/10"), row=row)
    assert not passes(_F.LOCAL_ADDRESS, "fe80::1%eth1", row=row)
