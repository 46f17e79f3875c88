"""Requests, checked: what is nonsense is refused by the name of its field."""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration

from netmon.codec import filter_from_wire, row_order_from_wire, seconds_from_wire, view_from_wire
from netmon.matching import check_filter
from netmon.model import Filter, RowOrder, Section, View
from netmon.serving import InvalidRequest
from netmon.v1 import filter_pb2, monitor_service_pb2

ROW_LIMIT = 20_000
CONNECTION_ID_LIMIT = 64
PAGE_SIZE = 500
PAGE_SIZE_LIMIT = 5000
CLOSED_WITHIN_SECONDS = 60.0
INTERVAL_SECONDS = 60.0
WINDOW_SECONDS = 15 * 60.0

_T = TypeVar("_T")
_R = TypeVar("_R")


def read_view(wire: monitor_service_pb2.View) -> View:
    """Give the view of a request."""
    if wire.row_limit > ROW_LIMIT:
        raise InvalidRequest("view.row_limit", f"at most {ROW_LIMIT}")
    read_order(wire.order, "view.order")
    view = _read("view.filter", view_from_wire, wire)
    if Section.UNSPECIFIED in view.sections:
        raise InvalidRequest("view.sections", "not a section")
    _read("view.filter", check_filter, view.filter)
    return view


def read_filter(wire: filter_pb2.Filter) -> Filter:
    """Give the filter of a request."""
    filter_ = _read("filter", filter_from_wire, wire)
    _read("filter", check_filter, filter_)
    return filter_


def read_order(number: int, field: str) -> RowOrder:
    """Give the order of rows."""
    if number not in monitor_service_pb2.RowOrder.values():
        raise InvalidRequest(field, "not an order")
    return row_order_from_wire(number)


def read_connection_id(text: str) -> str:
    """Give the id of a connection."""
    if not text or len(text) > CONNECTION_ID_LIMIT:
        raise InvalidRequest("connection_id", "missing" if not text else f"at most {CONNECTION_ID_LIMIT} characters")
    return text


def read_seconds(wire: Duration, field: str, limit: float | None) -> float:
    """Give a length of time, from 0 to ``limit``."""
    try:
        seconds = seconds_from_wire(wire, field)
    except ValueError:
        raise InvalidRequest(field, "not a length of time") from None
    if seconds < 0:
        raise InvalidRequest(field, "negative")
    if limit is not None and seconds > limit:
        raise InvalidRequest(field, f"at most {limit:g} seconds")
    return seconds


def read_every(request: monitor_service_pb2.StreamSnapshotsRequest, tick_seconds: float) -> int:
    """Give how many ticks lie between two snapshots: at least one, at most 60 seconds of them."""
    if not request.HasField("interval"):
        return 1
    seconds = read_seconds(request.interval, "interval", INTERVAL_SECONDS)
    return max(1, min(round(seconds / tick_seconds), int(INTERVAL_SECONDS / tick_seconds)))


def read_page_size(number: int) -> int:
    """Give the rows a page; 0 stands for the usual number."""
    if number > PAGE_SIZE_LIMIT:
        raise InvalidRequest("page_size", f"at most {PAGE_SIZE_LIMIT}")
    return number or PAGE_SIZE


def _read(field: str, read: Callable[[_T], _R], wire: _T) -> _R:
    try:
        return read(wire)
    except ValueError as error:
        # The codec and the check name a path from the message down: "Filter.terms[0].values[1]: too long".
        path, _, problem = str(error).partition(": ")
        raise InvalidRequest(field + path.removeprefix("Filter"), problem) from None
