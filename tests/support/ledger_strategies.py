"""Any account of an interface that the wire can carry, for property tests."""

from hypothesis import strategies as st

from netmon.model import InterfaceLedger, LedgerReason, LedgerSums, UnattributedReason
from tests.support.basic_strategies import names, numbers, texts, times, uint64

sint64 = st.integers(-(2**63), 2**63 - 1)
ledger_sums = st.builds(
    LedgerSums,
    system_bytes=st.none() | uint64,
    system_packets=st.none() | uint64,
    attributed_bytes=uint64,
    attributed_packets=uint64,
    unattributed=st.lists(
        st.builds(LedgerReason, reason=st.sampled_from(UnattributedReason), byte_count=uint64, packet_count=uint64),
        max_size=2,
    ).map(tuple),
    link_header_bytes=uint64,
    non_ip_bytes=uint64,
    non_ip_packets=uint64,
    merged_packets=uint64,
    merged_header_bytes=uint64,
    dropped_packets=uint64,
    difference_bytes=sint64,
    difference_packets=sint64,
)
interface_ledgers = st.builds(
    InterfaceLedger,
    name=names,
    total=ledger_sums,
    interval=ledger_sums,
    interval_seconds=numbers,
    since_time=times,
    remark=texts,
)
