"""Network interfaces and their addresses from Linux's route netlink (rtnetlink(7)), parsed by hand.

``/sys/class/net`` says the same in a dozen files an interface, and says it of the network namespace that sysfs was
mounted in, which need not be ours. psutil refuses to tell of any where one has a name that is not UTF-8.
"""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

_RTM_NEWLINK = 16
_RTM_GETLINK = 18
_RTM_NEWADDR = 20
_RTM_GETADDR = 22
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

# linux/if_addr.h
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFA_BROADCAST = 4

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BBHiII")
_ADDRESS = struct.Struct("=BBBBi")
_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF
_RECEIVE_BYTES = 1 << 18
_LENGTHS = (4, 16)

T = TypeVar("T")


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


class Address(NamedTuple):
    """An IP address of an interface; ``broadcast`` is empty where there is none."""

    interface_index: int
    address: bytes
    prefix_length: int
    broadcast: bytes = b""


def list_links() -> tuple[Link, ...]:
    """List the interfaces of this network namespace. Raises ``OSError`` where the kernel refuses or is silent."""
    return tuple(_dump(_RTM_GETLINK, _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0, 0), parse_links))


def list_addresses() -> tuple[Address, ...]:
    """List the IP addresses of this network namespace. Raises ``OSError`` as ``list_links`` does."""
    return tuple(_dump(_RTM_GETADDR, _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0), parse_addresses))


def parse_links(data: bytes) -> tuple[list[Link], bool]:
    """Parse messages of a dump; also say whether the dump ends with them.

    Raises ``OSError`` for the kernel's error message. What is cut off is left out.
    """
    bodies, is_done = _bodies(data, _RTM_NEWLINK)
    return [_parse_link(body) for body in bodies if len(body) >= _LINK.size], is_done


def parse_addresses(data: bytes) -> tuple[list[Address], bool]:
    """Parse messages of a dump, as ``parse_links`` does."""
    bodies, is_done = _bodies(data, _RTM_NEWADDR)
    found = [_parse_address(body) for body in bodies if len(body) >= _ADDRESS.size]
    return [address for address in found if len(address.address) in _LENGTHS], is_done


def _dump(kind: int, body: bytes, parse: Callable[[bytes], tuple[list[T], bool]]) -> list[T]:
    rows: list[T] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as netlink:
        netlink.settimeout(2.0)
        netlink.bind((0, 0))
        netlink.send(_HEADER.pack(_HEADER.size + len(body), kind, _NLM_F_REQUEST_DUMP, 1, 0) + body)
        is_done = False
        while not is_done:
            found, is_done = parse(netlink.recv(_RECEIVE_BYTES))
            rows += found
    return rows


def _bodies(data: bytes, wanted: int) -> tuple[list[bytes], bool]:
    """Give the bodies of messages of one kind, and whether the dump ends with them."""
    bodies: list[bytes] = []
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        if length < _HEADER.size or offset + length > len(data):
            break
        body = data[offset + _HEADER.size : offset + length]
        if kind == _NLMSG_DONE:
            return bodies, True
        if kind == _NLMSG_ERROR:
            code = -struct.unpack_from("=i", body)[0] if len(body) >= 4 else 0
            raise OSError(code, "the kernel refused to list interfaces")
        if kind == wanted:
            bodies.append(body)
        offset += (length + 3) & ~3
    return bodies, False


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


def _parse_address(body: bytes) -> Address:
    _, prefix_length, _, _, index = _ADDRESS.unpack_from(body)
    attributes = dict(_attributes(body[_ADDRESS.size :]))
    own = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS, b"")  # the latter is the peer's, where both are
    return Address(index, own, prefix_length, attributes.get(_IFA_BROADCAST, b""))


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
