import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import ConnectionState, OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.capture.sidecar import SCHEMA, Knowledge, Processes, decode, encode, header_line
from netmon_collector.capture.told_owners import ToldOwner, ToldOwners
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.sockets import LocalAddress, LocalNetwork, PacketSocketRow, SocketRow, SocketScan, Tunnel

texts = st.text(max_size=40).filter(str.isprintable)
numbers = st.floats(-1e11, 1e11)
ports = st.integers(0, 0xFFFF)
addresses = st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)


@st.composite
def local_addresses(draw: st.DrawFn) -> LocalAddress:
    address = draw(addresses)
    return LocalAddress(
        interface=draw(texts),
        address=address,
        prefix_length=draw(st.integers(0, 8 * len(address))),
        broadcast=draw(st.just(b"") | st.binary(min_size=len(address), max_size=len(address))),
    )


processes = st.builds(
    Process,
    id=texts,
    pid=st.integers(0, 2**22),
    start_time=numbers,
    name=texts,
    executable=texts,
    user=texts,
    uid=st.none() | st.integers(0, 2**32 - 1),
    parent_pid=st.integers(0, 2**22),
    parent_name=texts,
    command_line=texts,
    application_id=texts,
    application_name=texts,
    unit=texts,
    container=texts,
)


@st.composite
def socket_rows(draw: st.DrawFn) -> SocketRow:
    remote = draw(st.none() | addresses)
    return SocketRow(
        protocol=draw(st.sampled_from(Protocol)),
        local_address=draw(addresses),
        local_port=draw(ports | st.just(NO_PORT)),
        remote_address=remote,
        remote_port=0 if remote is None else draw(ports),
        state=draw(st.sampled_from(ConnectionState)),
        process_id=draw(texts),
        holder_ids=tuple(draw(st.lists(texts, max_size=2))),
        ip_protocol=draw(st.integers(0, 255)),
        is_raw=draw(st.booleans()),
    )


tunnels = st.builds(
    Tunnel,
    name=texts,
    ip_protocol=st.integers(0, 255),
    local=st.just(b"") | addresses,
    remote=st.just(b"") | addresses,
    udp_port=ports,
    has_kernel_socket=st.booleans(),
)

packet_socket_rows = st.builds(
    PacketSocketRow, interface=texts, process_id=texts, holder_ids=st.lists(texts, max_size=2).map(tuple)
)

told_owners = st.builds(
    ToldOwner,
    key=st.builds(
        FlowKey,
        st.sampled_from(Protocol),
        st.integers(0, 255),
        addresses,
        ports | st.just(NO_PORT),
        addresses,
        ports | st.just(NO_PORT),
        holder=st.just(""),  # one that has a peer is told from others by its ends
    ),
    start_time=numbers,
    process_id=texts,
    method=st.sampled_from(OwnerMethod),
    confidence=st.sampled_from(OwnerConfidence),
    holder_ids=st.lists(texts, max_size=2).map(tuple),
    is_final=st.booleans(),
)

knowledge = (
    st.builds(
        LocalNetwork,
        addresses=st.lists(local_addresses(), max_size=4).map(tuple),
        macs=st.frozensets(st.binary(min_size=6, max_size=6), max_size=3),
        tunnels=st.lists(tunnels, max_size=2).map(tuple),
        inside=st.frozensets(texts, max_size=2),
    )
    | st.builds(
        ToldOwners,
        rows=st.lists(told_owners, max_size=4).map(tuple),
        processes=st.lists(processes, max_size=2).map(tuple),
    )
    | st.builds(Processes, rows=st.lists(processes, max_size=4).map(tuple))
    | st.builds(
        SocketScan,
        rows=st.lists(socket_rows(), max_size=4).map(tuple),
        start_time=numbers,
        is_complete=st.booleans(),
        sees_all_users=st.booleans(),
        protocols=st.frozensets(st.sampled_from(Protocol)),
        packet_sockets=st.lists(packet_socket_rows, max_size=2).map(tuple),
        tun_holder_ids=st.frozensets(texts, max_size=2),
        is_forwarding=st.booleans(),
    )
)


@given(item=knowledge, time=numbers)
def test_what_is_written_reads_back_the_same(item: Knowledge, time: float) -> None:
    line = encode(item, time)
    assert line.count("\n") == 1
    assert decode(line) == (time, item)


def test_the_header_reads_back_as_nothing_but_its_time() -> None:
    assert decode(header_line(7.5)) == (7.5, None)
    assert json.loads(header_line(7.5))["schema"] == SCHEMA


def test_fields_that_hold_their_default_take_no_room() -> None:
    process = Process(id="p", pid=1, start_time=2.0, name="init")
    assert json.loads(encode(Processes(rows=(process,)), 0.0))["rows"] == [
        {"id": "p", "pid": 1, "start_time": 2.0, "name": "init"}
    ]


SOCKETS = {
    "type": "sockets",
    "time": 1,
    "start_time": 1,
    "is_complete": True,
    "sees_all_users": True,
    "protocols": ["tcp"],
    "rows": [],
}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        "1" * 5_000,
        '{"type": "sockets", "time": NaN}',
        '{"type": "sockets", "time": 1e999}',
        '{"type": "riddle", "time": 1}',
        '{"type": "header", "time": 1, "schema": "netmon.sidecar.v2"}',
        '{"type": "header", "time": "soon", "schema": "netmon.sidecar.v1"}',
        '{"type": "addresses", "time": 1, "addresses": {}, "macs": []}',
        '{"type": "addresses", "time": 1, "addresses": [], "macs": ["00:11"]}',
        '{"type": "addresses", "time": 1, "addresses": [], "macs": ["zz"]}',
        '{"type": "processes", "time": 1, "rows": [{"id": "p"}]}',
        '{"type": "processes", "time": 1, "rows": [{"id": "p", "pid": -1, "start_time": 1, "name": "a"}]}',
        '{"type": "processes", "time": 1, "rows": [{"id": "p", "pid": true, "start_time": 1, "name": "a"}]}',
        '{"type": "processes", "time": 1, "rows": [{"id": "p", "pid": 1, "start_time": 1, "name": "a\\u001bb"}]}',
        '{"type": "processes", "time": 1, "rows": [{"id": "p", "pid": 1, "start_time": 1, "name": "\\ud800"}]}',
        json.dumps({"type": "processes", "time": 1, "rows": [{"id": "x" * 5_000, "pid": 1}]}),
        json.dumps(SOCKETS | {"protocols": ["carrier pigeon"]}),
        json.dumps(SOCKETS | {"is_complete": 1}),
        json.dumps(SOCKETS | {"rows": [{"protocol": "tcp", "local_address": "nowhere", "local_port": 1}]}),
        json.dumps(SOCKETS | {"rows": [{"protocol": "tcp", "local_address": "::1", "local_port": 70_000}]}),
        json.dumps(SOCKETS | {"rows": [{"protocol": "tcp", "local_address": "::1", "local_port": 1, "state": "odd"}]}),
        json.dumps(SOCKETS | {"rows": ["tcp"]}),
    ],
)
def test_a_line_that_nobody_wrote_so_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        decode(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(base=knowledge, name=st.sampled_from(("time", "rows", "addresses", "macs", "protocols")), value=json_values)
def test_any_value_in_any_place_is_read_or_refused(base: Knowledge, name: str, value: object) -> None:
    values = json.loads(encode(base, 1.0))
    values[name] = value
    try:
        time, _ = decode(json.dumps(values))
    except ValueError:
        return
    assert math.isfinite(time)
