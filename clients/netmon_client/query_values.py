"""The values of the filter language: what an item means for its field, and how it is written."""

import math
import re
from decimal import Decimal
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from netmon.model import FilterField, Network, Range
from netmon_client.query_words import (
    ADDRESSES,
    NUMBERS,
    SIZES,
    WHOLE_NUMBERS,
    WORD_SYNONYMS,
    WORDS,
    nearest,
)
from netmon_client.units import parse_duration, parse_size

_COMPARED: Final = re.compile(r"(>=|<=|>|<)(.*)", re.DOTALL)
_WHOLE: Final = re.compile(r"\d{1,15}", re.ASCII)
_DIGITS_GLOB: Final = re.compile(r"(?=.*[*?])[\d*?]{1,16}", re.ASCII)
_BITS: Final = re.compile(r"(.*?)bit(?:/s)?", re.IGNORECASE)
_ADDRESS_GLOB: Final = re.compile(r"[0-9a-f.:*?]+(?:%.+)?", re.IGNORECASE | re.ASCII)
_LAST_PORT: Final = 65535
_SIZE_STEPS: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_AGE_STEPS: Final = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"))


class ValueProblem(ValueError):
    """An item that its field cannot have; ``suggestion`` is empty where there is none."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


def read_value(field: FilterField, text: str) -> str | Range | Network:
    """Read one item, without its quotes, as a value of the field. Raise `ValueProblem`."""
    if field in NUMBERS:
        return _read_range(field, text)
    if field in ADDRESSES:
        return _read_address(text)
    if field in WORDS:
        return _read_word(WORDS[field], text)
    return text


def value_text(field: FilterField, value: str | Range | Network) -> str:
    """Write one value, without quotes. Raise ValueError for a range that the language cannot say."""
    if isinstance(value, str):
        return value
    if isinstance(value, Network):
        return value.text
    low, high = value.minimum, value.maximum
    if low is not None and high is not None:
        if value.minimum_excluded or value.maximum_excluded:
            raise ValueError("a range with two bounds includes both")
        first, last = _number_text(field, low), _number_text(field, high)
        return first if low == high else f"{first}-{last}"
    if low is not None:
        return f">{'' if value.minimum_excluded else '='}{_number_text(field, low)}"
    if high is not None:
        return f"<{'' if value.maximum_excluded else '='}{_number_text(field, high)}"
    raise ValueError("a range without bounds has no text form")


def _read_range(field: FilterField, text: str) -> Range | str:
    if field in WHOLE_NUMBERS and _DIGITS_GLOB.fullmatch(text):
        return text
    compared = _COMPARED.fullmatch(text)
    if compared is not None:
        number = _read_number(field, compared[2], compared[1])
        excluded = "=" not in compared[1]
        if compared[1][0] == ">":
            return Range(minimum=number, minimum_excluded=excluded)
        return Range(maximum=number, maximum_excluded=excluded)
    first, dash, last = text.partition("-")
    low = _read_number(field, first)
    if not dash:
        return Range(minimum=low, maximum=low)
    high = _read_number(field, last)
    if low > high:
        raise ValueProblem(f'"{text}" begins above its end', f"{last}-{first}")
    return Range(minimum=low, maximum=high)


def _read_number(field: FilterField, text: str, before: str = "") -> float:
    if not text:
        raise ValueProblem("a number is missing")
    if field in WHOLE_NUMBERS:
        if _WHOLE.fullmatch(text) is None:
            raise ValueProblem(f'"{text}" is no number')
        number = int(text)
        if field is not FilterField.PID and number > _LAST_PORT:
            raise ValueProblem(f'"{text}" is above {_LAST_PORT}, the last port')
        return float(number)
    if field in SIZES:
        return _read_size(field, text)
    try:
        return parse_duration(text)
    except ValueError as error:
        suggestion = f"{before}{text}s" if _WHOLE.fullmatch(text) else ""
        raise ValueProblem(str(error), suggestion) from None


def _read_size(field: FilterField, text: str) -> float:
    is_rate = field in {FilterField.RATE, FilterField.SENT_RATE, FilterField.RECEIVED_RATE}
    bits = _BITS.fullmatch(text) if is_rate else None
    try:
        if bits is not None:
            return parse_size(bits[1]) / 8
        return parse_size(text.removesuffix("/s") if is_rate else text)
    except ValueError as error:
        raise ValueProblem(str(error)) from None


def _read_address(text: str) -> str | Network:
    if "/" in text:
        try:
            return Network(text=str(ip_network(text, strict=False)))
        except ValueError:
            raise ValueProblem(f'"{text}" is no network (such as 10.0.0.0/8)') from None
    if "*" in text or "?" in text:
        if _ADDRESS_GLOB.fullmatch(text) is None:
            raise ValueProblem(f'"{text}" fits no address')
        return text.lower()
    try:
        address = ip_address(text)
    except ValueError:
        is_beginning = re.fullmatch(r"(?:\d{1,3}\.){1,3}|(?:\d{1,3}\.){0,2}\d{1,3}", text, re.ASCII)
        suggestion = f"{text.rstrip('.')}.*" if is_beginning else ""
        raise ValueProblem(f'"{text}" is no address', suggestion) from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)  # rows show mapped addresses as IPv4
    return str(address)


def _read_word(words: tuple[str, ...], text: str) -> str:
    word = text.lower()
    if word in words:
        return word
    if ("*" in word or "?" in word) and words is not WORDS[FilterField.IS]:
        escaped = re.escape(word).replace(r"\*", ".*").replace(r"\?", ".")
        if any(re.fullmatch(escaped, each) for each in words):
            return word
    raise ValueProblem(f'unknown word "{text}"', nearest(word, words, WORD_SYNONYMS))


def _number_text(field: FilterField, number: float) -> str:
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{number} has no text form")
    steps = _SIZE_STEPS if field in SIZES else _AGE_STEPS if field is FilterField.AGE else ()
    for step, unit in steps:
        if number >= step and number % step == 0:
            return f"{number / step:.0f}{unit}"
    text = format(Decimal(repr(float(number))), "f").removesuffix(".0")
    return f"{text}s" if field is FilterField.AGE else text
