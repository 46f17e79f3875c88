"""How an HTTP/2 connection begins, as far as the gate needs it (RFC 9113, section 3.4)."""

from typing import Final

_MAGIC: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_FRAME_HEADER_BYTES: Final = 9
_TYPE_OFFSET: Final = len(_MAGIC) + 3
_SETTINGS: Final = 4

PREFACE_BYTES: Final = len(_MAGIC) + _FRAME_HEADER_BYTES
"""With so many bytes it can be told whether a client speaks HTTP/2: the magic, and the header of its settings."""


def may_be_preface(heard: bytes) -> bool:
    """Whether a connection that began so can be HTTP/2: the magic, then a frame of settings."""
    if not _MAGIC.startswith(heard[: len(_MAGIC)]):
        return False
    return len(heard) <= _TYPE_OFFSET or heard[_TYPE_OFFSET] == _SETTINGS
