"""What gRPC says, in the SDK's words."""

import grpc
import grpc.aio
import pytest

from netmon.serving.options import CLIENT_OPTIONS
from netmon_client import rpc
from netmon_client.errors import (
    CollectorUnreachable,
    IncompatibleVersion,
    InvalidRequest,
    NetmonError,
    NotPermitted,
    ServerFault,
)
from netmon_client.peer import RECORDER


def failed(code: grpc.StatusCode, details: str = "", reason: str = "") -> grpc.aio.AioRpcError:
    metadata = grpc.aio.Metadata(*([(rpc.REASON_KEY, reason)] if reason else []))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, details=details)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, CollectorUnreachable),
        (grpc.StatusCode.CANCELLED, CollectorUnreachable),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, CollectorUnreachable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, CollectorUnreachable),
        (grpc.StatusCode.PERMISSION_DENIED, NotPermitted),
        (grpc.StatusCode.UNAUTHENTICATED, NotPermitted),
        (grpc.StatusCode.UNIMPLEMENTED, IncompatibleVersion),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequest),
        (grpc.StatusCode.NOT_FOUND, InvalidRequest),
        (grpc.StatusCode.FAILED_PRECONDITION, ServerFault),
        (grpc.StatusCode.INTERNAL, ServerFault),
        (grpc.StatusCode.UNKNOWN, ServerFault),
    ],
)
def test_each_status_becomes_what_a_caller_can_do(code: grpc.StatusCode, kind: type[NetmonError]) -> None:
    error = rpc.explained(failed(code, "why\n so", "WORD"), "/s", 5.0)
    assert type(error) is kind
    assert error.reason == "WORD"
    if code is not grpc.StatusCode.DEADLINE_EXCEEDED:
        assert error.why == "why so"


@pytest.mark.parametrize(
    ("code", "reason", "is_there"),
    [
        (grpc.StatusCode.UNAVAILABLE, "", False),
        (grpc.StatusCode.CANCELLED, "", False),
        (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", False),
        (grpc.StatusCode.UNAVAILABLE, "STORAGE_FAILED", True),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "", True),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", True),
    ],
)
def test_who_is_slow_or_full_is_told_from_who_is_gone(code: grpc.StatusCode, reason: str, *, is_there: bool) -> None:
    error = rpc.explained(failed(code, reason=reason), "/s", 5.0)
    assert isinstance(error, CollectorUnreachable)
    assert error.is_there is is_there


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("TOO_MANY_SUBSCRIBERS", "the collector has no room for another client"),
        ("TOO_MANY_VIEWS", "the collector has no room for another client"),
        ("TOO_MANY_CALLS", "a limit of the collector is reached"),
        ("", "a limit of the collector is reached"),
    ],
)
def test_what_is_full_is_said(reason: str, what: str) -> None:
    error = rpc.explained(failed(grpc.StatusCode.RESOURCE_EXHAUSTED, reason=reason), "/s", 5.0)
    assert error.what == what


def test_the_id_of_a_fault_is_found() -> None:
    error = rpc.explained(failed(grpc.StatusCode.INTERNAL, "internal error 0a1b2c3d: see the log"), "/s", 5.0)
    assert isinstance(error, ServerFault)
    assert error.fault_id == "0a1b2c3d"


def test_an_error_without_a_status_is_a_fault() -> None:
    assert isinstance(rpc.explained(grpc.RpcError("odd"), "/s", 5.0), ServerFault)


def test_an_answer_that_makes_no_sense_is_of_another_version() -> None:
    assert rpc.malformed(ValueError("Snapshot.time: missing")).why == "Snapshot.time: missing"


def test_what_means_something_in_a_uri_is_escaped() -> None:
    assert rpc.target("/tmp/a b%c?d.sock") == "unix:/tmp/a%20b%25c%3Fd.sock"  # noqa: S108 -- a name, nothing is made


def test_the_options_are_those_of_the_serving_side_but_for_the_length_of_a_try() -> None:
    mine, shared = dict(rpc.CHANNEL_OPTIONS), dict(CLIENT_OPTIONS)
    assert {key for key in shared if mine.get(key) != shared[key]} <= {"grpc.min_reconnect_backoff_ms"}


def test_what_to_type_next_names_another_socket() -> None:
    lost = rpc.explained(failed(grpc.StatusCode.UNAVAILABLE), "/run/its.sock", 5.0)
    assert lost.remedy == "Check it:  netmon-cli --socket /run/its.sock doctor"
    refused = rpc.explained(failed(grpc.StatusCode.PERMISSION_DENIED), "/run/its.sock", 5.0)
    assert refused.remedy == "See who you are taken for:  netmon-cli --socket /run/its.sock status"
    recorder = rpc.explained(failed(grpc.StatusCode.DEADLINE_EXCEEDED), "/run/its.sock", 5.0, RECORDER)
    assert recorder.remedy == "Check it:  netmon-cli --recorder-socket /run/its.sock doctor"
