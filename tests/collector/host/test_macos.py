import pytest

from netmon_collector.core.interfaces import InterfaceKind
from netmon_collector.host.macos import has_flag, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("en0", InterfaceKind.PHYSICAL),
        ("pdp_ip0", InterfaceKind.PHYSICAL),
        ("bridge100", InterfaceKind.BRIDGE),
        ("bond0", InterfaceKind.BOND),
        ("vlan0", InterfaceKind.VLAN),
        ("utun3", InterfaceKind.TUNNEL),
        ("ipsec0", InterfaceKind.TUNNEL),
        ("gif0", InterfaceKind.TUNNEL),
        ("stf0", InterfaceKind.TUNNEL),
        ("feth0", InterfaceKind.VETH),
        ("lo0", InterfaceKind.OTHER),
        ("awdl0", InterfaceKind.OTHER),
        ("en", InterfaceKind.OTHER),
        ("", InterfaceKind.OTHER),
    ],
)
def test_a_name_tells_the_kind(name: str, kind: InterfaceKind) -> None:
    assert kind_of(name) is kind


def test_flags_are_whole_words() -> None:
    assert has_flag("up,loopback,running", "loopback")
    assert not has_flag("upper,running", "up")
    assert not has_flag("", "up")
