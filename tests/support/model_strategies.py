"""Any value of the model that the wire can carry, for property tests."""

from hypothesis import strategies as st

from netmon.model import (
    Application,
    ApplicationBandwidth,
    BandwidthSample,
    Caller,
    CaptureState,
    Connection,
    ConnectionClosed,
    ConnectionFacts,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    Degradation,
    Direction,
    DomainApplication,
    DomainSource,
    DomainTraffic,
    Drops,
    Endpoint,
    Event,
    Filter,
    FilterField,
    Gap,
    GapCause,
    InterfaceChange,
    InterfaceChanged,
    InterfaceStatus,
    InterfaceTraffic,
    MonitoringChanged,
    MonitoringState,
    NamesStatus,
    Network,
    Omitted,
    OtherUsers,
    OwnerConfidence,
    OwnerMethod,
    OwnerWay,
    PacketSource,
    Process,
    Protocol,
    Range,
    Remainder,
    RowOrder,
    Scope,
    ScopeTraffic,
    Section,
    Snapshot,
    StatisticsCleared,
    Status,
    Term,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
    UnnamedReason,
    UnnamedTraffic,
    View,
    Visibility,
)
from tests.support.basic_strategies import lengths, names, numbers, shares, texts, times, uint32, uint64
from tests.support.ledger_strategies import interface_ledgers
from tests.support.load_strategies import process_costs, queues, service_limits, stream_lags

traffics = st.builds(
    Traffic,
    sent_bytes=uint64,
    received_bytes=uint64,
    sent_packets=uint64,
    received_packets=uint64,
    interval_sent_bytes=uint64,
    interval_received_bytes=uint64,
    interval_sent_packets=uint64,
    interval_received_packets=uint64,
    sent_bytes_per_second=numbers,
    received_bytes_per_second=numbers,
    cleared_sent_bytes=uint64,
    cleared_received_bytes=uint64,
) | st.just(Traffic())
scope_traffics = st.builds(ScopeTraffic, scope=st.sampled_from(Scope), traffic=traffics)
interface_traffics = st.builds(
    InterfaceTraffic,
    name=texts,
    traffic=traffics,
    non_ip_packets=uint64,
    non_ip_bytes=uint64,
    link_header_bytes=uint32,
)
unattributed_traffics = st.builds(
    UnattributedTraffic,
    reason=st.sampled_from(UnattributedReason),
    traffic=traffics,
    connection_count=uint32,
)

addresses = st.ip_addresses().map(str)
endpoints = st.builds(Endpoint, address=addresses, port=st.none() | st.integers(0, 65535))
processes = st.builds(
    Process,
    id=names,
    pid=uint32,
    start_time=times,
    name=texts,
    executable=texts,
    user=texts,
    uid=st.none() | uint32,
    parent_pid=uint32,
    parent_name=texts,
    command_line=texts,
    application_id=texts,
    application_name=texts,
    application_path=texts,
    unit=texts,
    container=texts,
)
process_pools = st.lists(processes, max_size=4, unique_by=lambda process: process.id)


def facts_of(pool: list[Process]) -> st.SearchStrategy[ConnectionFacts]:
    """Facts whose processes are objects of this pool, as the rows of one tick share them."""
    owners = st.sampled_from(pool) if pool else st.nothing()
    return st.builds(
        ConnectionFacts,
        id=names,
        protocol=st.sampled_from(Protocol),
        ip_protocol=st.integers(0, 255),
        local=st.none() | endpoints,
        remote=st.none() | endpoints,
        direction=st.sampled_from(Direction),
        scope=st.sampled_from(Scope),
        interface=texts,
        start_time=times,
        started_before=st.booleans(),
        process=st.none() | owners,
        holders=st.lists(owners, max_size=3).map(tuple) if pool else st.just(()),
        application_id=texts,
        application_name=texts,
        unit=texts,
        container=texts,
        owner_method=st.sampled_from(OwnerMethod),
        owner_confidence=st.sampled_from(OwnerConfidence),
        unattributed_reason=st.sampled_from(UnattributedReason),
        domain=texts,
        domain_source=st.sampled_from(DomainSource),
        is_netmon=st.booleans(),
        remainder=st.sampled_from(Remainder),
        unnamed_reason=st.sampled_from(UnnamedReason),
        registrable_domain=texts,
        is_domain_borrowed=st.booleans(),
    )


