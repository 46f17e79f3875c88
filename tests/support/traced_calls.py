"""Which peers a program tries to reach, by its own system calls: strace(1) on connect, sendto, sendmsg and sendmmsg."""

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path

_IPV4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_IPV6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
_CALL = re.compile(r"(?:^|\s)(connect|sendto|sendmsg|sendmmsg)\(")


def traced(command: Sequence[str], log: Path) -> list[str]:
    """Give the command line that runs ``command`` and writes those calls, of its children too, to ``log``."""
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    return [
        "strace",
        "--follow-forks",
        "--quiet=all",
        "--seccomp-bpf",
        "-e",
        calls,
        "-s",
        "0",
        "-o",
        str(log),
        *command,
    ]


def call_count(log: Path) -> int:
    """How many of those calls there were, whatever they were for."""
    return len(_CALL.findall(log.read_text()))


def families(log: Path) -> set[str]:
    """Give the families of the addresses that were named."""
    return set(_FAMILY.findall(log.read_text()))


def outside_peers(log: Path) -> set[str]:
    """Give ``address:port`` of each IP peer that was named and is not loopback."""
    text = log.read_text()
    named = {(address, port) for pattern in (_IPV4, _IPV6) for port, address in pattern.findall(text)}
    return {f"{address}:{port}" for address, port in named if not ipaddress.ip_address(address).is_loopback}
