"""Messages whose fields are those of their model class, said as a table of what is not plain.

A round-trip test of each message and the comparison of field names with the contract hold the tables.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from netmon.codec.values import finite, member, optional_time_to_wire, time_from_wire, time_to_wire

_M = TypeVar("_M")
_W = TypeVar("_W", bound=Message)

_FLOATS = frozenset({FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT})


class Part(NamedTuple):
    """How one field goes to the wire (None: absent) and is read from its message, by name, for errors with `where`."""

    to_wire: Callable[[Any], Any]
    from_wire: Callable[[Any, str, str], Any]


class RecordCodec(Generic[_M, _W]):
    """One message and its model class; ``parts`` are the fields that are not plain numbers, texts and truths."""

    def __init__(self, model: Callable[..., _M], wire: type[_W], parts: Mapping[str, Part] | None = None) -> None:
        self._model = model
        self._wire = wire
        self._parts: dict[str, Part] = {}
        for each in wire.DESCRIPTOR.fields:
            plain = _FINITE if each.type in _FLOATS else _PLAIN
            self._parts[each.name] = (parts or {}).get(each.name, plain)

    def to_wire(self, value: _M) -> _W:
        """Give the wire form. Raises ValueError for what a field cannot hold."""
        return self._wire(**{name: part.to_wire(getattr(value, name)) for name, part in self._parts.items()})

    def from_wire(self, wire: _W) -> _M:
        """Give the model form. Raises ValueError naming the field that is missing or holds nonsense."""
        where = wire.DESCRIPTOR.name
        return self._model(**{name: part.from_wire(wire, name, where) for name, part in self._parts.items()})


def _read_plain(wire: Any, name: str, _where: str) -> Any:  # noqa: ANN401 -- a field of any plain type
    return getattr(wire, name)


def _read_finite(wire: Any, name: str, where: str) -> float:  # noqa: ANN401 -- any message
    return finite(getattr(wire, name), f"{where}.{name}")


def _read_optional_plain(wire: Any, name: str, _where: str) -> Any:  # noqa: ANN401 -- a field of any plain type
    return getattr(wire, name) if wire.HasField(name) else None


def _read_time(wire: Any, name: str, where: str) -> float:  # noqa: ANN401 -- any message
    if not wire.HasField(name):
        raise ValueError(f"{where}.{name}: missing")
    return time_from_wire(getattr(wire, name), f"{where}.{name}")


def _read_optional_time(wire: Any, name: str, where: str) -> float | None:  # noqa: ANN401 -- any message
    return time_from_wire(getattr(wire, name), f"{where}.{name}") if wire.HasField(name) else None


def _same(value: Any) -> Any:  # noqa: ANN401 -- a value of any plain type
    return value


_PLAIN = Part(_same, _read_plain)
_FINITE = Part(_same, _read_finite)

OPTIONAL = Part(_same, _read_optional_plain)
"""A plain field that may be absent: None."""

TIME = Part(time_to_wire, _read_time)
"""Unix seconds as a Timestamp that must be there."""

OPTIONAL_TIME = Part(optional_time_to_wire, _read_optional_time)
"""Unix seconds as a Timestamp, or None."""


def _read_texts(wire: Any, name: str, _where: str) -> tuple[str, ...]:  # noqa: ANN401 -- any message
    return tuple(getattr(wire, name))


TEXTS = Part(_same, _read_texts)
"""Texts in their order."""


def enum(kind: type[IntEnum]) -> Part:
    """Give the part of one word of an enumeration; what only a newer peer knows becomes UNSPECIFIED."""
    members = tuple(kind)

    def read(wire: Any, name: str, _where: str) -> IntEnum:  # noqa: ANN401 -- any message
        return member(members, getattr(wire, name))

    return Part(int, read)


def enums(kind: type[IntEnum]) -> Part:
    """Give the part of several words of an enumeration, in their order."""
    members = tuple(kind)

    def write(values: Iterable[IntEnum]) -> list[int]:
        return [int(value) for value in values]

    def read(wire: Any, name: str, _where: str) -> tuple[IntEnum, ...]:  # noqa: ANN401 -- any message
        return tuple([member(members, number) for number in getattr(wire, name)])

    return Part(write, read)


def one(to_wire: Callable[[Any], Message], from_wire: Callable[[Any], Any]) -> Part:
    """Give the part of a message; an absent one is read as an empty one."""

    def read(wire: Any, name: str, _where: str) -> Any:  # noqa: ANN401 -- any message, any value
        return from_wire(getattr(wire, name))

    return Part(to_wire, read)


def optional(to_wire: Callable[[Any], Message], from_wire: Callable[[Any], Any]) -> Part:
    """Give the part of a message that may be absent: None."""

    def write(value: Any) -> Message | None:  # noqa: ANN401 -- any value
        return None if value is None else to_wire(value)

    def read(wire: Any, name: str, _where: str) -> Any:  # noqa: ANN401 -- any message, any value
        return from_wire(getattr(wire, name)) if wire.HasField(name) else None

    return Part(write, read)


def many(to_wire: Callable[[Any], Message], from_wire: Callable[[Any], Any]) -> Part:
    """Give the part of several messages, in their order."""

    def write(values: Iterable[Any]) -> list[Message]:
        return [to_wire(value) for value in values]

    def read(wire: Any, name: str, _where: str) -> tuple[Any, ...]:  # noqa: ANN401 -- any message
        return tuple([from_wire(each) for each in getattr(wire, name)])

    return Part(write, read)
