"""What macOS tells of interfaces, by name: written against its documentation, untested on a Mac.

Names are those of ifconfig(8) and of Apple's network extensions. psutil's ``net_if_stats`` gives the flags.
"""

import re

from netmon_collector.core.interfaces import InterfaceKind

_KINDS = (
    (re.compile(r"en\d+"), InterfaceKind.PHYSICAL),  # Ethernet, Wi-Fi, Thunderbolt
    (re.compile(r"pdp_ip\d+"), InterfaceKind.PHYSICAL),  # mobile data
    (re.compile(r"bridge\d+"), InterfaceKind.BRIDGE),
    (re.compile(r"bond\d+"), InterfaceKind.BOND),
    (re.compile(r"vlan\d+"), InterfaceKind.VLAN),
    (re.compile(r"(?:utun|ipsec|gif|stf|tun|tap)\d+"), InterfaceKind.TUNNEL),
    (re.compile(r"feth\d+"), InterfaceKind.VETH),
)


def kind_of(name: str) -> InterfaceKind:
    """Give the kind that a name stands for; OTHER for ``lo0``, ``awdl0``, ``llw0``, ``ap1`` and whatever is unknown."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), InterfaceKind.OTHER)


def has_flag(flags: str, flag: str) -> bool:
    """Whether psutil's comma-separated flags hold ``flag``, such as ``up`` or ``loopback``."""
    return flag in flags.split(",")
