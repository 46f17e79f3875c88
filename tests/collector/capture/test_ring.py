import pytest

from netmon_collector.capture.ring import MEBIBYTE, ring_bytes
from netmon_collector.core.interfaces import InterfaceFacts, InterfaceKind

# The most of the ring that a packet takes: 128 bytes captured (measured).
BYTES_A_PACKET = 230


def facts(kind: InterfaceKind, speed: int | None = None, *, is_loopback: bool = False) -> InterfaceFacts:
    return InterfaceFacts(
        name="x0", index=1, is_up=True, kind=kind, link_megabits_per_second=speed, is_loopback=is_loopback
    )


@pytest.mark.parametrize("speed", [None, -1, 0, 1_000])
def test_an_ordinary_card_holds_300_ms_of_100_000_packets_a_second(speed: int | None) -> None:
    assert ring_bytes(facts(InterfaceKind.PHYSICAL, speed)) / BYTES_A_PACKET >= 100_000 * 0.3


def test_nothing_known_is_taken_for_ordinary() -> None:
    assert ring_bytes(None) == ring_bytes(facts(InterfaceKind.PHYSICAL))


def test_faster_cards_get_more_and_slow_ones_less() -> None:
    slow, ordinary, fast = (ring_bytes(facts(InterfaceKind.PHYSICAL, speed)) for speed in (100, 1_000, 10_000))
    assert slow < ordinary < fast
    assert slow >= 8 * 256 * 1024  # blocks enough for 300 ms, however quiet


def test_the_speed_that_a_virtual_link_claims_means_nothing() -> None:
    assert ring_bytes(facts(InterfaceKind.VETH, 10_000)) == ring_bytes(facts(InterfaceKind.VETH))


def test_loopback_and_dummies_get_less() -> None:
    assert ring_bytes(facts(InterfaceKind.OTHER, is_loopback=True)) == 6 * MEBIBYTE
    assert ring_bytes(facts(InterfaceKind.DUMMY)) == 2 * MEBIBYTE
