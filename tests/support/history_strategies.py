"""Any value of history's model that the wire can carry, for property tests."""

from enum import IntEnum
from typing import TypeVar

from hypothesis import strategies as st

from netmon import model
from netmon.model import Protocol, Scope
from tests.support.model_strategies import callers, degradations, filters, lengths, names, texts, times, uint32, uint64

_T = TypeVar("_T")
_E = TypeVar("_E", bound=IntEnum)

truths = st.booleans()
optional_times = st.none() | times


def some(values: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, ...]]:
    """Give up to two values."""
    return st.lists(values, max_size=2).map(tuple)


def word(kind: type[_E]) -> st.SearchStrategy[_E]:
    """Give one of the members."""
    return st.sampled_from(kind)


history_gaps = st.builds(
    model.HistoryGap,
    kind=word(model.HistoryGapKind),
    since_time=times,
    until_time=optional_times,
    dropped_packets=uint64,
)
usage_keys = st.builds(
    model.UsageKey,
    texts,
    texts,
    texts,
    texts,
    texts,
    word(Protocol),
    word(Scope),
    texts,
    truths,
    uint32,
    texts,
    optional_times,
) | st.just(model.EVERY_KEY)
usage_sums = st.builds(model.UsageSums, uint64, uint64, uint64, uint64) | st.just(model.NO_USAGE)
usage_rows = st.builds(model.UsageRow, times, usage_keys, usage_sums)
usage_points = st.builds(model.UsagePoint, uint32, usage_sums)
calendars = st.builds(model.Calendar, time_zone=texts, month_first_day=uint32)
groups = some(word(model.UsageDimension))
usage_queries = st.builds(
    model.UsageQuery,
    since_time=optional_times,
    until_time=optional_times,
    bucket=word(model.BucketSize),
    group_by=groups,
    filter=filters,
    top=uint32,
    compare=truths,
    calendar=calendars,
    include_loopback=truths,
)
usage_buckets = st.builds(
    model.UsageBucket,
    start_time=times,
    end_time=times,
    is_running=truths,
    recorded_seconds=lengths,
    total=st.none() | usage_sums,
    previous=st.none() | usage_sums,
    is_lower_bound=truths,
)
usage_series = st.builds(
    model.UsageSeries,
    key=usage_keys,
    total=usage_sums,
    previous=st.none() | usage_sums,
    points=some(usage_points),
)
usage_answers = st.builds(
    model.UsageAnswer,
    since_time=times,
    until_time=times,
    bucket=word(model.BucketSize),
    calendar=calendars,
    buckets=some(usage_buckets),
    series=some(usage_series),
    rest=st.none() | usage_series,
    rest_count=uint32,
    total=usage_sums,
    previous_total=st.none() | usage_sums,
    gaps=some(history_gaps),
    previous_gaps=some(history_gaps),
    previous_since_time=optional_times,
    previous_until_time=optional_times,
    oldest_time=optional_times,
)

entity_queries = st.builds(
    model.EntityQuery,
    dimension=word(model.UsageDimension),
    since_time=optional_times,
    until_time=optional_times,
    filter=filters,
    order=word(model.EntityOrder),
    page_size=uint32,
    page_token=texts,
    include_loopback=truths,
)
entities = st.builds(
    model.Entity,
    key=usage_keys,
    first_time=times,
    last_time=times,
    total=usage_sums,
    application_count=uint32,
    domain_count=uint32,
    remote_host_count=uint32,
)
entity_pages = st.builds(
    model.EntityPage,
    entities=some(entities),
    next_page_token=texts,
    total_count=uint32,
    since_time=times,
    until_time=times,
)
timeline_queries = st.builds(
    model.TimelineQuery,
    dimension=word(model.UsageDimension),
    values=some(texts),
    since_time=optional_times,
    until_time=optional_times,
    filter=filters,
    joined_seconds=lengths,
    include_loopback=truths,
)
timeline_spans = st.builds(model.TimelineSpan, start_time=times, end_time=times, sums=usage_sums)
timeline_lanes = st.builds(model.TimelineLane, key=usage_keys, spans=some(timeline_spans))
timelines = st.builds(
    model.Timeline,
    since_time=times,
    until_time=times,
    grain_seconds=uint32,
    lanes=some(timeline_lanes),
    gaps=some(history_gaps),
)
browser_queries = st.builds(
    model.BrowserQuery, since_time=optional_times, until_time=optional_times, filter=filters, top=uint32
)
browser_usages = st.builds(
    model.BrowserUsage,
    application_id=texts,
    application_name=texts,
    total=usage_sums,
    named=usage_sums,
    domains=some(usage_series),
    rest_count=uint32,
)
browser_domains = st.builds(
    model.BrowserDomains, since_time=times, until_time=times, browsers=some(browser_usages), gaps=some(history_gaps)
)
export_queries = st.builds(
    model.ExportQuery,
    since_time=optional_times,
    until_time=optional_times,
    bucket=word(model.BucketSize),
    group_by=groups,
    filter=filters,
    calendar=calendars,
    include_loopback=truths,
)
export_items = st.one_of(
    st.builds(
        model.ExportHeader,
        since_time=times,
        until_time=times,
        bucket=word(model.BucketSize),
        calendar=calendars,
        estimated_row_count=uint64,
        gaps=some(history_gaps),
    ),
    st.builds(model.ExportBatch, rows=some(usage_rows), done_until_time=times),
    st.builds(model.ExportEnd, row_count=uint64),
)

