"""What the collector bears, drawn by hypothesis."""

from hypothesis import strategies as st

from netmon.model import ProcessCost, Queue, ServiceLimits, StreamLag
from tests.support.basic_strategies import lengths, names, uint32, uint64

process_costs = st.builds(ProcessCost, role=names, pid=uint32, cpu_seconds=lengths, resident_bytes=uint64)
queues = st.builds(Queue, name=names, depth=uint64, limit=uint64)
stream_lags = st.builds(
    StreamLag,
    stream=names,
    subscriber_count=uint32,
    mean_behind_count=lengths,
    worst_behind_count=uint64,
    worst_lag_seconds=lengths,
)
service_limits = st.builds(
    ServiceLimits,
    connection_count=uint32,
    connection_limit=uint32,
    connections_a_user=uint32,
    subscriber_limit=uint32,
    subscribers_a_user=uint32,
)