def connections_of(pool: list[Process]) -> st.SearchStrategy[Connection]:
    """Rows whose processes are objects of this pool."""
    return st.builds(
        Connection,
        facts=facts_of(pool),
        traffic=traffics,
        state=st.sampled_from(ConnectionState),
        last_time=st.none() | times,
        end_time=st.none() | times,
        sent_payload_bytes=st.none() | uint64,
        received_payload_bytes=st.none() | uint64,
        round_trip_seconds=st.none() | numbers,
        retransmitted_packets=st.none() | uint64,
    )


connections = process_pools.flatmap(connections_of)
connection_tables = process_pools.flatmap(lambda pool: st.lists(connections_of(pool), max_size=5)).map(tuple)
applications = st.builds(
    Application,
    id=names,
    name=texts,
    path=texts,
    traffic=traffics,
    connection_count=uint32,
    listening_count=uint32,
    process_count=uint32,
    remote_count=uint32,
    users=st.lists(texts, max_size=3).map(tuple),
    first_time=times,
    last_time=st.none() | times,
    is_browser=st.booleans(),
)
domain_applications = st.builds(
    DomainApplication,
    application_id=texts,
    application_name=texts,
    sent_bytes=uint64,
    received_bytes=uint64,
    connection_count=uint32,
)
domain_traffics = st.builds(
    DomainTraffic,
    name=names,
    registrable_domain=texts,
    source=st.sampled_from(DomainSource),
    traffic=traffics,
    connection_count=uint32,
    applications=st.lists(domain_applications, max_size=2).map(tuple),
    first_time=times,
    last_time=st.none() | times,
    is_others=st.booleans(),
)
unnamed_traffics = st.builds(
    UnnamedTraffic, reason=st.sampled_from(UnnamedReason), traffic=traffics, connection_count=uint32
)

degradations = st.builds(Degradation, code=names, text=texts, remedy=texts)
drops = st.builds(
    Drops,
    received_packets=uint64,
    kernel_dropped_packets=uint64,
    interface_dropped_packets=uint64,
    interval_dropped_packets=uint64,
    malformed=st.lists(st.tuples(texts, uint64), max_size=3).map(tuple),
)
snapshots = st.builds(
    Snapshot,
    instance_id=names,
    sequence=uint64,
    time=times,
    monotonic_seconds=numbers,
    interval_seconds=numbers,
    statistics_epoch=times,
    monitoring_state=st.sampled_from(MonitoringState),
    packet_source=st.sampled_from(PacketSource),
    totals=traffics,
    headline=traffics,
    scopes=st.lists(scope_traffics, max_size=2).map(tuple),
    interfaces=st.lists(interface_traffics, max_size=2).map(tuple),
    connections=connection_tables,
    applications=st.lists(applications, max_size=2).map(tuple),
    unattributed=st.lists(unattributed_traffics, max_size=2).map(tuple),
    omitted=st.builds(Omitted, connection_count=uint32, traffic=traffics),
    attributed_share=shares,
    drops=drops,
    degraded=st.lists(degradations, max_size=2).map(tuple),
    active_connection_count=uint32,
    listening_count=uint32,
    domains=st.lists(domain_traffics, max_size=2).map(tuple),
    unnamed=st.lists(unnamed_traffics, max_size=2).map(tuple),
    other_users=st.none() | st.builds(OtherUsers, connection_count=uint32, traffic=traffics),
)
gaps = st.builds(
    Gap,
    cause=st.sampled_from(GapCause),
    skipped_count=uint64,
    since_time=times,
    until_time=st.none() | times,
    first_sequence=uint64,
    last_sequence=uint64,
)

