"""What is fuzzed: each room that reads bytes of others, as a function of bytes.

A target gives nothing; ``ValueError`` is a refusal and allowed. Anything else that comes out is a fault of the room.
"""

import atexit
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from netmon import codec
from netmon.matching import check_filter, compile_filter
from netmon.model import Protocol
from netmon.serving import InvalidRequest
from netmon.v1 import history_alert_pb2, history_entity_pb2, history_pb2, history_storage_pb2, monitor_service_pb2
from netmon_client.query import format_filter, parse_query
from netmon_collector.capture.sidecar import decode as decode_line
from netmon_collector.core import links
from netmon_collector.core.frames import parse_frame
from netmon_collector.host.process_events import parse_event
from netmon_collector.host.route_netlink import parse_addresses, parse_links
from netmon_collector.host.sock_diag import decode, parse_keys
from netmon_collector.host.socket_endings import parse_endings
from netmon_collector.host.tunnels import tunnels_of
from netmon_collector.names.dns import addresses, parse_message, split_stream
from netmon_collector.names.quic import InitialCollector
from netmon_collector.names.segment import read_segment
from netmon_collector.names.tls import parse_beginning, parse_client_hello, parse_handshake
from netmon_collector.server import requests
from netmon_recorder.service.requests import check, read, refusing
from netmon_recorder.store.sqlite import SqliteStore, open_store
from tests.support.history_stage import NOON, keep, row
from tests.support.matching_rows import NOW, ROW

_Wire = TypeVar("_Wire", bound=Message)

CORPUS = Path(__file__).parent / "corpus"

LINK_TYPES = (
    links.ETHERNET,
    links.NULL,
    links.RAW,
    links.RAW_LINKTYPE,
    links.LOOP,
    links.LINUX_SLL,
    links.PKTAP_APPLE,
    links.RAW_IPV4,
    links.RAW_IPV6,
    links.PKTAP,
    links.LINUX_SLL2,
    9_999,
)
"""The first byte of an input for ``frames`` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One room. ``most_lines``: so many of Python may one of the kept inputs cost."""

    read: Callable[[bytes], None]
    most_lines: int
    most_bytes: int = 2_048
    least_per_second: int = 20_000
    seed: Callable[[Path], bytes] = Path.read_bytes


def read_frame(data: bytes) -> None:
    """The accounting's and the names' way into a frame."""
    link_type = LINK_TYPES[data[0] % len(LINK_TYPES)]
    parse_frame(data, 1, len(data) - 1, link_type, 0.0)
    read_segment(data, 1, len(data) - 1, link_type, 0.0)


def read_dns(data: bytes) -> None:
    """A message, or else what a stream of TCP begins with."""
    try:
        message = parse_message(data)
    except ValueError:
        split_stream(data)
        return
    for question in message.questions[:2]:
        assert all(len(address) in {4, 16} for address in addresses(message, question.name))


def read_tls(data: bytes) -> None:
    """The first bytes of a stream, and of QUIC's."""
    try:
        hello = parse_client_hello(data) or parse_beginning(data)
    except ValueError:
        hello = parse_handshake(data)
    assert hello is None or hello.server_name.isprintable()


def read_quic(data: bytes) -> None:
    """Datagrams of one connection; the first byte says where the second one begins."""
    collector, cut = InitialCollector(), data[0] * 8
    for datagram in (data[1:cut], data[max(cut, 1) :]) if 1 < cut < len(data) else (data[1:],):
        hello = collector.add(datagram)
        assert hello is None or hello.server_name.isprintable()


def read_sockets(data: bytes) -> None:
    """What sock_diag lists, and what it tells of sockets that end."""
    try:
        keys, _ = parse_keys(data, 0)
        for key in keys:
            decode(key, Protocol.TCP)
        parse_endings(data)
    except OSError:
        return  # the kernel's own error, as it stands in the message


def read_links(data: bytes) -> None:
    """Interfaces, tunnels and addresses of rtnetlink."""
    try:
        found, _ = parse_links(data)
        parse_addresses(data)
    except OSError:
        return
    tunnels_of(found)


def read_process_event(data: bytes) -> None:
    """A message of the process connector."""
    parse_event(data)


def read_query(data: bytes) -> None:
    """The filter language: what was read says the same when it is written and read again."""
    text = data.decode("utf-8", "surrogateescape")
    filter_ = parse_query(text)
    assert parse_query(format_filter(filter_)) == filter_
    check_filter(filter_)
    compile_filter(filter_, NOW)(ROW)


