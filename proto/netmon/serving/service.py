"""A gRPC service as a value: its name and its methods, built from the descriptor and an object that has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that a host serves. ``methods`` by name; ``name`` is the full one, package included."""

    name: str
    methods: Mapping[str, "grpc.RpcMethodHandler[Any, Any]"]


def build_service(descriptor: ServiceDescriptor, servicer: object) -> Service:
    """Give the service whose methods are those of ``servicer`` with the same names.

    A method is a coroutine function of (request, context); a streaming one may also be an async generator. It may
    return or write bytes in place of a message: they go out as they are, so one encoding can serve many callers.
    Raises AttributeError where ``servicer`` lacks a method.
    """
    methods = {method.name: _handler(method, getattr(servicer, method.name)) for method in descriptor.methods}
    return Service(name=descriptor.full_name, methods=methods)


def _encode(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()


class Unreadable:
    """Stands for a request whose bytes are no message of its kind. grpc would tell the caller our exception's text."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def _decoder(method: MethodDescriptor) -> Callable[[bytes], Message | Unreadable]:
    kind = GetMessageClass(method.input_type)

    def decode(request: bytes) -> Message | Unreadable:
        try:
            return kind.FromString(request)
        except DecodeError:
            return Unreadable(method.input_type.name)

    return decode


def _handler(method: MethodDescriptor, behaviour: Callable[..., Any]) -> "grpc.RpcMethodHandler[Any, Any]":
    decode = _decoder(method)
    if method.server_streaming:
        build = (
            grpc.stream_stream_rpc_method_handler if method.client_streaming else grpc.unary_stream_rpc_method_handler
        )
    else:
        build = grpc.stream_unary_rpc_method_handler if method.client_streaming else grpc.unary_unary_rpc_method_handler
    return build(behaviour, request_deserializer=decode, response_serializer=_encode)
