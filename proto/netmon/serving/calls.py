"""What surrounds every call: who calls is found first, errors become statuses, streams end when the service does."""

import asyncio
import inspect
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, Final, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from netmon.serving.callers import Caller, set_caller
from netmon.serving.errors import Context, InvalidRequest, ServiceError, Unavailable, refuse, refuse_unexpected
from netmon.serving.plausible import check_request
from netmon.serving.service import Unreadable
from netmon.serving.under_way import CallsUnderWay, UnderWay, send, set_under_way

# What grpc hands an interceptor is a method of any types: only the service knows them.
_Handler = Any
_Behaviour = Callable[[Any, Context], Any]

_GRPC_LOGGER: Final = "grpc._cython.cygrpc"

_CLOSING = Unavailable("SHUTTING_DOWN", "shutting down")
_CALLER_GONE = Unavailable("CALLER_GONE", "the caller's connection is broken")


class CallGuard(grpc.aio.ServerInterceptor):
    """Wraps the methods of all services of a server. ``find_caller`` gives whom gRPC's name of a peer stands for."""

    def __init__(
        self,
        find_caller: Callable[[str], Awaitable[Caller]],
        under_way: CallsUnderWay,
        *,
        cut: Callable[[str], None],
        unread_seconds: float,
    ) -> None:
        """``cut`` ends the connection of a peer that has not taken the end of its call ``unread_seconds`` after it."""
        self._find_caller = find_caller
        self._under_way = under_way
        self._cut = cut
        self._unread_seconds = unread_seconds
        self._streams: set[asyncio.Task[Any]] = set()
        self._is_closing = False
        self._wrapped: dict[str, _Handler] = {}  # of the methods that there are, not of what callers ask for
        logging.getLogger(_GRPC_LOGGER).addFilter(_is_news)

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
            way: UnderWay | None = None
            try:
                way = self._under_way.begin_stream(await self._entered(context))
                self._follow(way, context)
                set_under_way(way)
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
                self._watch_end(way, context)

        return guarded

    def _unary(self, behaviour: _Behaviour, method: str) -> _Behaviour:
        async def guarded(request: object, context: Context) -> object:
            way: UnderWay | None = None
            try:
                way = self._under_way.begin_call(await self._entered(context))
                self._follow(way, context)
                _check(request)
                answer = await behaviour(request, context)
                way.hold(answer)
                return answer
            except ServiceError as error:
                await refuse(context, error)
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # noqa: BLE001 - the outermost frame of a call; it logs with the traceback
                await refuse_unexpected(context, method, error)
            finally:
                self._watch_end(way, context)

        return guarded

    async def _entered(self, context: Context) -> Caller:
        caller = await self._find_caller(context.peer())
        set_caller(caller)
        return caller

    def _follow(self, way: UnderWay, context: Context) -> None:
        def end(_: object) -> None:
            way.end()

        context.add_done_callback(cast("Any", end))  # its types want a context of grpc's own

    def _watch_end(self, way: UnderWay | None, context: Context) -> None:
        if way is not None:
            peer = context.peer()
            way.answered(self._unread_seconds, lambda: self._cut(peer))


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of grpc tells more than that a caller went away before its answer: whoever likes may do that."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, grpc.aio.InternalError)


def _check(request: object) -> None:
    """Refuse what no request may hold. Streams of requests are their method's to check: reflection's alone."""
    if isinstance(request, Unreadable):
        raise InvalidRequest("", f"not a {request.kind}")
    if isinstance(request, Message):
        check_request(request)


def _from_generator(behaviour: Callable[[Any, Context], AsyncGenerator[Message | bytes]]) -> _Behaviour:
    async def run(request: object, context: Context) -> None:
        # Closed here and not by the collector of garbage: what it holds is free again when its caller has gone.
        async with aclosing(behaviour(request, context)) as messages:
            async for message in messages:
                await send(context, message)

    return run
