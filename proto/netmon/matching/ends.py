"""The fields of a filter that look at the ends of a connection. An end or a port that is not there fits nothing."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_network

from netmon.address import address_text, packed_address, unmapped
from netmon.matching.numbers import number_test
from netmon.matching.patterns import any_pattern_test, has_wildcard, patterns_of, remembering
from netmon.matching.values import RowTest, Values
from netmon.model import Connection, Endpoint, FilterField, Network

_Ends = Callable[[Connection], tuple[Endpoint | None, ...]]

_ENDS: dict[FilterField, _Ends] = {
    FilterField.PORT: lambda row: (row.facts.local, row.facts.remote),
    FilterField.LOCAL_PORT: lambda row: (row.facts.local,),
    FilterField.REMOTE_PORT: lambda row: (row.facts.remote,),
    FilterField.ADDRESS: lambda row: (row.facts.local, row.facts.remote),
    FilterField.LOCAL_ADDRESS: lambda row: (row.facts.local,),
    FilterField.REMOTE_ADDRESS: lambda row: (row.facts.remote,),
}


def _port_test(ends_of: _Ends, values: Values) -> RowTest:
    fits = number_test(values)

    def test(row: Connection) -> bool:
        for end in ends_of(row):  # noqa: SIM110 -- a generator costs 0.3 µs more a row
            if end is not None and end.port is not None and fits(end.port):
                return True
        return False

    return test


def _address_test(ends_of: _Ends, values: Values) -> RowTest:
    networks = [_network_test(value.text) for value in values if isinstance(value, Network)]
    fits_text = any_pattern_test(_usual_address(pattern) for pattern in patterns_of(values))

    def fits(text: str) -> bool:
        without_zone = text.partition("%")[0]
        if fits_text(text) or fits_text(without_zone):
            return True
        if not networks:
            return False
        packed = _packed(without_zone)
        return packed is not None and any(network(packed) for network in networks)

    remembered = remembering(fits)

    def test(row: Connection) -> bool:
        for end in ends_of(row):  # noqa: SIM110 -- a generator costs 0.3 µs more a row
            if end is not None and remembered(end.address):
                return True
        return False

    return test


def _network_test(text: str) -> Callable[[bytes], bool]:
    network = ip_network(text, strict=False)
    mask, wanted = int(network.netmask), int(network.network_address)
    length = len(network.network_address.packed)
    return lambda packed: len(packed) == length and int.from_bytes(packed) & mask == wanted


@lru_cache(maxsize=1024)
def _packed(text: str) -> bytes | None:
    try:
        return packed_address(text)
    except ValueError:
        return None


def _usual_address(pattern: str) -> str:
    """Give an address in the form that rows have; what is none, or has wildcards, as it is."""
    address, percent, zone = pattern.partition("%")
    packed = None if has_wildcard(pattern) else _packed(address)
    return pattern if packed is None else f"{address_text(unmapped(packed))}{percent}{zone}"


END_FIELDS = frozenset(_ENDS)

_PORTS = frozenset({FilterField.PORT, FilterField.LOCAL_PORT, FilterField.REMOTE_PORT})


def end_test(field: FilterField, values: Values) -> RowTest:
    """Give the test of addresses or ports, of one end or of either."""
    return _port_test(_ENDS[field], values) if field in _PORTS else _address_test(_ENDS[field], values)