policies = st.builds(
    model.RetentionPolicy,
    minute_seconds=uint64,
    hour_seconds=uint64,
    day_seconds=uint64,
    quota_bytes=uint64,
    second_seconds=uint64,
)
tiers = st.builds(
    model.StorageTier,
    bucket=word(model.BucketSize),
    row_count=uint64,
    byte_count=uint64,
    oldest_time=optional_times,
    newest_time=optional_times,
)
storage_statuses = st.builds(
    model.StorageStatus,
    engine=texts,
    path=texts,
    schema_version=uint32,
    state=word(model.StorageState),
    file_bytes=uint64,
    reusable_bytes=uint64,
    disk_available_bytes=uint64,
    policy=policies,
    tiers=some(tiers),
    key_count=uint64,
    name_count=uint64,
    gap_count=uint64,
    last_write_time=optional_times,
    last_aggregation_time=optional_times,
    last_cleanup_time=optional_times,
    calendar=calendars,
    degraded=some(degradations),
)
recorder_statuses = st.builds(
    model.RecorderStatus,
    version=texts,
    start_time=times,
    pid=uint32,
    recording_state=word(model.RecordingState),
    recording_since=times,
    collector_instance_id=texts,
    caller=callers,
    degraded=some(degradations),
    seconds_reason=texts,
)
aggregation_reports = st.builds(
    model.AggregationReport,
    read_row_count=uint64,
    mended_hour_row_count=uint64,
    mended_day_row_count=uint64,
    seconds=lengths,
)
cleanup_selections = st.builds(model.CleanupSelection, older_than_time=optional_times, policy=st.none() | policies)
cleanup_plans = st.builds(
    model.CleanupPlan, tiers=some(tiers), row_count=uint64, freed_bytes=uint64, oldest_time=optional_times
)
cleanup_progresses = st.builds(
    model.CleanupProgress, deleted_row_count=uint64, row_count=uint64, freed_bytes=uint64, is_done=truths
)
cache_reports = st.builds(model.CacheReport, removed_key_count=uint64, removed_name_count=uint64)

alert_rules = st.builds(
    model.AlertRule,
    name=names,
    filter=filters,
    query=texts,
    measure=word(model.AlertMeasure),
    bound=uint64,
    window_seconds=lengths,
    quiet_seconds=lengths,
    is_paused=truths,
    muted_until_time=optional_times,
    include_loopback=truths,
    created_time=optional_times,
    quiet_hours=st.none() | st.builds(model.QuietHours, begin_minute=uint32, end_minute=uint32, time_zone=texts),
)
alert_firings = st.builds(
    model.AlertFiring,
    sequence=uint64,
    name=names,
    time=times,
    window_since_time=times,
    measure=word(model.AlertMeasure),
    value=uint64,
    bound=uint64,
    applications=some(usage_series),
)
alert_states = st.builds(
    model.AlertState,
    rule=alert_rules,
    value=st.none() | uint64,
    firing_count=uint64,
    last_firing=st.none() | alert_firings,
    quiet_until_time=optional_times,
)
alert_tests = st.builds(
    model.AlertTest,
    firings=some(alert_firings),
    firing_count=uint64,
    greatest_value=uint64,
    greatest_time=optional_times,
    since_time=times,
    until_time=times,
    gaps=some(history_gaps),
)
