"""Errors that a service answers with: few, each with a status, and a reason for programs.

Only these reach a client. A bare ValueError or KeyError is a fault of ours and must not look like one of the caller:
it becomes INTERNAL with an id that stands in the log beside the traceback.
"""

import logging
import secrets
from typing import Any, ClassVar, NoReturn

import grpc
import grpc.aio

REASON_KEY = "netmon-reason"
"""Key of the trailing metadata that carries the reason."""

_LOGGER = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]


class ServiceError(Exception):
    """What a caller is told: a status, a reason in capitals for programs, a sentence for people."""

    status: ClassVar[grpc.StatusCode] = grpc.StatusCode.UNKNOWN

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class InvalidRequest(ServiceError):
    """The request is nonsense: no use in sending it again."""

    status = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(self, field: str, problem: str) -> None:
        super().__init__("INVALID_REQUEST", f"{field}: {problem}" if field else problem)
        self.field = field


class NotPermitted(ServiceError):
    """The caller may not do this."""

    status = grpc.StatusCode.PERMISSION_DENIED


class NotFound(ServiceError):
    """What the request names is not there, or no longer."""

    status = grpc.StatusCode.NOT_FOUND


class Exhausted(ServiceError):
    """A limit is reached: the same request may do later."""

    status = grpc.StatusCode.RESOURCE_EXHAUSTED


class PreconditionFailed(ServiceError):
    """The machine's state does not allow it: something has to be mended first."""

    status = grpc.StatusCode.FAILED_PRECONDITION


class Unavailable(ServiceError):
    """The service cannot answer at the moment: connect again."""

    status = grpc.StatusCode.UNAVAILABLE


async def refuse(context: Context, error: ServiceError) -> NoReturn:
    """End the call with the error's status and reason. Raises what grpc ends a handler with."""
    await context.abort(error.status, error.text, ((REASON_KEY, error.reason),))
    raise AssertionError("abort always raises")


async def refuse_unexpected(context: Context, method: str, error: Exception) -> NoReturn:
    """End the call as INTERNAL with an id. The exception goes to the log with its traceback, and nowhere else."""
    error_id = secrets.token_hex(4)
    _LOGGER.error("internal error %s in %s", error_id, method, exc_info=error)
    await context.abort(
        grpc.StatusCode.INTERNAL,
        f"internal error {error_id}: the log of the service has more",
        ((REASON_KEY, "INTERNAL"),),
    )
    raise AssertionError("abort always raises")
