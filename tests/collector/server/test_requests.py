import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import FilterField, RowOrder, Section
from netmon.serving import InvalidRequest
from netmon.v1 import filter_pb2
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server import requests


def stream(seconds: float) -> pb.StreamSnapshotsRequest:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * 1e9))
    return pb.StreamSnapshotsRequest(interval=duration)


@pytest.mark.parametrize(
    ("wanted", "tick", "every"),
    [(1, 1.0, 1), (0, 1.0, 1), (0.3, 1.0, 1), (1.6, 1.0, 2), (60, 1.0, 60), (60, 0.25, 240), (60, 7.0, 8), (5, 9.0, 1)],
)
def test_an_interval_becomes_whole_ticks_of_at_most_a_minute(wanted: float, tick: float, every: int) -> None:
    assert requests.read_every(stream(wanted), tick) == every


def test_no_interval_is_one_tick() -> None:
    assert requests.read_every(pb.StreamSnapshotsRequest(), 1.0) == 1


@given(seconds=st.integers(-(2**63), 2**63 - 1), nanos=st.integers(-(2**31), 2**31 - 1))
def test_every_duration_is_a_length_within_bounds_or_refused(seconds: int, nanos: int) -> None:
    duration = Duration(seconds=seconds, nanos=nanos)
    if 0 <= seconds * 10**9 + nanos <= 60 * 10**9 and seconds * nanos >= 0 and nanos < 10**9:
        assert 0 <= requests.read_seconds(duration, "window", 60.0) <= 60
    else:
        with pytest.raises(InvalidRequest, match=r"^window: "):
            requests.read_seconds(duration, "window", 60.0)


@pytest.mark.parametrize(("wanted", "size"), [(0, 500), (1, 1), (5000, 5000)])
def test_pages_have_a_usual_size(wanted: int, size: int) -> None:
    assert requests.read_page_size(wanted) == size


def test_a_page_too_long_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"^page_size: at most 5000$"):
        requests.read_page_size(5001)


def test_a_view_is_read_whole() -> None:
    wire = pb.View(row_limit=10, order=pb.ROW_ORDER_NEWEST, sections=[pb.SECTION_INTERFACES])
    wire.filter.terms.add(field=filter_pb2.FILTER_FIELD_PORT).values.add(pattern="443")
    view = requests.read_view(wire)
    assert (view.row_limit, view.order, view.sections) == (10, RowOrder.NEWEST, {Section.INTERFACES})
    assert [term.field for term in view.filter.terms] == [FilterField.PORT]


def test_the_path_in_a_filter_is_named_from_the_request_down() -> None:
    wire = filter_pb2.Filter()
    wire.terms.add(field=filter_pb2.FILTER_FIELD_PORT).values.add()
    with pytest.raises(InvalidRequest) as plain:
        requests.read_filter(wire)
    assert plain.value.field == "filter.terms[0].values[0]"
    with pytest.raises(InvalidRequest) as inner:
        requests.read_view(pb.View(filter=wire))
    assert inner.value.field == "view.filter.terms[0].values[0]"


def test_too_many_terms_are_refused() -> None:
    wire = filter_pb2.Filter()
    for _ in range(33):
        wire.terms.add(field=filter_pb2.FILTER_FIELD_PORT).values.add(pattern="1")
    with pytest.raises(InvalidRequest, match=r"^filter\.terms: "):
        requests.read_filter(wire)


def test_an_order_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"^order: not an order$"):
        requests.read_order(99, "order")


@pytest.mark.parametrize("text", ["", "c" * 65])
def test_an_id_that_cannot_be_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="connection_id"):
        requests.read_connection_id(text)


def test_an_id_is_taken_as_it_is() -> None:
    assert requests.read_connection_id("c1f") == "c1f"
