"""Captures that nobody here made: every name in them is found, none is made up, and nothing in them does harm.

tcpdump's are read each time, Wireshark's and nDPI's where ``NETMON_REAL_CAPTURES=wireshark,ndpi`` asks for them
(47 and 127 MB to fetch). tshark says which names there are.
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from tests.support.heard_names import Names, heard_names, may_tell_names, tshark_names
from tests.support.real_captures import NotFetched, unpacked

PACKAGES = ("tcpdump", *filter(None, os.environ.get("NETMON_REAL_CAPTURES", "").split(",")))

LEAST_CAPTURES = {"tcpdump": 600, "wireshark": 70, "ndpi": 250}
LEAST_NAMES = {"tcpdump": 9, "wireshark": 26, "ndpi": 1_200}

EXCUSED = {
    "tests_nflog.pcap": "packets that a firewall logged: a link type that the collector does not read",
    "tests_pcap_dlt_ppp.pcap": "PPP: another one",
    "tests_pcap_dns-tunnel-iodine.pcap": "names of bytes that are no text, cut when escapes make them too long",
    "tests_pcap_fuzz-2006-06-26-2594.pcap": "a whole question in a first fragment: read here, not by tshark",
    "tests_pcap_malformed_dns.pcap": "answers for a name of more than 255 bytes, which tshark leaves out",
}
"""Files whose names are not all found, each with its reason."""

pytestmark = pytest.mark.timeout(1_800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file: what the collector's parsers hear, and what tshark finds (see ``tshark_names``)."""

    heard: Names
    promised: Names
    everything: Names

    def difference(self) -> list[str]:
        """What is missing and what is made up, by kind of name."""
        found: list[str] = []
        for kind in (field.name for field in fields(Names)):
            heard: set[str] = getattr(self.heard, kind)
            found += [f"{kind}: {name!r} is missing" for name in sorted(getattr(self.promised, kind) - heard)]
            found += [f"{kind}: {name!r} is made up" for name in sorted(heard - getattr(self.everything, kind))]
        return found


@pytest.fixture(scope="module", params=PACKAGES)
def package(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def captures(package: str) -> list[Path]:
    try:
        return unpacked(package)
    except NotFetched as error:
        pytest.skip(f"the captures of {package} cannot be fetched: {error}")


def read(path: Path) -> Reading:
    promised, everything = tshark_names(path) if may_tell_names(path) else (Names(), Names())
    return Reading(heard=heard_names(path), promised=promised, everything=everything)


def test_names_are_found_as_tshark_prints_them(package: str, captures: list[Path]) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: .ci/test-tools installs it")
    assert len(captures) >= LEAST_CAPTURES.get(package, 1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = dict(zip([path.name for path in captures], pool.map(read, captures), strict=True))
    differences = {name: reading.difference() for name, reading in readings.items()}
    assert {name: lines for name, lines in differences.items() if lines and name not in EXCUSED} == {}
    names = [name for reading in readings.values() for name in (*reading.heard.asked, *reading.heard.servers)]
    assert len(names) >= LEAST_NAMES.get(package, 1)


def test_no_file_is_excused_whose_names_are_all_found(package: str, captures: list[Path]) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: .ci/test-tools installs it")
    excused = [path for path in captures if path.name in EXCUSED]
    assert [path.name for path in excused if not read(path).difference()] == []
