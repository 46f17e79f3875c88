"""Network interfaces from Linux's route netlink: one dump of RTM_GETLINK (rtnetlink(7)), parsed by hand.

``/sys/class/net`` says the same in a dozen files an interface, and says it of the network namespace that sysfs was
mounted in, which need not be ours.
"""

import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_RTM_NEWLINK = 16
_RTM_GETLINK = 18
_NLM_F_REQUEST_DUMP = 0x301
_NLMSG_ERROR = 2
_NLMSG_DONE = 3

# linux/if_link.h
_IFLA_ADDRESS = 1
_IFLA_IFNAME = 3
_IFLA_LINK = 5
_IFLA_MASTER = 10
_IFLA_LINKINFO = 18
_IFLA_INFO_KIND = 1
_IFLA_INFO_DATA = 2

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BBHiII")
_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF
_RECEIVE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One interface as the kernel tells it; ``kind`` is the driver family's name, empty for hardware.

    ``hardware_type`` is an ARPHRD number, ``flags`` are IFF bits; ``lower_index`` and ``master_index`` are 0 for none.
    ``data`` are the attributes of the driver family itself, by number.
    """

    index: int
    name: str
    hardware_type: int
    flags: int
    mac: bytes = b""
    lower_index: int = 0
    master_index: int = 0
    kind: str = ""
    data: Mapping[int, bytes] = field(default_factory=dict[int, bytes])


def list_links() -> tuple[Link, ...]:
    """List the interfaces of this network namespace. Raises ``OSError`` where the kernel refuses or is silent."""
    links: list[Link] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as netlink:
        netlink.settimeout(2.0)
        netlink.bind((0, 0))
        body = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0, 0)
        netlink.send(_HEADER.pack(_HEADER.size + len(body), _RTM_GETLINK, _NLM_F_REQUEST_DUMP, 1, 0) + body)
        is_done = False
        while not is_done:
            found, is_done = parse_links(netlink.recv(_RECEIVE_BYTES))
            links += found
    return tuple(links)


def parse_links(data: bytes) -> tuple[list[Link], bool]:
    """Parse messages of a dump; also say whether the dump ends with them.

    Raises ``OSError`` for the kernel's error message. What is cut off is left out.
    """
    links: list[Link] = []
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        if length < _HEADER.size or offset + length > len(data):
            break
        body = data[offset + _HEADER.size : offset + length]
        if kind == _NLMSG_DONE:
            return links, True
        if kind == _NLMSG_ERROR:
            code = -struct.unpack_from("=i", body)[0] if len(body) >= 4 else 0
            raise OSError(code, "the kernel refused to list interfaces")
        if kind == _RTM_NEWLINK and len(body) >= _LINK.size:
            links.append(_parse_link(body))
        offset += (length + 3) & ~3
    return links, False


def _parse_link(body: bytes) -> Link:
    _, _, hardware_type, index, flags, _ = _LINK.unpack_from(body)
    attributes = dict(_attributes(body[_LINK.size :]))
    info = dict(_attributes(attributes.get(_IFLA_LINKINFO, b"")))
    return Link(
        index=index,
        name=_text(attributes.get(_IFLA_IFNAME, b"")),
        hardware_type=hardware_type,
        flags=flags,
        mac=attributes.get(_IFLA_ADDRESS, b""),
        lower_index=_number(attributes.get(_IFLA_LINK, b"")),
        master_index=_number(attributes.get(_IFLA_MASTER, b"")),
        kind=_text(info.get(_IFLA_INFO_KIND, b"")),
        data=dict(_attributes(info.get(_IFLA_INFO_DATA, b""))),
    )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size or offset + length > len(data):
            return
        yield kind & _TYPE_MASK, data[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("utf-8", "surrogateescape")


def _number(value: bytes) -> int:
    return int(struct.unpack("=I", value)[0]) if len(value) == 4 else 0
