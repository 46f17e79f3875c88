import pytest

from netmon_collector.capture.sidecar import decode, encode
from netmon_collector.capture.told_hosts import decode_hosts
from netmon_collector.core.name_facts import HostsFact, HostsRow

FACT = HostsFact(
    time=12.5,
    rows=(
        HostsRow(address=bytes((192, 0, 2, 1)), names=("nas.example", "nas")),
        HostsRow(address=bytes(15) + b"\1", names=("localhost",)),
    ),
)


@pytest.mark.parametrize("fact", [FACT, HostsFact(time=3.0, rows=())])
def test_a_hosts_file_reads_back_from_a_sidecar(fact: HostsFact) -> None:
    assert decode(encode(fact, fact.time)) == (fact.time, fact)


NOT_WRITTEN_SO: list[dict[str, object]] = [
    {"time": 1.0},
    {"time": 1.0, "rows": [{"address": "nowhere", "names": []}]},
    {"time": 1.0, "rows": [{"address": "::1", "names": [7]}]},
    {"time": 1.0, "rows": [{"address": "::1", "names": ["a\nb"]}]},
    {"time": "now", "rows": []},
]


@pytest.mark.parametrize("entry", NOT_WRITTEN_SO)
def test_what_was_not_written_so_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_hosts(entry)
