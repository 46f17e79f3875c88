"""Requests, checked: what is nonsense is refused by the name of its field."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from netmon.codec import cleanup_selection_from_wire, time_from_wire
from netmon.matching import check_filter
from netmon.model import CleanupSelection, Filter
from netmon.serving import InvalidRequest
from netmon.v1 import history_storage_pb2

FIRING_LIMIT: Final = 100
MOST_FIRINGS: Final = 1_000
NAME_LIMIT: Final = 64
LONGEST_KEPT_SECONDS: Final = 100 * 366 * 86_400

# The codec, the storage and the rules name a path from a message down: "UsageQuery.calendar", "Filter.terms[0]".
_OWN_NAMES: Final = re.compile(
    r"^(UsageQuery|EntityQuery|TimelineQuery|BrowserQuery|ExportQuery|CleanupSelection|AlertRule|TestAlertRequest)\.?"
)
_INNER_NAMES: Final = (("Filter", "filter"), ("Calendar", "calendar"), ("RetentionPolicy", "policy"))

_T = TypeVar("_T")
_R = TypeVar("_R")


def read(field: str, decode: Callable[[_T], _R], wire: _T) -> _R:
    """Give what a field of a request says."""
    with refusing(field):
        return decode(wire)


def read_selection(wire: history_storage_pb2.CleanupSelection) -> CleanupSelection:
    """Give what a cleanup is of."""
    selection = read("selection", cleanup_selection_from_wire, wire)
    policy = selection.policy
    if policy is not None:
        for name in ("minute_seconds", "hour_seconds", "day_seconds"):
            if getattr(policy, name) > LONGEST_KEPT_SECONDS:
                raise InvalidRequest(f"selection.policy.{name}", "more than 100 years")
    return selection


def read_time(wire: Timestamp, field: str) -> float:
    """Give a time of a request in Unix seconds."""
    with refusing(""):
        return time_from_wire(wire, field)


def check(field: str, filter_: Filter) -> None:
    """Refuse a filter that is too long or makes no sense."""
    with refusing(field):
        check_filter(filter_)


def read_name(text: str, field: str) -> str:
    """Give the name of an alert."""
    if not text or len(text) > NAME_LIMIT:
        raise InvalidRequest(field, "missing" if not text else f"at most {NAME_LIMIT} characters")
    return text


def read_firing_limit(number: int) -> int:
    """Give how many firings are wanted."""
    if number > MOST_FIRINGS:
        raise InvalidRequest("firing_limit", f"at most {MOST_FIRINGS}")
    return number or FIRING_LIMIT


@contextmanager
def refusing(field: str) -> Generator[None]:
    """Refuse the request where something within says, with a ValueError, that ``field`` makes no sense."""
    try:
        yield
    except ValueError as error:
        path, _, problem = str(error).partition(": ")
        if not problem:
            raise InvalidRequest(field, path) from None
        raise InvalidRequest(_path(field, path), problem) from None


def _path(field: str, path: str) -> str:
    if not field and path.startswith("AlertRule"):
        field = "rule"
    inner = _OWN_NAMES.sub("", path)
    for name, own in _INNER_NAMES:
        if inner == name or inner.startswith(name + "."):
            inner = own + inner.removeprefix(name)
    return ".".join(part for part in (field, inner) if part)
