"""What follows from an account's figures."""

from netmon.model import LedgerReason, LedgerSums, UnattributedReason

_REASONS = (
    LedgerReason(reason=UnattributedReason.GONE, byte_count=70, packet_count=2),
    LedgerReason(reason=UnattributedReason.KERNEL, byte_count=30, packet_count=1),
)


def test_what_has_no_owner_is_the_sum_of_its_reasons() -> None:
    sums = LedgerSums(unattributed=_REASONS)
    assert (sums.unattributed_bytes, sums.unattributed_packets) == (100, 3)


def test_what_nobody_captured_could_have_an_owner_and_headers_and_the_kernels_answers_could_not() -> None:
    sums = LedgerSums(attributed_bytes=900, unattributed=_REASONS, link_header_bytes=500, difference_bytes=50)
    assert sums.countable_bytes == 900 + 70 + 50


def test_what_carries_a_tunnel_has_its_owners_inside() -> None:
    carrier = LedgerReason(reason=UnattributedReason.CARRIER, byte_count=400, packet_count=4)
    assert LedgerSums(attributed_bytes=900, unattributed=(carrier, *_REASONS)).countable_bytes == 970


def test_what_was_captured_beyond_the_systems_count_takes_nothing_away() -> None:
    assert LedgerSums(attributed_bytes=900, difference_bytes=-50).countable_bytes == 900
