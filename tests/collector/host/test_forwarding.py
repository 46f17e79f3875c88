"""Whether packets are passed on, as the switches of a real namespace and files of our own say."""

from pathlib import Path

import pytest

from netmon_collector.host.forwarding import passes_packets
from tests.support.namespaces import namespace


def switch(place: Path, name: str, text: str) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)


@pytest.mark.parametrize("name", ["ipv4/ip_forward", "ipv6/conf/all/forwarding"])
def test_one_switch_that_is_on_is_enough(tmp_path: Path, name: str) -> None:
    switch(tmp_path, "ipv4/ip_forward", "0\n")
    assert not passes_packets(tmp_path)
    switch(tmp_path, name, "1\n")
    assert passes_packets(tmp_path)


def test_where_nothing_can_be_read_nothing_is_passed_on(tmp_path: Path) -> None:
    assert not passes_packets(tmp_path / "none")


@pytest.mark.root
def test_it_is_the_namespace_that_one_is_in() -> None:
    with namespace() as other, other.entered():
        assert not passes_packets()
        other.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        assert passes_packets()
