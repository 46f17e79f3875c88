"""How much memory the kernel's ring of one interface gets."""

from netmon_collector.core.interfaces import InterfaceFacts, InterfaceKind

MEBIBYTE = 1 << 20

# The ring is resident memory of this process, all of it from the start: 2 MiB 38 MB, 8 MiB 44 MB, 16 MiB 52 MB in
# one measurement. A packet takes 140 (smallest) to 230 (128 bytes captured) bytes of it, so that 1 MiB holds 7,500 to
# 4,600 packets: at 100,000 a second 75 to 46 ms of a stalled reader. Each block of 256 KiB is also used up after
# BLOCK_MILLISECONDS, full or not: 2 MiB last 320 ms at most, however quiet the interface; a rest before the reader
# stalls (`gathering.REST_SECONDS`) leaves 220 of them.
_SMALL_BYTES = 2 * MEBIBYTE
_LOOPBACK_BYTES = 6 * MEBIBYTE
_DEFAULT_BYTES = 8 * MEBIBYTE
_FAST_BYTES = 16 * MEBIBYTE

_SLOW_MEGABITS_PER_SECOND = 100
_FAST_MEGABITS_PER_SECOND = 2_500


def ring_bytes(facts: InterfaceFacts | None) -> int:
    """Give the size of the ring for an interface; None: nothing is known of it.

    8 MiB hold 365 to 600 ms of 100,000 packets a second (measured), which is more than a gigabit brings of packets of
    1,500 bytes (81,000). Faster hardware gets twice as much. The loopback gets 6 MiB: at least 300 ms of packets of up
    to 60 bytes. What cannot be fast gets 2 MiB: links of up to 100 Mbit/s (8,100 full packets a second, held for
    320 ms) and dummies. Virtual links claim a speed that means nothing and get the default.
    """
    if facts is None:
        return _DEFAULT_BYTES
    if facts.is_loopback:
        return _LOOPBACK_BYTES
    if facts.kind is InterfaceKind.DUMMY:
        return _SMALL_BYTES
    speed = facts.link_megabits_per_second
    if facts.kind not in (InterfaceKind.PHYSICAL, InterfaceKind.BOND) or speed is None or speed <= 0:
        return _DEFAULT_BYTES
    if speed <= _SLOW_MEGABITS_PER_SECOND:
        return _SMALL_BYTES
    return _FAST_BYTES if speed >= _FAST_MEGABITS_PER_SECOND else _DEFAULT_BYTES
