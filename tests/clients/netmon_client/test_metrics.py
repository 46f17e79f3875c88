from dataclasses import replace

import pytest

from netmon.model import (
    Drops,
    NamesStatus,
    OwnerWay,
    ProcessCost,
    Queue,
    Scope,
    ServiceLimits,
    StreamLag,
    UnattributedReason,
)
from netmon_client.metrics import Family, _lines, metrics_text
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS
from tests.support.prometheus_text import read_metrics

BUSY = replace(
    STATUS,
    cpu_seconds=12.5,
    resident_bytes=48_000_000,
    attributed_share=0.987,
    drops=Drops(
        received_packets=10**15,
        kernel_dropped_packets=7,
        interface_dropped_packets=2,
        malformed=(("bad_ip_version", 3), ("truncated_ip_header", 4)),
    ),
    owner_ways=(OwnerWay(name="ebpf", in_use=True, scan_count=9, last_scan_seconds=0.00125, total_scan_seconds=0.5),),
    names=NamesStatus(is_on=True, name_count=30, shed_count=4),
    processes=(
        ProcessCost(role="main", pid=10, cpu_seconds=10.0, resident_bytes=40_000_000),
        ProcessCost(role="helper", pid=12, cpu_seconds=2.5, resident_bytes=8_000_000),
    ),
    queues=(Queue(name="questions", depth=5, limit=100), Queue(name="events", depth=60, limit=1_000)),
    stream_lags=(
        StreamLag(
            stream="snapshots",
            subscriber_count=4,
            mean_behind_count=0.75,
            worst_behind_count=3,
            worst_lag_seconds=3.5,
        ),
    ),
    limits=ServiceLimits(
        connection_count=7,
        connection_limit=1_024,
        connections_a_user=64,
        subscriber_limit=512,
        subscribers_a_user=32,
    ),
)


def test_a_scraper_can_read_all_of_it() -> None:
    found = read_metrics(metrics_text(BUSY, SNAPSHOT))
    assert len(found) >= 20
    assert found["netmon_cpu_seconds_total"].series == {(): 12.5}
    assert found["netmon_resident_bytes"].series == {(): 48_000_000}
    assert found["netmon_packets_received_total"].series == {(): 10**15}
    dropped = found["netmon_packets_dropped_total"].series
    assert dropped == {(("by", "kernel"),): 7, (("by", "interface"),): 2}
    assert found["netmon_packets_malformed_total"].series == {(): 7}
    assert found["netmon_owner_last_scan_seconds"].series == {(("way", "ebpf"),): 0.00125}
    assert found["netmon_attributed_ratio"].series == {(): 0.987}


def test_what_waits_who_is_behind_and_what_each_process_costs_is_in_it() -> None:
    found = read_metrics(metrics_text(BUSY, SNAPSHOT))
    assert found["netmon_owner_scan_seconds_total"].series == {(("way", "ebpf"),): 0.5}
    assert found["netmon_queue_length"].series == {(("queue", "questions"),): 5, (("queue", "events"),): 60}
    assert found["netmon_queue_limit"].series == {(("queue", "questions"),): 100, (("queue", "events"),): 1_000}
    assert found["netmon_stream_subscribers"].series == {(("stream", "snapshots"),): 4}
    assert found["netmon_stream_behind"].series == {
        (("of", "mean"), ("stream", "snapshots")): 0.75,
        (("of", "worst"), ("stream", "snapshots")): 3,
    }
    assert found["netmon_stream_worst_lag_seconds"].series == {(("stream", "snapshots"),): 3.5}
    cpu, memory = found["netmon_process_cpu_seconds_total"].series, found["netmon_process_resident_bytes"].series
    assert cpu == {(("process", "main"),): 10.0, (("process", "helper"),): 2.5}
    assert memory == {(("process", "main"),): 40_000_000, (("process", "helper"),): 8_000_000}
    assert found["netmon_client_connections"].series == {(): 7}
    assert found["netmon_client_connections_limit"].series == {(): 1_024}
    assert found["netmon_subscribers_limit"].series == {(): 512}


def test_every_name_is_a_series_once_and_its_labels_are_few_words() -> None:
    found = read_metrics(metrics_text(BUSY, SNAPSHOT))
    assert {name for read in found.values() for key in read.series for name, _ in key} == {
        *("by", "method", "of", "process", "queue", "reason", "scope", "stream", "way"),
    }
    assert sum(len(read.series) for read in found.values()) < 200


def test_every_scope_and_every_reason_has_its_series_from_the_beginning() -> None:
    found = read_metrics(metrics_text(BUSY, replace(SNAPSHOT, scopes=(), unattributed=())))
    assert len(found["netmon_sent_bytes_total"].series) == len(Scope) - 1
    assert len(found["netmon_unattributed_bytes_total"].series) == len(UnattributedReason) - 1
    assert set(found["netmon_unattributed_bytes_total"].series.values()) == {0.0}


def test_bytes_are_those_of_the_snapshot() -> None:
    found = read_metrics(metrics_text(BUSY, SNAPSHOT))
    by_method = sum(found["netmon_row_bytes"].series.values())
    assert by_method == sum(row.traffic.sent_bytes + row.traffic.received_bytes for row in SNAPSHOT.connections)


def test_nothing_that_names_anybody_is_in_it() -> None:
    text = metrics_text(BUSY, SNAPSHOT)
    for row in SNAPSHOT.connections:
        names = [str(row.remote.address) if row.remote else "", row.facts.application_name, row.facts.domain]
        names += [row.process.name, row.process.user] if row.process is not None else []
        assert [name for name in names if len(name) > 3 and f'"{name}"' in text] == []
    assert all(f'"{one.name}"' not in text for one in BUSY.interfaces)


def test_what_the_collector_does_not_tell_is_left_out() -> None:
    found = read_metrics(metrics_text(replace(STATUS, names=None, attributed_share=None), SNAPSHOT))
    assert not [name for name in found if name.startswith(("netmon_queue", "netmon_stream", "netmon_process"))]
    assert "netmon_client_connections" not in found
    assert "netmon_names" not in found
    assert "netmon_attributed_ratio" not in found


def test_what_would_break_a_line_is_escaped() -> None:
    odd = Family(name="netmon_x", kind="gauge", help="a\nb\\c", series={(("way", 'q"\\\n'),): 1.5})
    found = read_metrics(_lines(odd))["netmon_x"]
    assert found.help == r"a\nb\\c"
    assert found.series == {(("way", r"q\"\\\n"),): 1.5}


@pytest.mark.parametrize(
    "text",
    [
        "a 1",
        "a 1\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a counter\na 1\n",
        '# HELP a b\n# TYPE a gauge\na{b="c} 1\n',
        '# HELP a b\n# TYPE a gauge\na{b="c"d="e"} 1\n',
    ],
)
def test_what_a_scraper_would_refuse_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_metrics(text)
