"""What surrounds every call: who calls is found first, errors become statuses, streams end when the service does."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from netmon.serving.callers import Caller, set_caller
from netmon.serving.errors import Context, InvalidRequest, ServiceError, Unavailable, refuse, refuse_unexpected
from netmon.serving.plausible import check_request
from netmon.serving.service import Unreadable

# What grpc hands an interceptor is a method of any types: only the service knows them.
_Handler = Any
_Behaviour = Callable[[Any, Context], Any]

_CLOSING = Unavailable("SHUTTING_DOWN", "shutting down")
_CALLER_GONE = Unavailable("CALLER_GONE", "the caller's connection is broken")


class CallGuard(grpc.aio.ServerInterceptor):
    """Wraps the methods of all services of a server. ``find_caller`` gives whom gRPC's name of a peer stands for."""

    def __init__(self, find_caller: Callable[[str], Awaitable[Caller]]) -> None:
        self._find_caller = find_caller
        self._streams: set[asyncio.Task[Any]] = set()
        self._is_closing = False
        self._wrapped: dict[str, _Handler] = {}  # of the methods that there are, not of what callers ask for

    @property
    def stream_count(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    def close_streams(self) -> None:
        """End every stream, and every later one, as UNAVAILABLE "shutting down". Unary calls go on."""
        self._is_closing = True
        for task in self._streams:
            task.cancel()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """Give the method that is asked for, wrapped; None for one that does not exist."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            wrapped = self._wrapped[method] = self._wrap(handler, method)
        return wrapped

    def _wrap(self, handler: _Handler, method: str) -> _Handler:
        codec = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.response_streaming:
            if handler.request_streaming:
                return grpc.stream_stream_rpc_method_handler(self._stream(handler.stream_stream, method), **codec)
            return grpc.unary_stream_rpc_method_handler(self._stream(handler.unary_stream, method), **codec)
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(self._unary(handler.stream_unary, method), **codec)
        return grpc.unary_unary_rpc_method_handler(self._unary(handler.unary_unary, method), **codec)

    def _stream(self, behaviour: _Behaviour, method: str) -> _Behaviour:
        run = _from_generator(behaviour) if inspect.isasyncgenfunction(behaviour) else behaviour

        async def guarded(request: object, context: Context) -> None:
            task = cast("asyncio.Task[Any]", asyncio.current_task())
            if self._is_closing:
                await refuse(context, _CLOSING)
            self._streams.add(task)
            try:
                set_caller(await self._find_caller(context.peer()))
                _check(request)
                await run(request, context)
            except ServiceError as error:
                await refuse(context, error)
            except asyncio.CancelledError:
                # The same comes when the caller has gone; then there is nobody to tell.
                if not self._is_closing or context.done():
                    raise
                await refuse(context, _CLOSING)
            except grpc.aio.AbortError:
                raise
            except grpc.aio.InternalError:
                # A write was under way when the caller's connection broke (grpcio's ExecuteBatchError). Where it was
                # the write of a refusal, the call is ended already.
                with suppress(grpc.aio.UsageError):
                    await refuse(context, _CALLER_GONE)
            except Exception as error:  # noqa: BLE001 - the outermost frame of a call; it logs with the traceback
                await refuse_unexpected(context, method, error)
            finally:
                self._streams.discard(task)

        return guarded

    def _unary(self, behaviour: _Behaviour, method: str) -> _Behaviour:
        async def guarded(request: object, context: Context) -> object:
            try:
                set_caller(await self._find_caller(context.peer()))
                _check(request)
                return await behaviour(request, context)
            except ServiceError as error:
                await refuse(context, error)
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # noqa: BLE001 - the outermost frame of a call; it logs with the traceback
                await refuse_unexpected(context, method, error)

        return guarded


def _check(request: object) -> None:
    """Refuse what no request may hold. Streams of requests are their method's to check: reflection's alone."""
    if isinstance(request, Unreadable):
        raise InvalidRequest("", f"not a {request.kind}")
    if isinstance(request, Message):
        check_request(request)


def _from_generator(behaviour: Callable[[Any, Context], AsyncGenerator[object]]) -> _Behaviour:
    async def run(request: object, context: Context) -> None:
        # Closed here and not by the collector of garbage: what it holds is free again when its caller has gone.
        async with aclosing(behaviour(request, context)) as messages:
            async for message in messages:
                await context.write(message)

    return run
