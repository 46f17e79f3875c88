"""The room of gRPC in the SDK: channels to the collector, and its errors in the SDK's words."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

# Notes of gRPC's core ("Got goaway") would otherwise come out on stderr, in the middle of what a program shows.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

import grpc
import grpc.aio

from netmon_client.errors import (
    IncompatibleVersion,
    InvalidRequest,
    NetmonError,
    NotPermitted,
    ServerFault,
)
from netmon_client.peer import COLLECTOR, Peer

CHANNEL_OPTIONS: Final = (
    # Those of netmon.serving.options, which a test compares; importing that package would load a whole server.
    ("grpc.http2.bdp_probe", 0),  # with it a stalled reader has 4.2 MB of stale messages, else 2 or 3 messages
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.max_receive_message_length", 32 * 1024 * 1024),
    # Channels to one socket share their connection and its back-off otherwise: a new one would not try anew.
    ("grpc.use_local_subchannel_pool", 1),
    # This is also how long one try may take (min_connect_timeout in grpc's subchannel.cc): a server on a busy machine
    # may need more than the 200 ms of a back-off for its handshake, and calls have deadlines of their own.
    ("grpc.min_reconnect_backoff_ms", 20_000),
    ("grpc.enable_http_proxy", 0),
    ("grpc.default_authority", "localhost"),
)

Channel = grpc.Channel
AsyncChannel = grpc.aio.Channel
RpcError = grpc.RpcError
EOF: Final = grpc.aio.EOF
"""What reading a stream gives at its end, with asyncio."""

REASON_KEY: Final = "netmon-reason"

_LEAVING: Final = frozenset({"SHUTTING_DOWN", "CALLER_GONE"})
"""Reasons with UNAVAILABLE after which this connection is of no use; with any other the peer is there."""

_NO_ROOM: Final = frozenset({"TOO_MANY_SUBSCRIBERS", "TOO_MANY_VIEWS"})
"""Reasons with RESOURCE_EXHAUSTED where others have the place; any other is a limit of this user's own."""

_FAULT: Final = re.compile(r"internal error ([0-9a-f]+)")


def target(path: str) -> str:
    """Give gRPC's name of a socket; it takes the path for a URI, so what means something there is escaped."""
    return f"unix:{quote(str(Path(path).absolute()), safe='/')}"


def open_channel(path: str) -> grpc.Channel:
    """Open a channel, which connects with its first call."""
    return grpc.insecure_channel(target(path), options=CHANNEL_OPTIONS)


def open_async_channel(path: str) -> grpc.aio.Channel:
    """Open a channel for asyncio, which connects with its first call."""
    return grpc.aio.insecure_channel(target(path), options=CHANNEL_OPTIONS)


def explained(error: grpc.RpcError, path: str, timeout: float, peer: Peer = COLLECTOR) -> NetmonError:
    """Give the error that tells a caller what to do."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return ServerFault("the call failed", why=str(error))
    code = error.code()
    why = " ".join((error.details() or "").split())
    check = f"Check it:  {peer.cli_command(path, 'doctor')}"
    reason = _reason(error)
    match code:
        case grpc.StatusCode.PERMISSION_DENIED | grpc.StatusCode.UNAUTHENTICATED:
            remedy = f"See who you are taken for:  {peer.cli_command(path, 'status')}"
            return NotPermitted(f"the {peer.name} refused", why=why, remedy=remedy, reason=reason or code.name)
        case grpc.StatusCode.UNIMPLEMENTED:
            return IncompatibleVersion(
                f"the {peer.name} does not know this call",
                why=why or "it speaks another version than netmon.v1",
                remedy="Update the older side; compare:  netmon-cli version",
                reason=reason,
            )
        case grpc.StatusCode.INVALID_ARGUMENT | grpc.StatusCode.OUT_OF_RANGE | grpc.StatusCode.NOT_FOUND:
            return InvalidRequest(f"the {peer.name} refused the request", why=why, reason=reason)
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return peer.unreachable(
                f"the {peer.name} at {path} did not answer within {timeout:g} s",
                why="it hangs, or the machine is overloaded",
                remedy=check,
                reason=reason,
                is_there=True,
            )
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.CANCELLED | grpc.StatusCode.RESOURCE_EXHAUSTED:
            is_full = code is grpc.StatusCode.RESOURCE_EXHAUSTED
            what = _what_is_full(peer, reason) if is_full else f"lost the {peer.name} at {path}"
            is_there = is_full or bool(reason and reason not in _LEAVING)
            return peer.unreachable(what, why=why, remedy=check, reason=reason, is_there=is_there)
        case _:
            fault = _FAULT.search(why)
            return ServerFault(
                f"the {peer.name} failed",
                why=why,
                remedy=f"Look in its log:  journalctl -u {peer.unit}",
                reason=reason,
                fault_id=fault[1] if fault else "",
            )


def malformed(error: ValueError, peer: Peer = COLLECTOR) -> IncompatibleVersion:
    """Give the error for an answer that could be read and makes no sense."""
    return IncompatibleVersion(
        f"the {peer.name}'s answer makes no sense here",
        why=str(error),
        remedy="Update the older side; compare:  netmon-cli version",
    )


def _what_is_full(peer: Peer, reason: str) -> str:
    if reason in _NO_ROOM:
        return f"the {peer.name} has no room for another client"
    return f"a limit of the {peer.name} is reached"


def _reason(error: grpc.Call | grpc.aio.AioRpcError) -> str:
    """Give the collector's stable word for an error, from the trailing metadata."""
    for key, value in error.trailing_metadata() or ():
        if key == REASON_KEY:
            return value if isinstance(value, str) else value.decode("ascii", "replace")
    return ""
