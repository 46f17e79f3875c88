"""For each field of each request of a service, values that make no sense: built from the contract itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_DEEPEST = 6
_TEXTS = FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES
_ENUM = FieldDescriptor.TYPE_ENUM


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """What is put into fields: by their type, by the name of their message, and how many into a list."""

    plain: Mapping[int, Sequence[object]]
    whole: Mapping[str, Sequence[Mapping[str, int]]]
    count: int


_BAD = _Values(
    plain={
        FieldDescriptor.TYPE_STRING: ("x" * 5000,),
        FieldDescriptor.TYPE_BYTES: (b"x" * 5000,),
        _ENUM: (12345, -1),
        FieldDescriptor.TYPE_UINT32: (2**32 - 1,),
        FieldDescriptor.TYPE_UINT64: (2**64 - 1, 2**63),
        FieldDescriptor.TYPE_DOUBLE: (float("nan"), float("inf"), -1.0),
    },
    whole={
        "google.protobuf.Duration": ({"seconds": -1}, {"seconds": 10**15}, {"nanos": 2 * 10**9}),
        "google.protobuf.Timestamp": ({"seconds": -(10**10)}, {"seconds": 10**15}, {"nanos": -1}),
    },
    count=300,
)
_FAR = _Values(
    plain={
        FieldDescriptor.TYPE_STRING: ("\0" + "\U0010ffff" * 200,),
        FieldDescriptor.TYPE_UINT64: (2**63 - 1, 10**12),
        FieldDescriptor.TYPE_DOUBLE: (1.7e308, 5e-324),
    },
    whole={
        "google.protobuf.Duration": ({"seconds": 315_576_000_000},),
        "google.protobuf.Timestamp": ({"seconds": 253_402_300_799}, {"seconds": 1}),
    },
    count=200,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRequest:
    """One request with one field that makes no sense; ``path`` names it as the service must."""

    service: str
    method: str
    is_stream: bool
    path: str
    value: str
    request: Message

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.method} {self.path}={self.value}"


def bad_requests(service: ServiceDescriptor, bases: Sequence[Message] = ()) -> Iterator[BadRequest]:
    """Give them all. ``bases`` are requests that make sense, for those where one field is needed by another."""
    yield from _requests(service, bases, _BAD)


def far_requests(service: ServiceDescriptor, bases: Sequence[Message] = ()) -> Iterator[BadRequest]:
    """Give requests that make sense to the letter and hold the greatest or the least of it."""
    yield from _requests(service, bases, _FAR)


def _requests(service: ServiceDescriptor, bases: Sequence[Message], values: "_Values") -> Iterator[BadRequest]:
    base_of = {base.DESCRIPTOR.full_name: base for base in bases}
    for method in service.methods:
        for path, value, part in _messages(method.input_type, values, "", 0):
            request = GetMessageClass(method.input_type)()
            request.MergeFrom(base_of.get(method.input_type.full_name, request))
            request.MergeFrom(part)
            yield BadRequest(
                service=service.full_name,
                method=method.name,
                is_stream=method.server_streaming,
                path=path,
                value=value,
                request=request,
            )


def _messages(kind: Descriptor, values: _Values, path: str, depth: int) -> Iterator[tuple[str, str, Message]]:
    for field in kind.fields:
        name = f"{path}{field.name}"
        inner = f"{name}[0]" if field.is_repeated else name
        if field.is_repeated:
            yield name, f"{values.count} of them", _with(kind, field, [_plain(field)] * values.count)
        if field.message_type is None:
            for value in values.plain.get(field.type, ()):
                yield inner, ascii(value)[:12], _with(kind, field, [value] if field.is_repeated else value)
        elif field.message_type.full_name in values.whole:
            for parts in values.whole[field.message_type.full_name]:
                yield inner, str(parts), _with(kind, field, GetMessageClass(field.message_type)(**parts))
        elif depth < _DEEPEST:
            for deeper, value, message in _messages(field.message_type, values, f"{inner}.", depth + 1):
                yield deeper, value, _with(kind, field, [message] if field.is_repeated else message)


def _plain(field: FieldDescriptor) -> object:
    if field.message_type is not None:
        return GetMessageClass(field.message_type)()
    return "x" if field.type in _TEXTS else 1


def _with(kind: Descriptor, field: FieldDescriptor, value: Any) -> Message:  # noqa: ANN401 -- a value of any field
    return GetMessageClass(kind)(**{field.name: value})
