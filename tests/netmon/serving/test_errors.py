import grpc
import pytest

from netmon.serving import (
    Exhausted,
    InvalidRequest,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    ServiceError,
    Unavailable,
)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotPermitted, grpc.StatusCode.PERMISSION_DENIED),
        (NotFound, grpc.StatusCode.NOT_FOUND),
        (Exhausted, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (PreconditionFailed, grpc.StatusCode.FAILED_PRECONDITION),
        (Unavailable, grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_each_error_has_its_status(kind: type[ServiceError], status: grpc.StatusCode) -> None:
    error = kind("REASON", "a sentence")
    assert (error.status, error.reason, error.text, str(error)) == (status, "REASON", "a sentence", "a sentence")


def test_an_invalid_request_names_its_field() -> None:
    error = InvalidRequest("window", "negative")
    assert (error.status, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert (error.field, error.text) == ("window", "window: negative")
