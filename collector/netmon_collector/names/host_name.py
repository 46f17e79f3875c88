"""The text of names that came as bytes: lower case, one line, escaped where it must be."""

import re

from netmon.model.text import clean

MAX_NAME_BYTES = 255
"""On the wire (RFC 1035, 2.3.4)."""
MAX_NAME_LENGTH = 253
"""Characters of a name: what fits in those bytes, with dots for lengths."""

_PLAIN = re.compile(rb"[A-Za-z0-9_-]+").fullmatch
_SPECIAL = frozenset(b'."();@$\\')


def _shown(byte: int) -> str:
    """One byte as a zone file has it (RFC 1035, 5.1): a backslash and three digits for what is not printable ASCII."""
    if not 0x21 <= byte <= 0x7E:
        return f"\\{byte:03}"
    return ("\\" if byte in _SPECIAL else "") + chr(byte).lower()


_SHOWN = tuple(_shown(byte) for byte in range(256))


def is_plain(label: bytes) -> bool:
    """Whether a label is of letters, digits, hyphens and underscores alone."""
    return _PLAIN(label) is not None


def label_text(label: bytes) -> str:
    """Give a DNS label as text in lower case, escaped as dig does it where it is not of printable ASCII."""
    if _PLAIN(label):
        return label.decode("ascii").lower()
    return "".join(map(_SHOWN.__getitem__, label))


def joined(labels: list[str]) -> str:
    """Give the name of the labels, "." for the root. What escapes made longer than 253 characters is cut, visibly."""
    name = clean(".".join(labels)) if labels else "."
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1]}…"


def host_name(name: bytes) -> str:
    """Give a host's name in lower case without the dot at the end; "" for what is none.

    An address is none (RFC 6066, 3), nor is a name that ends in a number (how a URL spells an address), an empty label
    or a name of more than 255 bytes. Bytes that are not ASCII are escaped, not guessed at.
    """
    labels = name.removesuffix(b".").split(b".") if len(name) <= MAX_NAME_BYTES else [b""]
    if b"" in labels or b":" in name or labels[-1].isdigit():
        return ""
    return joined([label_text(label) for label in labels])
