"""``python -m tests.support.seeing_client UID SOCKET ID...``: asks a collector all that can be asked, as another user.

It imports all it needs before it gives root up. Prints one line of JSON: for each call the messages that came, as they
came (base64), or the status of the refusal. The IDs are connections that an explanation is asked for.
"""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration

from netmon.v1 import monitor_service_pb2 as pb

_SERVICE = "/netmon.v1.MonitorService/"
_SNAPSHOTS = 4
_SECONDS = 60.0
_ALL_ENDED = Duration(seconds=60)


def main(uid: int, path: str, ids: list[str]) -> None:
    """Be that user and ask."""
    with grpc.insecure_channel("unix:/dev/null/nowhere") as warm:
        _refused(lambda: [_unary(warm, "GetStatus", pb.GetStatusRequest())])
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    said: dict[str, list[str] | str] = {}

    def keep(name: str, ask: Callable[[], Iterable[bytes]]) -> list[bytes]:
        found = _refused(ask)
        said[name] = found if isinstance(found, str) else [base64.b64encode(each).decode() for each in found]
        return [] if isinstance(found, str) else found

    with grpc.insecure_channel(f"unix:{path}") as channel:
        keep("status", lambda: [_unary(channel, "GetStatus", pb.GetStatusRequest())])
        keep("snapshot", lambda: [_unary(channel, "GetSnapshot", pb.GetSnapshotRequest())])
        for seconds in (1, 2):
            request = pb.StreamSnapshotsRequest(interval=Duration(seconds=seconds))
            keep(f"stream {seconds} s", lambda request=request: _some(channel, request))
        (status,) = keep("status again", lambda: [_unary(channel, "GetStatus", pb.GetStatusRequest())])
        instance_id = pb.GetStatusResponse.FromString(status).status.instance_id
        keep("events", lambda: _events(channel, instance_id))
        keep("bandwidth", lambda: [_unary(channel, "GetBandwidthHistory", pb.GetBandwidthHistoryRequest())])
        keep("list", lambda: _pages(channel))
        keep("ledger", lambda: [_unary(channel, "GetLedger", pb.GetLedgerRequest())])
        for id_ in ids:
            request = pb.ExplainConnectionRequest(connection_id=id_)
            keep(f"explain {id_}", lambda request=request: [_unary(channel, "ExplainConnection", request)])
    sys.stdout.write(json.dumps(said) + "\n")


def _refused(ask: Callable[[], Iterable[bytes]]) -> list[bytes] | str:
    try:
        return list(ask())
    except grpc.RpcError as error:
        told: Any = error
        return f"{told.code().name} {told.details()}"


def _unary(typed: grpc.Channel, method: str, request: Any) -> bytes:  # noqa: ANN401 -- any message
    channel: Any = typed  # what comes is kept as it is: the stubs know messages only
    return channel.unary_unary(_SERVICE + method)(request.SerializeToString(), timeout=_SECONDS)


def _streamed(typed: grpc.Channel, method: str, request: Any) -> Any:  # noqa: ANN401 -- as above
    channel: Any = typed
    return channel.unary_stream(_SERVICE + method)(request.SerializeToString(), timeout=_SECONDS)


def _some(channel: grpc.Channel, request: pb.StreamSnapshotsRequest) -> Iterable[bytes]:
    call, count = _streamed(channel, "StreamSnapshots", request), 0
    for message in call:
        yield message
        count += pb.StreamSnapshotsResponse.FromString(message).HasField("snapshot")
        if count == _SNAPSHOTS:
            call.cancel()
            return


def _events(channel: grpc.Channel, instance_id: str) -> Iterable[bytes]:
    call = _streamed(channel, "StreamEvents", pb.StreamEventsRequest(after_sequence=0, instance_id=instance_id))
    for message in call:
        yield message
        if pb.StreamEventsResponse.FromString(message).HasField("heartbeat"):
            call.cancel()
            return


def _pages(channel: grpc.Channel) -> Iterable[bytes]:
    token = ""
    while True:
        request = pb.ListConnectionsRequest(page_size=1, page_token=token, closed_within=_ALL_ENDED)
        page = _unary(channel, "ListConnections", request)
        yield page
        token = pb.ListConnectionsResponse.FromString(page).next_page_token
        if not token:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
