"""What is installed besides our own code: the root side's list, the licences, the bill of materials."""

import json
import re
import subprocess
import sys
from typing import cast

import pytest

from tests.support.source_tree import ROOT

# All that runs with root's rights besides Python and netmon itself. Each name more is one more that root trusts: let
# the list grow only for a reason that is worth it.
ROOT_SIDE = {
    "cffi",  # for cryptography
    "cryptography",  # the first packets of QUIC
    "grpcio",
    "grpcio-health-checking",
    "grpcio-reflection",
    "pcapy-ng",
    "protobuf",
    "psutil",
    "publicsuffixlist",
    "pycparser",  # for cffi
    "typing-extensions",  # for grpcio
}
# Permissive ones, and MPL-2.0, which covers its own files alone.
LICENCES = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Zlib",
}


def script(*words: str) -> str:
    command = [sys.executable, ROOT / ".ci" / words[0], *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def bill() -> dict[str, object]:
    made: dict[str, object] = json.loads(script("bill.py", "json"))
    return made


def components(bill: dict[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", bill["components"])


def names_in(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_the_root_side_trusts_no_more_than_it_did() -> None:
    assert names_in(script("locked.py", "collector")) == ROOT_SIDE


def test_no_side_has_a_package_for_tests() -> None:
    clients = names_in(script("locked.py", "clients"))
    assert {"streamlit", "textual", "grpcio-reflection"} <= clients
    assert not clients & {
        "pytest",
        "hypothesis",
        "ruff",
        "pyright",
        "dpkt",
        "aioquic",
        "playwright",
        "hatchling",
        "pip",
    }
    assert not clients & {"pcapy-ng", "psutil", "cryptography"}


def test_a_part_of_the_lock_is_the_lock_itself() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    part = script("locked.py", "collector")
    blocks = re.split(r"^(?=[a-z0-9-]+==)", part, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(ROOT_SIDE)
    assert [block for block in blocks if block not in lock or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("words", [["locked.py"], ["locked.py", "tests"], ["bill.py", "xml"], ["stage.py", "image"]])
def test_a_script_says_how_it_is_used(words: list[str]) -> None:
    command = [sys.executable, ROOT / ".ci" / words[0], *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"usage: {words[0]} ")


def test_every_licence_is_one_that_we_know_and_may_ship_beside(bill: dict[str, object]) -> None:
    found: dict[str, set[str]] = {}
    for each in components(bill):
        text = json.dumps(each.get("licenses", []))
        told = re.search(r'"expression": "([^"]+)"', text)
        found[str(each["name"])] = set(re.split(r" AND | OR |[()]", told[1])) - {""} if told else {"none told"}
    assert {name: licences - LICENCES for name, licences in found.items() if licences - LICENCES} == {}


def test_the_bill_names_every_package_with_its_version_and_hashes(bill: dict[str, object]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = components(bill)
    both = names_in(script("locked.py", "collector")) | names_in(script("locked.py", "clients"))
    assert {str(each["name"]) for each in listed} == both
    references = [each["bom-ref"] for each in listed]
    assert len(set(references)) == len(references)
    for each in listed:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert re.findall(r'"alg": "SHA-256", "content": "[0-9a-f]{64}"', json.dumps(each))


def test_the_bill_says_which_side_has_what(bill: dict[str, object]) -> None:
    root_side = {str(each["name"]) for each in components(bill) if '"value": "collector"' in json.dumps(each)}
    assert root_side == ROOT_SIDE


def test_the_list_is_for_readers() -> None:
    lines = script("bill.py", "text").splitlines()
    (line,) = (line for line in lines if line.startswith("psutil "))
    assert line.split() == ["psutil", line.split()[1], "BSD-3-Clause", "collector"]
