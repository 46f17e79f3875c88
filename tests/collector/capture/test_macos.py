import ctypes
import socket
import struct
from ctypes.util import find_library
from pathlib import Path

import pcapy
import pytest

from netmon_collector.capture.macos import PktapHandle, default_exclusions, interface_kind, with_kind
from netmon_collector.core.interfaces import InterfaceFacts, InterfaceKind
from tests.support.namespaces import needs_root, veth_pair


def facts(name: str, **more: object) -> InterfaceFacts:
    return InterfaceFacts(name=name, index=1, is_up=True, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("en0", InterfaceKind.PHYSICAL),
        ("en12", InterfaceKind.PHYSICAL),
        ("bridge100", InterfaceKind.BRIDGE),
        ("utun3", InterfaceKind.TUNNEL),
        ("ppp0", InterfaceKind.TUNNEL),
        ("vlan5", InterfaceKind.VLAN),
        ("awdl0", InterfaceKind.OTHER),
        ("enormous", InterfaceKind.OTHER),
    ],
)
def test_a_name_tells_the_kind(name: str, kind: InterfaceKind) -> None:
    assert interface_kind(name) is kind
    assert with_kind(facts(name)).kind is kind


def test_a_kind_that_is_known_and_the_loopback_stay_as_they_are() -> None:
    assert with_kind(facts("en0", kind=InterfaceKind.BRIDGE)).kind is InterfaceKind.BRIDGE
    assert with_kind(facts("lo0", is_loopback=True)).kind is InterfaceKind.OTHER


def test_what_carries_no_users_traffic_is_left_out() -> None:
    names = ("lo0", "en0", "awdl0", "llw0", "ap1", "anpi0", "bridge0", "utun0", "apple0")
    assert default_exclusions([facts(name) for name in names]) == ("awdl0", "llw0", "ap1", "anpi0")


class AppleShim:
    """The libpcap of this machine, dressed as Apple's: it takes the PKTAP call and the PKTAP device name."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.wanted: list[int] = []
        self.created: list[bytes] = []
        library.pcap_create.restype = ctypes.c_void_p

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)

    def pcap_set_want_pktap(self, handle: ctypes.c_void_p, want: int) -> int:
        self.wanted.append(want)
        return 0

    @property
    def pcap_create(self) -> "_Create":
        return _Create(self, self._library)


class _Create:
    def __init__(self, shim: AppleShim, library: ctypes.CDLL) -> None:
        self._shim, self._library = shim, library
        self.restype: object = None

    def __call__(self, device: bytes, errors: object) -> int:
        self._shim.created.append(device)
        return self._library.pcap_create(device.removeprefix(b"pktap,"), errors)


def libpcap() -> ctypes.CDLL:
    bundled = sorted((Path(pcapy.__file__ or "").parent / "pcapy_ng.libs").glob("libpcap*"))
    name = str(bundled[0]) if bundled else find_library("pcap")
    if name is None:
        pytest.skip("no libpcap that ctypes can load")
    return ctypes.CDLL(name)


@pytest.mark.root
@needs_root
def test_the_calls_into_libpcap_read_packets() -> None:
    shim = AppleShim(libpcap())
    with veth_pair("nmtap") as wire:
        with wire.near.namespace.entered():
            handle = PktapHandle.open(shim, "near0", buffer_bytes=2 << 20)  # pyright: ignore[reportArgumentType]
        assert (shim.created, shim.wanted) == ([b"pktap,near0"], [1])
        assert handle.link_type == 1
        with wire.far.namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(3):
                sender.sendto(bytes(10 + number), (wire.near.ipv4, 9))
        seen: list[int] = []
        while len(seen) < 3:
            data, records = handle.read()
            for seconds, micro, start, length in struct.iter_unpack("=IIII", records):
                assert seconds > 1_600_000_000
                assert micro < 1_000_000
                if data[start + 23 : start + 24] == b"\x11":
                    seen.append(length)
        assert seen == [52, 53, 54]
        assert handle.statistics()[0] >= 3
        assert handle.fileno() > 0
        handle.close()


@pytest.mark.root
@needs_root
def test_a_device_that_is_not_there_is_a_built_in_exception() -> None:
    with pytest.raises(FileNotFoundError):
        PktapHandle.open(AppleShim(libpcap()), "nowhere0", buffer_bytes=1 << 20)  # pyright: ignore[reportArgumentType]


def test_a_libpcap_without_pktap_says_so() -> None:
    with pytest.raises(AttributeError):
        PktapHandle.open(libpcap(), "lo", buffer_bytes=1 << 20)
