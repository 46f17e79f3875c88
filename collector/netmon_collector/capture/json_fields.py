"""Checked values of JSON that anybody may have written: what does not fit is a ``ValueError``."""

import math
from collections.abc import Mapping
from enum import Enum
from ipaddress import ip_address
from typing import TypeVar, cast

__all__ = [
    "TEXT_LIMIT",
    "Json",
    "address",
    "boolean",
    "check_text",
    "integer",
    "list_of",
    "mapping",
    "member",
    "number",
    "text",
    "texts",
]

TEXT_LIMIT = 4096
"""Characters of one text."""

Json = Mapping[str, object]

E = TypeVar("E", bound=Enum)


def mapping(value: object) -> Json:
    """Take an object."""
    if not isinstance(value, dict):
        raise ValueError("an object is expected")  # noqa: TRY004  # one error for hostile input
    return cast("Json", value)


def list_of(entry: Json, name: str) -> list[object]:
    """Take a list."""
    value = entry.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name}: a list is expected")  # noqa: TRY004  # one error for hostile input
    return cast("list[object]", value)


def check_text(value: object) -> str:
    """Take a printable text of at most ``TEXT_LIMIT`` characters."""
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or not value.isprintable():
        raise ValueError(f"a printable text of at most {TEXT_LIMIT} characters is expected")
    return value


def text(entry: Json, name: str) -> str:
    """Take a text."""
    try:
        return check_text(entry.get(name))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def number(entry: Json, name: str) -> float:
    """Take a number that a time could be."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: a number is expected")  # noqa: TRY004  # one error for hostile input
    if not -1e12 < value < 1e12 or math.isnan(value):
        raise ValueError(f"{name}: out of range")
    return float(value)


def integer(entry: Json, name: str, maximum: int = 0xFFFFFFFF) -> int:
    """Take a whole number from 0 on."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= maximum:
        raise ValueError(f"{name}: a whole number from 0 to {maximum} is expected")
    return value


def boolean(entry: Json, name: str) -> bool:
    """Take true or false."""
    value = entry.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name}: true or false is expected")  # noqa: TRY004  # one error for hostile input
    return value


def address(entry: Json, name: str) -> bytes:
    """Take an IP address, packed."""
    return ip_address(text(entry, name)).packed


def texts(entry: Json, name: str) -> tuple[str, ...]:
    """Take a list of texts; empty where it is left out."""
    return tuple(check_text(item) for item in list_of(entry, name)) if name in entry else ()


def member(kind: type[E], name: str) -> E:
    """Give the member of an enumeration by its lower-case name."""
    found = kind.__members__.get(name.upper())
    if found is None:
        raise ValueError(f"unknown {kind.__name__}")
    return found
