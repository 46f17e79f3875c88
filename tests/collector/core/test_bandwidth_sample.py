"""Samples packed and unpacked are the same."""

from hypothesis import given
from hypothesis import strategies as st

from netmon.model import ApplicationBandwidth, BandwidthSample
from netmon_collector.core.bandwidth_sample import KeptSample, Share, pack

counts = st.integers(0, 2**63)
moments = st.floats(0, 1e10, allow_nan=False)
rows = st.lists(
    st.builds(
        ApplicationBandwidth,
        application_id=st.text(),
        application_name=st.text(st.characters(exclude_categories=())),
        sent_bytes=counts,
        received_bytes=counts,
    ),
    max_size=5,
).map(tuple)
samples = st.builds(
    KeptSample,
    moments,
    st.builds(
        BandwidthSample,
        time=moments,
        interval_seconds=moments,
        sent_bytes=counts,
        received_bytes=counts,
        loopback_bytes=counts,
        applications=rows,
        dropped_packets=counts,
    ),
    rows,
    st.lists(st.builds(Share, st.none() | counts, rows, counts, counts), max_size=3).map(tuple),
)


@given(st.lists(samples, min_size=1, max_size=4))
def test_what_is_packed_is_unpacked_the_same(kept: list[KeptSample]) -> None:
    packed = pack(kept)
    assert packed.samples() == kept
    assert packed.wholes() == [(sample.now, sample.whole) for sample in kept]
    assert packed.now == kept[-1].now