def read_request(data: bytes) -> None:
    """Requests of the collector's services; the first byte says which."""
    match data[0] % 4:
        case 0:
            view = requests.read_view(parsed(monitor_service_pb2.View(), data[1:]))
            compile_filter(view.filter, NOW)(ROW)
        case 1:
            asked = parsed(monitor_service_pb2.StreamSnapshotsRequest(), data[1:])
            assert 1 <= requests.read_every(asked, 1.0) <= 60
        case 2:
            listed = parsed(monitor_service_pb2.ListConnectionsRequest(), data[1:])
            filter_ = requests.read_filter(listed.filter)
            requests.read_order(listed.order, "order")
            requests.read_seconds(listed.closed_within, "closed_within", 60.0)
            compile_filter(filter_, NOW)(ROW)
        case _:
            requests.read_connection_id(data[1:].decode("latin-1"))


def read_history_request(data: bytes) -> None:
    """A history query, decoded, checked, and asked of a small history; the first byte says which."""
    message, decoder, ask = _HISTORY_KINDS[data[0] % len(_HISTORY_KINDS)]
    query = read("query", decoder, parsed(message(), data[1:]))
    if hasattr(query, "filter"):
        check("query", query.filter)
    with refusing("query"):
        ask(query)


def read_recording(data: bytes) -> None:
    """A line of what stands beside a recorded capture."""
    decode_line(data.decode("utf-8"))


@cache
def _history() -> SqliteStore:
    """Give a small history, which stays open until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="netmon-fuzz-")
    store = open_store(Path(folder.name) / "history.db", now=NOON, reserve_bytes=0)
    atexit.register(folder.cleanup)
    atexit.register(store.close)
    keep(store, *(row(NOON - minute * 60, application_id=f"exe:{minute % 3}") for minute in range(60)))
    return store


_HISTORY_KINDS: tuple[tuple[type[Message], Callable[[Any], Any], Callable[[Any], object]], ...] = (
    (history_pb2.UsageQuery, codec.usage_query_from_wire, lambda query: _history().usage(query, NOON)),
    (history_entity_pb2.EntityQuery, codec.entity_query_from_wire, lambda query: _history().entities(query, NOON)),
    (history_entity_pb2.TimelineQuery, codec.timeline_query_from_wire, lambda query: _history().timeline(query, NOON)),
    (
        history_entity_pb2.BrowserQuery,
        codec.browser_query_from_wire,
        lambda query: _history().browser_domains(query, NOON),
    ),
    (history_entity_pb2.ExportQuery, codec.export_query_from_wire, lambda query: list(_history().export(query, NOON))),
    (
        history_storage_pb2.CleanupSelection,
        codec.cleanup_selection_from_wire,
        lambda asked: _history().cleanup_plan(asked, NOON),
    ),
    (history_alert_pb2.AlertRule, codec.alert_rule_from_wire, lambda _rule: None),
)


class Refused(ValueError):
    """What gRPC or a room refuses by an error of its own."""


def refusal(target: Target, data: bytes) -> str:
    """Read an input; give why it was refused, or "" where it was not. Raises what else comes out: a fault."""
    try:
        target.read(data)
    except InvalidRequest as error:
        return str(error)
    except ValueError as error:
        return str(error) or type(error).__name__
    return ""


def parsed(wire: _Wire, data: bytes) -> _Wire:
    """Give the message that the bytes are. Raises ``Refused``: gRPC hands no other to a service."""
    try:
        wire.ParseFromString(data)
    except DecodeError as error:
        raise Refused(str(error)) from None
    return wire


def _frame_seed(path: Path) -> bytes:
    """A frame's file is named for its link type; an input says it by its first byte."""
    link_type = int(path.stem.split("-")[0])
    known = LINK_TYPES.index(link_type) if link_type in LINK_TYPES else len(LINK_TYPES) - 1
    return bytes([known]) + path.read_bytes()


TARGETS: dict[str, Target] = {
    "frames": Target(
        read=read_frame,
        most_lines=320,
        seed=_frame_seed,
    ),
    "dns": Target(read=read_dns, most_lines=9_000),
    "tls": Target(read=read_tls, most_lines=8_000),
    "quic": Target(
        read=read_quic,
        most_lines=8_000,
        least_per_second=2_000,
        seed=lambda path: b"\0" + path.read_bytes(),
    ),
    "sockets": Target(read=read_sockets, most_lines=2_000),
    "links": Target(read=read_links, most_lines=9_000),
    "processes": Target(read=read_process_event, most_lines=40),
    "query": Target(read=read_query, most_lines=9_000, least_per_second=2_000),
    "request": Target(read=read_request, most_lines=9_000),
    "history": Target(
        read=read_history_request,
        most_lines=120_000,
        least_per_second=200,
    ),
    "recording": Target(read=read_recording, most_lines=2_000),
}
"""By name; ``corpus/NAME`` holds the inputs that are kept."""