ranges = st.builds(
    Range,
    minimum=st.none() | st.floats(allow_nan=False),
    maximum=st.none() | st.floats(allow_nan=False),
    minimum_excluded=st.booleans(),
    maximum_excluded=st.booleans(),
)
networks = st.builds(Network, text=texts)
terms = st.builds(
    Term,
    field=st.sampled_from(FilterField),
    values=st.lists(texts | ranges | networks, max_size=4).map(tuple),
    negated=st.booleans(),
)
filters = st.builds(Filter, terms=st.lists(terms, max_size=4).map(tuple))
views = st.builds(
    View,
    filter=filters,
    row_limit=uint32,
    order=st.sampled_from(RowOrder),
    sections=st.frozensets(st.sampled_from(Section)),
    redacted=st.booleans(),
)

application_bandwidths = st.builds(
    ApplicationBandwidth,
    application_id=texts,
    application_name=texts,
    sent_bytes=uint64,
    received_bytes=uint64,
)
bandwidth_samples = st.builds(
    BandwidthSample,
    time=times,
    interval_seconds=numbers,
    sent_bytes=uint64,
    received_bytes=uint64,
    loopback_bytes=uint64,
    applications=st.lists(application_bandwidths, max_size=5).map(tuple),
    dropped_packets=uint64,
)

events = st.builds(
    Event,
    sequence=uint64,
    time=times,
    kind=st.one_of(
        st.builds(ConnectionOpened, connection=connections),
        st.builds(ConnectionClosed, connection=connections),
        st.builds(ConnectionNamed, connection=connections),
        st.builds(ConnectionReattributed, connection=connections, previous_process_id=texts),
        gaps,
        st.builds(MonitoringChanged, state=st.sampled_from(MonitoringState)),
        st.builds(StatisticsCleared, statistics_epoch=times),
        st.builds(InterfaceChanged, name=names, change=st.sampled_from(InterfaceChange)),
    ),
)

callers = st.builds(
    Caller,
    uid=st.none() | uint32,
    sees=st.sampled_from(Visibility),
    may_control=st.booleans(),
    reason=texts,
)
interface_statuses = st.builds(
    InterfaceStatus,
    name=names,
    state=st.sampled_from(CaptureState),
    reason=texts,
    addresses=st.lists(addresses, max_size=3).map(tuple),
    link_type=texts,
    last_packet_time=st.none() | times,
    drops=drops,
)
owner_ways = st.builds(
    OwnerWay,
    name=names,
    in_use=st.booleans(),
    reason=texts,
    scan_count=uint64,
    last_scan_seconds=lengths,
    scan_interval_seconds=lengths,
    total_scan_seconds=lengths,
)
names_statuses = st.builds(
    NamesStatus,
    is_on=st.booleans(),
    reason=texts,
    answer_count=uint64,
    hello_count=uint64,
    name_count=uint32,
    name_limit=uint32,
    shed_count=uint64,
    has_quic=st.booleans(),
)
statuses = st.builds(
    Status,
    version=texts,
    instance_id=names,
    start_time=times,
    uptime_seconds=lengths,
    monitoring_state=st.sampled_from(MonitoringState),
    monitoring_since=times,
    packet_source=st.sampled_from(PacketSource),
    statistics_epoch=times,
    interval_seconds=lengths,
    active_connection_count=uint32,
    listening_count=uint32,
    tracked_connection_count=uint32,
    tracked_connection_limit=uint32,
    interfaces=st.lists(interface_statuses, max_size=2).map(tuple),
    drops=drops,
    owner_ways=st.lists(owner_ways, max_size=2).map(tuple),
    attributed_share=shares,
    degraded=st.lists(degradations, max_size=2).map(tuple),
    caller=callers,
    subscriber_count=uint32,
    pids=st.lists(uint32, max_size=3).map(tuple),
    cpu_seconds=lengths,
    resident_bytes=uint64,
    names=st.none() | names_statuses,
    ledger=st.lists(interface_ledgers, max_size=1).map(tuple),
    processes=st.lists(process_costs, max_size=3).map(tuple),
    queues=st.lists(queues, max_size=2).map(tuple),
    stream_lags=st.lists(stream_lags, max_size=2).map(tuple),
    limits=st.none() | service_limits,
)
